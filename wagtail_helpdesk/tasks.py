"""What django-q2 runs: one-line bodies, ids in, nothing else. The truth is in the database."""

import logging
import uuid
from typing import Any

from django.apps import apps

from wagtail_helpdesk.models import Event
from wagtail_helpdesk.notify import announce as announcing
from wagtail_helpdesk.notify import delivery, reports

logger = logging.getLogger(__name__)


def tell(batch: str) -> None:
    """Announce the acts of one form and deliver what is due."""
    announcing.announce(uuid.UUID(batch))
    delivery.deliver()


def deliver() -> None:
    """Announce whatever was not yet and deliver what is due."""
    announcing.announce_waiting()
    delivery.deliver()


def plan_reports() -> None:
    """Make the reports that are due and deliver them."""
    reports.plan()
    delivery.deliver()


def ring(sender: Any, event: Event, **kwargs: Any) -> None:
    """Ring the bell after an act; without it, or with a broken queue, the schedule does the same."""
    # One task for a form, however many events it left.
    if event.position or not apps.is_installed("django_q"):
        return
    try:
        from django_q.tasks import async_task

        async_task("wagtail_helpdesk.tasks.tell", str(event.batch))
    except Exception:
        logger.warning("The queue cannot be reached; mails wait for the schedule.", exc_info=True)
