"""The search: the messages that a user may read and that match a query, newest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.utils.safestring import SafeString

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.markdown import strip_html
from wagtail_helpdesk.models import Attachment, Event, SearchRow, Ticket

from . import backends
from .normalisation import Query, parse_query
from .passages import extract_passage, mark_matches
from .ticket_reference import parse_ticket_reference

#: Results on a page: unless asked otherwise, and at most.
DEFAULT_LENGTH, MAX_LENGTH = 25, 50
#: Messages whose tickets narrow a list.
MAX_TICKET_MESSAGES = 300


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What narrows a search. ``before`` is the id of the event after which an older page starts."""

    open: bool | None = None
    service: int | None = None
    categories: Collection[int] = ()
    mine: bool = False
    before: int | None = None

    @property
    def narrows(self) -> bool:
        """Whether a filter is chosen."""
        return self != SearchFilters(before=self.before)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An event that matches, with its ticket; ``subject`` and ``passage`` are safe HTML."""

    event: Event
    subject: SafeString
    passage: SafeString


@dataclass(frozen=True, slots=True)
class SearchResults:
    """One page of results. Older ones follow after the event ``older``; None: there are none.

    ``ticket`` is the number of a ticket when the query only refers to that ticket.
    """

    query: Query = field(default_factory=Query)
    hits: Sequence[SearchHit] = ()
    older: int | None = None
    ticket: int | None = None


@dataclass(frozen=True, slots=True)
class FoundTickets:
    """The numbers of tickets with matching messages; ``is_cut``: older messages were not looked at."""

    numbers: frozenset[int] = frozenset()
    is_cut: bool = False


def search(
    user: Any, text: str, filters: SearchFilters | None = None, *, length: int = DEFAULT_LENGTH
) -> SearchResults:
    """Return the messages with all the words of ``text`` that the user may read, newest first.

    A text that only refers to a ticket, such as ``#1042``, its URL or the subject of an e-mail
    about it, gives that ticket if the user may read it. Raises ``QueryTooBroad`` when the database
    takes too long and ``SearchUnavailable`` when the engine does not answer.
    """
    filters, query = filters or SearchFilters(), parse_query(text)
    if not query or not access.is_active_user(user):
        return SearchResults(query)
    if (number := _find_ticket(user, text)) is not None:
        return SearchResults(query, ticket=number)
    length = max(1, min(length, MAX_LENGTH))
    found = backends.get_backend().newest(
        _build_sources(user, filters), query, filters.before, length
    )
    return SearchResults(query, _build_hits(user, found.events, query), found.older)


def find_tickets(
    user: Any, text: str, filters: SearchFilters | None = None, *, most: int = MAX_TICKET_MESSAGES
) -> FoundTickets:
    """Return the tickets of the newest messages that match, to narrow a list by them.

    Raises as ``search`` does.
    """
    filters, query = filters or SearchFilters(), parse_query(text)
    if not query or not access.is_active_user(user):
        return FoundTickets()
    if (number := _find_ticket(user, text)) is not None:
        return FoundTickets(frozenset({number}))
    found = backends.get_backend().newest(_build_sources(user, filters), query, None, most)
    # Checked again, so that no back end has to be trusted.
    events = Event.objects.visible_to(user).filter(pk__in=found.events)
    numbers = frozenset(events.values_list("ticket", flat=True)) if found.events else frozenset()
    return FoundTickets(numbers, is_cut=found.older is not None)


def _find_ticket(user: Any, text: str) -> int | None:
    number = parse_ticket_reference(text)
    if number is None:
        return None
    return Ticket.objects.visible_to(user).values_list("pk", flat=True).filter(pk=number).first()


def _build_sources(user: Any, filters: SearchFilters) -> list[QuerySet[SearchRow]]:
    """Return ordered queries that together give every row that the user may read.

    For a manager one query is enough, because the words narrow best. Other people can read a
    handful of tickets: measured, it is faster to start from these than from the words.
    """
    rows = _apply_filters(SearchRow.objects.visible_to(user), filters)
    newest = rows.order_by("-pk")
    # The sum keeps the planner from walking the primary key: the user's own rows are sparse.
    own = rows.order_by((F("pk") + 0).desc())
    invited = user.helpdesk_invitations.order_by().values("ticket")
    sources = [own.filter(ticket__requester=user), own.filter(ticket__in=invited)]
    if filters.mine:
        return [*sources, newest.filter(ticket__assignee=user)]
    if access.manager_rows_of(user):
        return [newest]
    return [*sources, newest.filter(ticket__visibility=Visibility.PUBLIC)]


def _apply_filters(rows: QuerySet[SearchRow], filters: SearchFilters) -> QuerySet[SearchRow]:
    if filters.open is not None:
        rows = rows.filter(ticket__is_open=filters.open)
    if filters.service is not None:
        rows = rows.filter(ticket__service=filters.service)
    if filters.categories:
        rows = rows.filter(ticket__category__in=filters.categories)
    return rows


def _build_hits(user: Any, keys: list[int], query: Query) -> list[SearchHit]:
    if not keys:
        return []
    # Checked again, so that no back end has to be trusted.
    events = list(
        Event.objects.visible_to(user)
        .filter(pk__in=keys)
        .select_related("actor", "ticket__service", "ticket__category")
        .defer("text", "before", "after")
        .order_by("-pk")
    )
    files = _load_file_names(events)
    return [_build_hit(event, files[event.pk], query) for event in events]


def _build_hit(event: Event, files: list[str], query: Query) -> SearchHit:
    text = " · ".join(filter(None, [strip_html(event.rendered), *files]))
    return SearchHit(event, mark_matches(event.ticket.subject, query), extract_passage(text, query))


def _load_file_names(events: list[Event]) -> dict[int, list[str]]:
    """Return the names of the files of these messages, whose readers may read them too."""
    names: dict[int, list[str]] = defaultdict(list)
    files = Attachment.objects.filter(event__in=events)
    for event, name in files.values_list("event", "name"):
        names[event].append(name)
    return names
