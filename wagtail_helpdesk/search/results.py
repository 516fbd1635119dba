"""The one search: what somebody may read that answers their question, newest first."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.utils.safestring import SafeString

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.markdown import plain
from wagtail_helpdesk.models import Attachment, Event, SearchRow, Ticket

from . import backends
from .normalisation import Query, parse_query
from .passages import extract_passage, mark_matches

#: Answers on a page, unless asked otherwise, and at most.
LENGTH, MOST = 25, 50

_NUMBER = re.compile(r"\s*#?\s*([0-9]{1,18})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SearchFilters:
    """What narrows a search, and where an older page starts (``before``: an event's id)."""

    open: bool | None = None
    service: int | None = None
    categories: Collection[int] = ()
    mine: bool = False
    before: int | None = None


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An event that answers, with its ticket; ``subject`` and ``passage`` are safe HTML."""

    event: Event
    subject: SafeString
    passage: SafeString


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The answers, and after which event the older ones start (None: these are all).

    ``ticket`` is the number of the ticket when the question was just that: lead there.
    """

    query: Query = field(default_factory=Query)
    hits: Sequence[SearchHit] = ()
    older: int | None = None
    ticket: int | None = None


def search(
    user: Any, text: str, filters: SearchFilters | None = None, *, length: int = LENGTH
) -> SearchResults:
    """Return what the user may read that holds all the words of ``text``, newest first.

    ``#1042`` or ``1042`` alone names a ticket and finds nothing else, if there is one to see. Raises
    ``TooBroad`` when the database would take too long, ``Unavailable`` when an engine is away.
    """
    filters, query = filters or SearchFilters(), parse_query(text)
    if not query or not access.is_active_user(user):
        return SearchResults(query)
    if (number := _number_of_ticket(user, text)) is not None:
        return SearchResults(query, ticket=number)
    length = max(1, min(length, MOST))
    found = backends.get_backend().newest(_doors(user, filters), query, filters.before, length)
    return SearchResults(query, _hits(user, found.events, query), found.older)


def _number_of_ticket(user: Any, text: str) -> int | None:
    named = _NUMBER.fullmatch(text)
    if named is None:
        return None
    return Ticket.objects.visible_to(user).values_list("pk", flat=True).filter(pk=named[1]).first()


def _doors(user: Any, filters: SearchFilters) -> list[QuerySet[SearchRow]]:
    """Return the queries that together reach all the user may read, each with the rule in it, newest first.

    For a manager words narrow best, and one door leads everywhere. Somebody who manages nothing
    reads a handful of tickets among all: measured, their own must come first, not the words.
    """
    rows = _narrowed(SearchRow.objects.visible_to(user), filters)
    newest = rows.order_by("-pk")
    # Sorted, not walked from the newest on: what is one's own stands thinly among all there is.
    own = rows.order_by((F("pk") + 0).desc())
    invited = user.helpdesk_invitations.order_by().values("ticket")
    doors = [own.filter(ticket__requester=user), own.filter(ticket__in=invited)]
    if filters.mine:
        return [*doors, newest.filter(ticket__assignee=user)]
    if access.manager_rows_of(user):
        return [newest]
    return [*doors, newest.filter(ticket__visibility=Visibility.PUBLIC)]


def _narrowed(rows: QuerySet[SearchRow], filters: SearchFilters) -> QuerySet[SearchRow]:
    if filters.open is not None:
        rows = rows.filter(ticket__is_open=filters.open)
    if filters.service is not None:
        rows = rows.filter(ticket__service=filters.service)
    if filters.categories:
        rows = rows.filter(ticket__category__in=filters.categories)
    return rows


def _hits(user: Any, keys: list[int], query: Query) -> list[SearchHit]:
    if not keys:
        return []
    # Asked again although the keys come through the same gate: no back end has to be trusted.
    events = list(
        Event.objects.visible_to(user)
        .filter(pk__in=keys)
        .select_related("actor", "ticket__service", "ticket__category")
        .defer("text", "before", "after")
        .order_by("-pk")
    )
    files = _files_of(events)
    return [_hit(event, files[event.pk], query) for event in events]


def _hit(event: Event, files: list[str], query: Query) -> SearchHit:
    text = " · ".join(filter(None, [plain(event.rendered), *files]))
    return SearchHit(event, mark_matches(event.ticket.subject, query), extract_passage(text, query))


def _files_of(events: list[Event]) -> dict[int, list[str]]:
    """Return the names of the files of these messages: whoever reads a message reads its files."""
    names: dict[int, list[str]] = defaultdict(list)
    files = Attachment.objects.filter(event__in=events)
    for event, name in files.values_list("event", "name"):
        names[event].append(name)
    return names
