"""Ringing for a worker: what rings is on its way already, so a queue that is down breaks nothing."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from wagtail_helpdesk.models import Heartbeat

logger = logging.getLogger(__name__)


def ring(task: str, *args: str) -> None:
    """Ask a worker to do a task once the transaction is over; without one, the schedule will."""
    if apps.is_installed("django_q"):
        transaction.on_commit(partial(_ring, task, *args), robust=True)


def ring_once(task: str, within: timedelta) -> None:
    """Ring, unless somebody has rung like this a moment ago: many who leave work need one successor."""
    now = timezone.now()
    beat, created = Heartbeat.objects.get_or_create(name=task, defaults={"at": now})
    if created or Heartbeat.objects.filter(pk=beat.pk, at__lte=now - within).update(at=now):
        ring(task)


def _ring(task: str, *args: str) -> None:
    from django_q.tasks import async_task

    try:
        async_task(task, *args)
    except Exception:
        logger.warning(
            "The queue cannot be reached; what is waiting will go out with the schedule.",
            exc_info=True,
        )
