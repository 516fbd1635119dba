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

# Nothing here must survive a power cut, and two run side by side with `pytest -n 2`.
# A durable one, for tests that pull the plug, turns the first two on again.
FAST = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


@dataclass(frozen=True)
class PostgreSQL:
    """A running server: where it listens, and the process that a fault test may restart."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def connection(self) -> dict[str, str]:
        """The words Django's DATABASES needs."""
        return {"HOST": LOOPBACK, "PORT": str(self.port), "USER": USER, "PASSWORD": ""}


@contextlib.contextmanager
def postgresql(kept: Path | None = None, **options: str) -> Iterator[PostgreSQL]:
    """Make a cluster and serve it; options are those of postgresql.conf.

    The cluster is gone afterwards, unless it is ``kept`` in a folder for the next time.
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
    """Tell whether it answers queries: it listens a moment before that."""
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
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"


def _program(name: str) -> str:
    """Debian keeps the server's programs outside PATH, in one folder for each major version."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True
    )
    return find_program(name, package="postgresql", folders=folders)
