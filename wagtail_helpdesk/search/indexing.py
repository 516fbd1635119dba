"""Filling the search rows: after an event, in a sweep of what was missed, or all over again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import QuerySet

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.models import Event, SearchRow, Ticket

from . import backends
from .words import fold

#: Events read and written at a time.
BATCH = 500
#: After these, what a ticket is about is no longer what its rows say.
_CHANGES_WHAT_IT_IS_ABOUT = {
    lifecycle.CHANGE_SUBJECT.name,
    lifecycle.CHANGE_REQUESTER.name,
    lifecycle.MOVE.name,
}


def index_event(pk: int) -> None:
    """Make an event findable, and with it its whole ticket when what it is about has changed."""
    event = Event.objects.filter(pk=pk).first()
    if event is None:
        return
    if event.action in _CHANGES_WHAT_IT_IS_ABOUT:
        index(Event.objects.filter(ticket=event.ticket_id))
    else:
        index(Event.objects.filter(pk=pk))


def index(events: QuerySet[Event]) -> int:
    """Write the rows of these events, and return how many."""
    rows = [_row(event) for event in _with_what_is_read(events)]
    # First, because the sweep looks for missing rows: what the engine refused is offered again.
    backends.current().add(rows)
    SearchRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["event"],
        update_fields=["ticket", "audience", "actor", "about", "said"],
    )
    return len(rows)


def unindexed() -> QuerySet[Event]:
    """Return the events that cannot be found yet."""
    return Event.objects.filter(search_row=None)


def sweep() -> Iterator[int]:
    """Index what was missed, yielding after each batch how many events it held."""
    return _in_batches(unindexed())


def rebuild() -> Iterator[int]:
    """Index everything again, yielding after each batch how many events it held."""
    backends.current().empty()
    yield from _in_batches(Event.objects.all())
    backends.current().settle()


def _in_batches(events: QuerySet[Event]) -> Iterator[int]:
    after = 0
    while batch := list(events.filter(pk__gt=after).order_by("pk").values_list("pk")[:BATCH]):
        keys = [key for (key,) in batch]
        yield index(Event.objects.filter(pk__in=keys))
        after = keys[-1]


def _with_what_is_read(events: QuerySet[Event]) -> Iterable[Event]:
    return events.select_related(
        "ticket__category", "ticket__service", "ticket__requester"
    ).prefetch_related("attachments")


def _row(event: Event) -> SearchRow:
    said = fold(" ".join(_said(event)))
    return SearchRow(
        event=event,
        ticket_id=event.ticket_id,
        audience=event.audience,
        actor_id=event.actor_id,
        # What says nothing answers no question: the index need not know what it is about.
        about=fold(" ".join(_about(event.ticket))) if said else "",
        said=said,
    )


def _about(ticket: Ticket) -> Iterator[str]:
    yield ticket.subject
    yield ticket.service.name
    yield ticket.category.name
    yield ticket.requester.get_full_name()


def _said(event: Event) -> Iterator[Any]:
    # The opening speaks for the ticket, so that a word of its subject finds it once, not once
    # for each event.
    if event.action == lifecycle.OPEN_TICKET.name:
        yield from _about(event.ticket)
    # The subject as it was given here: the history shows it even when it has changed since.
    yield event.after.get("subject", "")
    yield event.text
    for attachment in event.attachments.all():
        yield attachment.name
