"""A private PostgreSQL cluster."""

import contextlib
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.servers.processes import (
    LOOPBACK,
    find_program,
    free_port,
    private_folder,
    running,
)

USER = "helpdesk"

# Nothing here must survive a power cut, and `pytest -n 2` runs two of them.
# A durable server, for fault tests, sets the first two to on.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


@dataclass(frozen=True)
class PostgreSQL:
    """A running server: its port, its folder, and the process that a fault test may restart."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def connection(self) -> dict[str, str]:
        """The options for Django's DATABASES."""
        return {"HOST": LOOPBACK, "PORT": str(self.port), "USER": USER, "PASSWORD": ""}


@contextlib.contextmanager
def postgresql(kept: Path | None = None, **options: str) -> Iterator[PostgreSQL]:
    """Create a cluster and serve it; options are those of postgresql.conf.

    The cluster is deleted afterwards, unless it is ``kept`` in a folder.
    """
    owner = _unprivileged_user()
    port = free_port()
    with _kept_folder(kept, owner) if kept else private_folder(owner) as folder:
        if not (folder / "data").exists():
            _initdb(folder / "data", owner)
        settings = {**FAST, **options}
        command = [
            _program("postgres"),
            *("-D", folder / "data", "-p", str(port), "-h", LOOPBACK, "-k", folder),
            *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
        ]
        with running(
            command,
            log=folder / "log",
            ready=lambda: _accepts(port),
            stop_with=signal.SIGINT,  # the "fast" shutdown: does not wait for clients
            user=owner,
            cwd=folder,
        ) as process:
            yield PostgreSQL(port, folder, process)


@contextlib.contextmanager
def _kept_folder(folder: Path, owner: str | None) -> Iterator[Path]:
    folder.mkdir(mode=0o700, exist_ok=True)
    if owner:
        os.chown(folder, pwd.getpwnam(owner).pw_uid, pwd.getpwnam(owner).pw_gid)
    yield folder


def _accepts(port: int) -> bool:
    """Return whether the server answers queries, which is later than that it listens."""
    try:
        psycopg.connect(host=LOOPBACK, port=port, user=USER, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _initdb(data: Path, owner: str | None) -> None:
    subprocess.run(
        [
            _program("initdb"),
            *("-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8"),
            *("--locale=C.UTF-8", "--no-sync"),
        ],
        check=True,
        capture_output=True,
        user=owner,
        group=pwd.getpwnam(owner).pw_gid if owner else None,
        extra_groups=[] if owner else None,
        cwd=data.parent,
    )


def _unprivileged_user() -> str | None:
    """Return a user for the server: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _program(name: str) -> str:
    """Return the path of a program: Debian keeps them outside PATH, in a folder per major version."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True
    )
    return find_program(name, package="postgresql", folders=folders)
