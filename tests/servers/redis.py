"""A private Redis server without persistence."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.servers.processes import (
    LOOPBACK,
    find_program,
    free_port,
    listens,
    private_folder,
    running,
)


@dataclass(frozen=True)
class Redis:
    """A running server."""

    port: int

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"


@contextlib.contextmanager
def redis_server() -> Iterator[Redis]:
    """Run an empty Redis server."""
    port = free_port()
    with private_folder() as folder:
        command = [
            find_program("redis-server", package="redis-server"),
            *("--bind", LOOPBACK, "--port", str(port), "--dir", folder),
            *("--save", "", "--appendonly", "no"),
        ]
        with running(command, log=folder / "log", ready=lambda: listens(port)):
            yield Redis(port)
