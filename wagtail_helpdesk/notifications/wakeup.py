"""Wake a worker after commit. A lost wake-up is harmless: the schedule finds what is waiting."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from django.apps import apps
from django.db import transaction
from django.utils import timezone

from wagtail_helpdesk.models import Heartbeat

logger = logging.getLogger(__name__)


def request_task(task: str, *args: str) -> None:
    """Ask a worker to run a task after commit. Does nothing without django-q2."""
    if apps.is_installed("django_q"):
        transaction.on_commit(partial(_enqueue, task, *args), robust=True)


def request_task_once(task: str, within: timedelta) -> None:
    """Request a task, unless any process has requested it within some time."""
    now = timezone.now()
    request, created = Heartbeat.objects.get_or_create(name=task, defaults={"at": now})
    is_old = Heartbeat.objects.filter(pk=request.pk, at__lte=now - within)
    if created or is_old.update(at=now):
        request_task(task)


def _enqueue(task: str, *args: str) -> None:
    from django_q.tasks import async_task

    try:
        async_task(task, *args)
    except Exception:
        logger.warning(
            "The task queue cannot be reached; what is waiting will be sent by the schedule.",
            exc_info=True,
        )
