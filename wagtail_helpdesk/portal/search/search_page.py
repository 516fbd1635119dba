"""Search: a question with its filters, what answers it a page at a time; a number leads to its ticket."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk import parsing
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal import labels, paging, rate_limits, tree
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.search import (
    Query,
    QueryTooBroad,
    SearchFilters,
    SearchHit,
    SearchResults,
    SearchUnavailable,
    search,
)

from . import matching

logger = logging.getLogger(__name__)

GROUPS = {
    "": pgettext_lazy("tickets", "all"),
    "open": pgettext_lazy("tickets", "open"),
    "ended": pgettext_lazy("tickets", "ended"),
}
_OPEN = {"open": True, "ended": False}
#: Longer lists are not offered as a filter: words find faster than a reader of selects.
MOST_SERVICES, MOST_CATEGORIES = 50, 100
#: Longest question read, in characters.
LONGEST = 500


class SearchRequest:
    """What a visitor asks; unknown values in the address count as nothing chosen."""

    def __init__(self, request: HelpdeskRequest) -> None:
        self.request = request
        asked = request.http.GET
        self.question = parsing.words(asked.get("q", ""), LONGEST)
        self.group = asked["status"] if asked.get("status") in _OPEN else ""
        self.mine = asked.get("mine") == "1"
        self.service = _among(asked.get("service"), [s.pk for s in self.services])
        self.category = _among(asked.get("category"), [c.pk for c in self.categories])
        self.after = parsing.number(asked.get("after", ""))

    @cached_property
    def services(self) -> list[Service]:
        """The services offered as a filter."""
        services = Service.objects.named_to(self.request.user).only("name")
        found = list(services[: MOST_SERVICES + 1])
        return found if len(found) <= MOST_SERVICES else []

    @cached_property
    def categories(self) -> list[tree.Node]:
        """The categories offered as a filter: those of the chosen service."""
        if self.service is None:
            return []
        named = Category.objects.named_to(self.request.user)
        categories = named.filter(service=self.service).only(*tree.FIELDS)
        nodes = tree.build_nodes(categories[: MOST_CATEGORIES + 1])
        return nodes if len(nodes) <= MOST_CATEGORIES else []

    @property
    def filters(self) -> SearchFilters:
        """The choices as the search takes them."""
        within = tree.get_branch(self.categories, self.category) if self.category else ()
        return SearchFilters(
            open=_OPEN.get(self.group),
            service=self.service,
            categories=within,
            mine=self.mine,
            before=self.after,
        )

    @property
    def parameters(self) -> str:
        """The choices as they stand in addresses."""
        chosen = {
            "q": self.question,
            "status": self.group,
            "service": self.service,
            "category": self.category,
            "mine": "1" if self.mine else "",
        }
        return urlencode({name: value for name, value in chosen.items() if value})


@dataclass(frozen=True, slots=True)
class MatchedMessage:
    """A message that answers, everything a template shows of it computed once."""

    event: int
    passage: SafeString
    author: str
    is_note: bool
    written_at: datetime
    when: str


@dataclass(frozen=True, slots=True)
class SearchResultRow:
    """A ticket, and those of its messages that answer on this page."""

    number: int
    subject: SafeString
    place: str
    status: str
    status_words: str
    messages: list[MatchedMessage]

    @property
    def path(self) -> str:
        """Where the ticket is read, below the helpdesk's page."""
        return f"tickets/{self.number}/"


def show_search(request: HelpdeskRequest) -> HttpResponse:
    """Show the form and what answers it, or the ticket whose number was typed."""
    asked = SearchRequest(request)
    results, trouble = _answer(asked)
    if results.ticket is not None:
        return HttpResponseRedirect(f"{request.base}tickets/{results.ticket}/")
    page = paging.Page(
        _rows(results.hits, request),
        next_key=str(results.older or ""),
        continued=asked.after is not None,
    )
    return request.render(
        "search.html",
        asked=asked,
        groups=GROUPS,
        suggested=[]
        if page.continued or trouble
        else matching.suggest_categories(request.user, asked.question),
        page_of_rows=page,
        parameters=asked.parameters,
        trouble=trouble,
    )


def _answer(asked: SearchRequest) -> tuple[SearchResults, str]:
    """Return the results, and what to tell the visitor when there can be none."""
    if asked.question and not rate_limits.may_search(asked.request.user):
        return SearchResults(Query()), _("You have searched too often. Please wait a minute.")
    try:
        results = search(asked.request.user, asked.question, asked.filters, length=paging.LENGTH)
    except QueryTooBroad:
        return SearchResults(Query()), _(
            "This search matches too much. Please be more precise: add a word, or choose a filter."
        )
    except SearchUnavailable:
        logger.exception("The search engine of the helpdesk does not answer.")
        return SearchResults(Query()), _("The search is not available at the moment.")
    if asked.question and not results.query and results.ticket is None:
        return results, _("Please enter at least one word.")
    return results, ""


def _rows(hits: Sequence[SearchHit], request: HelpdeskRequest) -> list[SearchResultRow]:
    """Return the tickets of these messages, the one with the newest first."""
    now = timezone.now()
    rows: dict[int, SearchResultRow] = {}
    for hit in hits:
        row = rows.setdefault(hit.event.ticket_id, _row(hit, request))
        row.messages.append(_message(hit, now))
    return list(rows.values())


def _row(hit: SearchHit, request: HelpdeskRequest) -> SearchResultRow:
    ticket = hit.event.ticket
    plain = ticket.requester_id == request.user.pk and ticket.service not in request.services
    return SearchResultRow(
        number=ticket.pk,
        subject=hit.subject,
        place=f"{ticket.service.name} › {ticket.category.name}",
        status=ticket.status,
        status_words=labels.get_status_label(
            ticket.status, plain=plain, resume_on=ticket.resume_on
        ),
        messages=[],
    )


def _message(hit: SearchHit, now: datetime) -> MatchedMessage:
    event, actor = hit.event, hit.event.actor
    return MatchedMessage(
        event=event.pk,
        passage=hit.passage,
        author=get_display_name(actor) if actor else "",
        is_note=event.audience == Audience.MANAGERS,
        written_at=event.created_at,
        when=labels.format_moment(event.created_at, now),
    )


def _among(asked: str | None, allowed: list[Any]) -> Any:
    return next((value for value in allowed if str(value) == asked), None)
