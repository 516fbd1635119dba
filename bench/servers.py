"""The site as it is measured: gunicorn with two workers, on a database made for the run."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from tests.servers.postgresql import postgresql
from tests.servers.processes import free_port, listens, running

PROJECT = Path(__file__).resolve().parents[1]
WORKERS, THREADS = 2, 2
#: A small server of today: a gigabyte for the cache, a disk without moving parts.
TUNED = {
    "shared_buffers": "1GB",
    "random_page_cost": "1.1",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "synchronous_commit": "on",
}


@contextlib.contextmanager
def database(kind: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Give Django's words for an empty database; PostgreSQL runs until the block ends."""
    if kind == "sqlite":
        from tests.settings.fast import DATABASES

        yield {**DATABASES["default"], "NAME": str(folder / "bench.sqlite3")}
        return
    with postgresql(**TUNED) as server:
        words = server.connection
        with psycopg.connect(
            host=words["HOST"], port=words["PORT"], user=words["USER"], dbname="postgres",
            autocommit=True,
        ) as connection:  # fmt: skip
            connection.execute("CREATE DATABASE bench")
        yield {"ENGINE": "django.db.backends.postgresql", "NAME": "bench", **words}


def use(database: dict[str, Any]) -> None:
    """Let this process and those it starts work on a database."""
    os.environ["HELPDESK_BENCH_DATABASE"] = json.dumps(database, default=str)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"


class Gunicorn:
    """A running web server: its port, and the memory of its workers."""

    def __init__(self, port: int, process: Any) -> None:
        self.port, self.process = port, process

    def memory(self) -> list[int]:
        """Return the resident memory of each worker, in MiB."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [_resident(child) for child in children]


def _resident(pid: str) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) // 1024 if found else 0


@contextlib.contextmanager
def gunicorn(folder: Path) -> Iterator[Gunicorn]:
    """Serve the site until the block ends."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", "bench.wsgi:application", "--preload"),
        *("--workers", str(WORKERS), "--worker-class", "gthread", "--threads", str(THREADS)),
        *("--bind", f"127.0.0.1:{port}", "--keep-alive", "60", "--timeout", "120"),
    ]
    log = folder / "gunicorn.log"
    with running(command, log=log, ready=lambda: listens(port), cwd=PROJECT) as process:
        yield Gunicorn(port, process)
