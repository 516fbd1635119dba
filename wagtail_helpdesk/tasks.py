"""What django-q2 runs: one-line bodies, ids in, nothing else. The truth is in the database."""

import uuid
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import transaction

from wagtail_helpdesk.models import Event, SearchRow
from wagtail_helpdesk.search import indexing

from .mailqueue import delivery
from .notifications import dispatch as announcing
from .notifications import wakeup
from .reports import due


def dispatch_event(batch: str) -> None:
    """Announce the acts of one form, deliver what is due, then let the search find them."""
    announcing.dispatch_event(uuid.UUID(batch))
    _deliver()
    indexing.index_submission(uuid.UUID(batch))


def deliver() -> None:
    """Announce whatever was not yet and deliver what is due."""
    announcing.dispatch_waiting_events()
    _deliver()


def plan_reports() -> None:
    """Make the reports that are due and deliver them."""
    due.try_to_plan_reports()
    _deliver()


def run_housekeeping() -> None:
    """Do what time brings: resume and expire tickets, hand over those of leavers, forget old traces."""
    call_command("helpdesk_housekeeping", verbosity=0)


def index_search() -> None:
    """Let the search find what it has missed."""
    indexing.index_missed_events()


def _deliver() -> None:
    """Deliver for a part of the time that a task has, and leave the rest to another task.

    Cut by the queue's time limit, the mail in hand would go out twice.
    """
    from django_q.conf import Conf

    share = timedelta(seconds=(Conf.TIMEOUT or 60) / 4)
    is_over = delivery.stop_after(share.total_seconds())
    delivery.deliver(is_over)
    if is_over():
        wakeup.ring_once("wagtail_helpdesk.tasks.deliver", within=share)


def wake_mail_worker(sender: Any, event: Event, **kwargs: Any) -> None:
    """Ring the bell after an act: once for a form, however many events it left."""
    if not event.position:
        wakeup.ring("wagtail_helpdesk.tasks.dispatch_event", str(event.batch))


def forget_search_rows(sender: Any, instance: SearchRow, **kwargs: Any) -> None:
    """Take the words of an erased event out of the search engine, once it is gone for good."""
    event = instance.pk
    # Robust: an engine that is away keeps them until it is filled anew, and shows them to nobody.
    transaction.on_commit(lambda: indexing.forget_event(event), robust=True)
