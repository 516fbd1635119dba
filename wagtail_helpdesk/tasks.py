"""The functions that django-q2 runs: short, with ids as arguments; all state is in the database."""

import uuid
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import transaction

from wagtail_helpdesk.models import Event, SearchRow
from wagtail_helpdesk.search import indexing

from .mailqueue import delivery
from .notifications import bulk_alerts, dispatch, wakeup
from .reports import due


def dispatch_event(batch: str) -> None:
    """Dispatch the events of one form, deliver what is due, then add the events to the search."""
    dispatch.dispatch_event(uuid.UUID(batch))
    _deliver()
    indexing.index_submission(uuid.UUID(batch))


def dispatch_bulk(bulk: str) -> None:
    """Do the same for the events of a form about several tickets, and send its mails at once."""
    batches = bulk_alerts.find_batches(uuid.UUID(bulk))
    for batch in batches:
        dispatch.dispatch_event(batch)
    bulk_alerts.end_hold(uuid.UUID(bulk))
    _deliver()
    for batch in batches:
        indexing.index_submission(batch)


def deliver() -> None:
    """Dispatch events that were missed and deliver what is due."""
    dispatch.dispatch_waiting_events()
    _deliver()


def plan_reports() -> None:
    """Create the reports that are due and deliver them."""
    due.try_to_plan_reports()
    _deliver()


def run_housekeeping() -> None:
    """Run time-based jobs: resume and expire tickets, hand over those of leavers, delete old logs."""
    call_command("helpdesk_housekeeping", verbosity=0)


def index_search() -> None:
    """Add events that were missed to the search."""
    indexing.index_missed_events()


def _deliver() -> None:
    """Deliver for a quarter of the time limit of a task, and leave the rest to another task.

    If the limit ended the task, the current mail would be sent twice.
    """
    from django_q.conf import Conf

    share = timedelta(seconds=(Conf.TIMEOUT or 60) / 4)
    is_over = delivery.stop_after(share.total_seconds())
    delivery.deliver(is_over)
    if is_over():
        wakeup.request_task_once("wagtail_helpdesk.tasks.deliver", within=share)


def wake_mail_worker(sender: Any, event: Event, **kwargs: Any) -> None:
    """Request a worker after commit: once per form, however many events it recorded."""
    if not event.position and event.bulk is None:
        wakeup.request_task("wagtail_helpdesk.tasks.dispatch_event", str(event.batch))


def wake_mail_worker_for_bulk(sender: Any, bulk: uuid.UUID, **kwargs: Any) -> None:
    """Request a worker for all events of a form about several tickets."""
    wakeup.request_task("wagtail_helpdesk.tasks.dispatch_bulk", str(bulk))


def forget_search_rows(sender: Any, instance: SearchRow, **kwargs: Any) -> None:
    """Remove a deleted event from the search engine after commit."""
    event = instance.pk
    # Robust: an unreachable engine keeps the row until it is rebuilt; results are filtered anyway.
    transaction.on_commit(lambda: indexing.forget_event(event), robust=True)
