"""A server that lets everybody in and never says a word."""

import socket

from tests.servers.processes import LOOPBACK


class DeafServer:
    """Listens, and nothing else: the kernel accepts for it."""

    def __init__(self) -> None:
        self._socket = socket.create_server((LOOPBACK, 0), backlog=8)
        self.address = f"{LOOPBACK}:{self._socket.getsockname()[1]}"

    def was_called(self) -> bool:
        """Tell whether anybody has connected. Asking forgets them."""
        self._socket.settimeout(0)
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()
