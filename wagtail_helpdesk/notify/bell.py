"""Ringing for a worker: what rings is on its way already, so a queue that is down breaks nothing."""

from __future__ import annotations

import logging
from functools import partial

from django.apps import apps
from django.db import transaction

logger = logging.getLogger(__name__)


def ring(task: str, *args: str) -> None:
    """Ask a worker to do a task once the transaction is over; without one, the schedule will."""
    if apps.is_installed("django_q"):
        transaction.on_commit(partial(_ring, task, *args), robust=True)


def _ring(task: str, *args: str) -> None:
    from django_q.tasks import async_task

    try:
        async_task(task, *args)
    except Exception:
        logger.warning(
            "The queue cannot be reached; what waits waits for the schedule.", exc_info=True
        )
