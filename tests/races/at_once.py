"""Doing two things at once, and deciding which of them has the lock first."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from tests.servers.processes import eventually

Job = Callable[[], Any]
#: Seconds after which a race that does not end is a deadlock.
PATIENCE = 120


def attempt(job: Job) -> Any:
    """Do it on a connection of this thread; return what it returns or raises."""
    try:
        return job()
    except Exception as error:
        return error
    finally:
        connection.close()


def at_once(*jobs: Job) -> list[Any]:
    """Start all at the same moment; return what each returned or raised."""
    barrier = threading.Barrier(len(jobs))

    def run(job: Job) -> Any:
        barrier.wait(PATIENCE)
        return attempt(job)

    with ThreadPoolExecutor(len(jobs)) as threads:
        racing = [threads.submit(run, job) for job in jobs]
        return [race.result(PATIENCE) for race in racing]


def in_order(first: Job, second: Job, *, held: str = "") -> list[Any]:
    """Let the first have its first lock, or that of the table ``held``; the second comes meanwhile."""
    has_lock, go_on = threading.Event(), threading.Event()

    def pause(execute: Any, sql: str, *arguments: Any) -> Any:
        result = execute(sql, *arguments)
        if "FOR NO KEY UPDATE" in sql and held in sql and not has_lock.is_set():
            has_lock.set()
            go_on.wait(PATIENCE)
        return result

    def hold() -> Any:
        with connection.execute_wrapper(pause):
            return attempt(first)

    with ThreadPoolExecutor(2) as threads:
        holder = threads.submit(hold)
        assert has_lock.wait(PATIENCE), holder.result(0)
        follower = threads.submit(attempt, second)
        eventually(lambda: follower.done() or _is_lock_awaited(), within=PATIENCE)
        go_on.set()
        return [holder.result(PATIENCE), follower.result(PATIENCE)]


def _is_lock_awaited() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return bool(cursor.fetchone()[0])
