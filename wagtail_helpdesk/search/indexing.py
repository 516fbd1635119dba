"""Filling the search rows: after an event, in a sweep of what was missed, or all over again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.models import Event, SearchRow, Ticket
from wagtail_helpdesk.names import get_display_name

from . import backends
from .normalisation import fold_text

#: Events read and written at a time.
BATCH = 500
#: Numbers of events looked at together for what was missed.
STRETCH = 2000
#: After these, what a ticket is about is no longer what its rows say.
_CHANGES_WHAT_IT_IS_ABOUT = [
    lifecycle.CHANGE_SUBJECT.name,
    lifecycle.CHANGE_REQUESTER.name,
    lifecycle.MOVE.name,
]


def index_form(batch: UUID) -> None:
    """Make the acts of one form findable."""
    for _size in sweep_unindexed(find_unindexed().filter(batch=batch)):
        pass


def index_ticket_of() -> None:
    """Make findable what was missed, from the newest event back to a stretch that missed nothing.

    Asking all events would read the whole table each time; ``sweep`` without limits does.
    """
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while last > 0:
        stretch = find_unindexed().filter(pk__gt=last - STRETCH, pk__lte=last)
        if not any(list(sweep_unindexed(stretch))):
            return
        last -= STRETCH


def index_events(events: QuerySet[Event]) -> int:
    """Write the rows of these events, and return how many."""
    rows = [_row(event) for event in _with_what_is_read(events)]
    if not rows:
        return 0
    # First, because the sweep looks for missing rows: what the engine refused is offered again.
    backends.get_backend().add(rows)
    SearchRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["event"],
        update_fields=["ticket", "audience", "actor", "about", "said"],
    )
    return len(rows)


def forget_ticket(event: int) -> None:
    """Forget the words of an event whose row was deleted."""
    backends.get_backend().remove(event)


def find_unindexed() -> QuerySet[Event]:
    """Return the events that cannot be found yet."""
    return Event.objects.filter(search_row=None)


def sweep_unindexed(events: QuerySet[Event] | None = None) -> Iterator[int]:
    """Index what was missed, or some of it, yielding after each batch how many events it held."""
    for keys in _batches(find_unindexed() if events is None else events):
        yield index_events(Event.objects.filter(pk__in=keys))
        index_events(_outdated_by(keys))


def rebuild_index() -> Iterator[int]:
    """Index everything again, yielding after each batch how many events it held."""
    backends.get_backend().empty()
    for keys in _batches(Event.objects.all()):
        yield index_events(Event.objects.filter(pk__in=keys))
    backends.get_backend().settle()


def _batches(events: QuerySet[Event]) -> Iterator[list[int]]:
    after = 0
    while keys := list(
        events.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield keys
        after = keys[-1]


def _outdated_by(keys: list[int]) -> QuerySet[Event]:
    """Return the other events of the tickets that are about something else since these."""
    changed = Event.objects.filter(pk__in=keys, action__in=_CHANGES_WHAT_IT_IS_ABOUT)
    return Event.objects.filter(ticket__in=changed.values("ticket")).exclude(pk__in=keys)


def _with_what_is_read(events: QuerySet[Event]) -> Iterable[Event]:
    return events.select_related(
        "ticket__category", "ticket__service", "ticket__requester"
    ).prefetch_related("attachments")


def _row(event: Event) -> SearchRow:
    said = fold_text(" ".join(_said(event)))
    return SearchRow(
        event=event,
        ticket_id=event.ticket_id,
        audience=event.audience,
        actor_id=event.actor_id,
        # What says nothing answers no question: the index need not know what it is about.
        about=fold_text(" ".join(_about(event.ticket))) if said else "",
        said=said,
    )


def _about(ticket: Ticket) -> Iterator[str]:
    yield ticket.subject
    yield ticket.service.name
    yield ticket.category.name
    yield get_display_name(ticket.requester)


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
