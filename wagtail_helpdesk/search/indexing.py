"""Filling the search rows: after an event, for events that were missed, or all over again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.models import Event, SearchRow, Ticket
from wagtail_helpdesk.names import get_display_name

from . import backends
from .normalisation import normalise_text

#: Events read and written at a time.
BATCH = 500
#: Between texts: no compound begins in one and ends in the next.
SEPARATOR = " / "
#: Ids of events searched together for missed ones.
STRETCH = 2000
#: Actions after which all rows of the ticket are out of date.
_CHANGES_ABOUT = [
    lifecycle.CHANGE_SUBJECT.name,
    lifecycle.CHANGE_REQUESTER.name,
    lifecycle.MOVE.name,
]


def index_submission(batch: UUID) -> None:
    """Index the events of one submission."""
    for _size in sweep_unindexed(find_unindexed().filter(batch=batch)):
        pass


def index_missed_events() -> None:
    """Index missed events, from the newest back to a stretch without any.

    ``sweep_unindexed()`` without an argument looks at all events, which reads the whole table.
    """
    last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while last > 0:
        stretch = find_unindexed().filter(pk__gt=last - STRETCH, pk__lte=last)
        if not any(list(sweep_unindexed(stretch))):
            return
        last -= STRETCH


def index_events(events: QuerySet[Event]) -> int:
    """Index these events and return their number."""
    rows = [_build_row(event) for event in _select_related(events)]
    if not rows:
        return 0
    # The engine first: events without a row are found and indexed again when it refuses them.
    backends.get_backend().add(rows)
    SearchRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["event"],
        update_fields=["ticket", "audience", "actor", "about", "body"],
    )
    return len(rows)


def forget_event(event: int) -> None:
    """Remove a deleted event from the index."""
    backends.get_backend().remove(event)


def find_unindexed() -> QuerySet[Event]:
    """Return the events that are not indexed yet."""
    return Event.objects.filter(search_row=None)


def sweep_unindexed(events: QuerySet[Event] | None = None) -> Iterator[int]:
    """Index events, by default all that were missed; yield the size of each batch."""
    for keys in _iterate_batches(find_unindexed() if events is None else events):
        yield index_events(Event.objects.filter(pk__in=keys))
        index_events(_find_outdated(keys))


def rebuild_index() -> Iterator[int]:
    """Index everything again; yield the size of each batch."""
    backends.get_backend().empty()
    for keys in _iterate_batches(Event.objects.all()):
        yield index_events(Event.objects.filter(pk__in=keys))
    backends.get_backend().settle()


def _iterate_batches(events: QuerySet[Event]) -> Iterator[list[int]]:
    after = 0
    while keys := list(
        events.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]
    ):
        yield keys
        after = keys[-1]


def _find_outdated(keys: list[int]) -> QuerySet[Event]:
    """Return the other events of the tickets whose subject or place these events changed."""
    changed = Event.objects.filter(pk__in=keys, action__in=_CHANGES_ABOUT)
    return Event.objects.filter(ticket__in=changed.values("ticket")).exclude(pk__in=keys)


def _select_related(events: QuerySet[Event]) -> Iterable[Event]:
    return events.select_related(
        "ticket__category", "ticket__service", "ticket__requester"
    ).prefetch_related("attachments")


def _build_row(event: Event) -> SearchRow:
    body = normalise_text(SEPARATOR.join(_iterate_body(event)))
    return SearchRow(
        event=event,
        ticket_id=event.ticket_id,
        audience=event.audience,
        actor_id=event.actor_id,
        # An event without words of its own matches no query: nothing else need be indexed.
        about=normalise_text(SEPARATOR.join(_iterate_about(event.ticket))) if body else "",
        body=body,
    )


def _iterate_about(ticket: Ticket) -> Iterator[str]:
    yield ticket.subject
    for place in (ticket.service, ticket.category):
        yield from dict.fromkeys([place.name, *place.titles.values()])
    yield get_display_name(ticket.requester)


def _iterate_body(event: Event) -> Iterator[Any]:
    # The opening stands for the ticket, so that a word of its subject finds it once and not
    # once for each event.
    if event.action == lifecycle.OPEN_TICKET.name:
        yield from _iterate_about(event.ticket)
    # The subject given here, which the history still shows after another change.
    yield event.after.get("subject", "")
    yield event.text
    for attachment in event.attachments.all():
        yield attachment.name
