"""The servers: a database server with persistent data, and gunicorn with two workers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.servers.postgresql import postgresql
from tests.servers.processes import children, free_port, listens, private_folder, running

PROJECT = Path(__file__).resolve().parents[1]
STATE = PROJECT / ".state" / "bench"
WORKERS, THREADS = 2, 2
#: The configuration of a small server: a gigabyte of cache, a solid-state disk.
TUNED = {
    "shared_buffers": "1GB",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "synchronous_commit": "on",
}


class DatabaseServer(Protocol):
    """A database server with one database for each number of tickets."""

    def database(self, tickets: int) -> dict[str, Any]:
        """Return Django's settings of a database; create it if necessary."""


class _PostgreSQL:
    def __init__(self, words: dict[str, str]) -> None:
        self.words = words

    def database(self, tickets: int) -> dict[str, Any]:
        name = f"bench_{tickets}"
        with psycopg.connect(
            host=self.words["HOST"], port=self.words["PORT"], user=self.words["USER"],
            dbname="postgres", autocommit=True,
        ) as connection:  # fmt: skip
            there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not there.fetchone():
                connection.execute(f"CREATE DATABASE {name}")
        return {"ENGINE": "django.db.backends.postgresql", "NAME": name, **self.words}


class _SQLite:
    def database(self, tickets: int) -> dict[str, Any]:
        from tests.settings.fast import DATABASES

        return {**DATABASES["default"], "NAME": str(STATE / f"{tickets}.sqlite3")}


@contextlib.contextmanager
def database_server(kind: str) -> Iterator[DatabaseServer]:
    """Run a database server until the block ends; its data is kept."""
    STATE.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield _SQLite()
        return
    with postgresql(kept=STATE / "postgresql", **TUNED) as server:
        yield _PostgreSQL(server.connection)


def environment(database: dict[str, Any]) -> dict[str, str]:
    """Return the environment of a process for a database."""
    return {
        **os.environ,
        "HELPDESK_BENCH_DATABASE": json.dumps(database, default=str),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "PYTHONPATH": str(PROJECT),
    }


class Gunicorn:
    """A running web server: its port, and the memory of its workers."""

    def __init__(self, port: int, process: Any) -> None:
        self.port, self.process = port, process

    def memory(self) -> list[int]:
        """Return the resident memory of each worker, in MiB."""
        return [_resident(worker) for worker in children(self.process.pid)]


def _resident(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


@contextlib.contextmanager
def gunicorn(environment: dict[str, str], python: str = sys.executable) -> Iterator[Gunicorn]:
    """Serve the site of an environment until the block ends."""
    port = free_port()
    command = [
        *(python, "-m", "gunicorn", "bench.wsgi", "--preload"),
        *("--workers", str(WORKERS), "--worker-class", "gthread", "--threads", str(THREADS)),
        *("--bind", f"127.0.0.1:{port}", "--keep-alive", "60", "--timeout", "120"),
    ]
    with (
        private_folder() as folder,
        running(
            command,
            log=folder / "log",
            ready=lambda: listens(port),
            env=environment,
            cwd=PROJECT,
        ) as process,
    ):
        yield Gunicorn(port, process)
