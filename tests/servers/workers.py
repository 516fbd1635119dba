"""Processes of the site beside the test: a django-q2 cluster, or any management command."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from tests.servers.processes import private_folder, running

PROJECT = Path(__file__).resolve().parents[2]


def environment(
    *, smtp_port: int | None = None, redis_port: int | None = None, **extra: str
) -> dict[str, str]:
    """Return the environment of a process that uses the database of the running test.

    The test must commit (`transactional_db`), or the process does not see its data.
    """
    database = {
        key: value
        for key, value in connection.settings_dict.items()
        if key in ("ENGINE", "NAME", "HOST", "PORT", "USER", "PASSWORD", "OPTIONS")
    }
    variables = {
        "DJANGO_SETTINGS_MODULE": "tests.settings.worker",
        "HELPDESK_TEST_DATABASE": json.dumps(database, default=str),
        "PYTHONPATH": str(PROJECT),
        "PYTHONUNBUFFERED": "1",
    }
    if smtp_port:
        variables["HELPDESK_TEST_SMTP_PORT"] = str(smtp_port)
    if redis_port:
        variables["HELPDESK_TEST_REDIS_PORT"] = str(redis_port)
    return {**os.environ, **variables, **extra}


def run_command(*words: str, **where: object) -> "subprocess.CompletedProcess[str]":
    """Run a management command to its end; `where` are arguments of `environment`."""
    return subprocess.run(
        [sys.executable, "-m", "django", *words],
        env=environment(**where),  # type: ignore[arg-type]
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@contextlib.contextmanager
def command(
    *words: str,
    says: str,
    within: float = 120,
    stop_with: signal.Signals = signal.SIGTERM,
    **where: object,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a management command in the background; it is ready when its log contains `says`."""
    with private_folder() as folder:
        log = folder / "log"
        with running(
            [sys.executable, "-m", "django", *words],
            log=log,
            ready=lambda: says in log.read_text(errors="replace"),
            within=within,
            stop_with=stop_with,
            env=environment(**where),  # type: ignore[arg-type]
            cwd=PROJECT,
        ) as process:
            process.log = log  # type: ignore[attr-defined]
            yield process


@contextlib.contextmanager
def qcluster(**where: object) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a django-q2 cluster.

    It is killed at the end: a SIGTERM that also reaches its idle workers can make it hang.
    """
    with command("qcluster", says="running.", stop_with=signal.SIGKILL, **where) as process:
        yield process
