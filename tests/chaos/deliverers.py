"""Delivering processes to be killed: forked from one that has loaded everything, so that a new one is quick.

``python -m tests.chaos.deliverers 3`` keeps three of them alive.
"""

import os
import random
import signal
import sys
import time
from datetime import timedelta

import django
from django.db import DatabaseError, InterfaceError, connection, connections


def main(number: int) -> None:
    """Keep so many deliverers alive until stopped."""
    django.setup()
    _hurry()
    connections.close_all()
    alive = {_fork() for _ in range(number)}
    signal.signal(signal.SIGTERM, lambda *_: _stop(alive))
    sys.stdout.write("delivering\n")
    sys.stdout.flush()
    while True:
        pid, _ = os.wait()
        alive.discard(pid)
        alive.add(_fork())


def _hurry() -> None:
    """Let pauses of minutes be tenths of seconds: what is tested is what happens after them."""
    from wagtail_helpdesk.mailqueue import queue

    queue.get_retry_delay = lambda attempts: timedelta(seconds=random.uniform(0.05, 0.3))


def _fork() -> int:
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        random.seed()
        _deliver_for_ever()
    return pid


def _deliver_for_ever() -> None:
    from wagtail_helpdesk.mailqueue.delivery import deliver
    from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

    while True:
        try:
            dispatch_waiting_events()
            deliver()
        except (DatabaseError, InterfaceError):
            connection.close()
        time.sleep(0.05)


def _stop(alive: set[int]) -> None:
    for pid in alive:
        os.kill(pid, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
