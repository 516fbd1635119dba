"""A server that accepts connections and never answers."""

import socket

from tests.servers.processes import LOOPBACK


class DeafServer:
    """Listens only: the kernel accepts connections."""

    def __init__(self) -> None:
        self._socket = socket.create_server((LOOPBACK, 0), backlog=8)
        self.address = f"{LOOPBACK}:{self._socket.getsockname()[1]}"

    def was_called(self) -> bool:
        """Return whether a client has connected since the last call."""
        self._socket.settimeout(0)
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
