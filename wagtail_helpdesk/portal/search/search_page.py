"""The search page. A query that only refers to a ticket leads there."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from wagtail_helpdesk import access, category_tree
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import Category, Service
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal import form_limits, labels, paging
from wagtail_helpdesk.portal.query_form import (
    IdChoiceField,
    QueryForm,
    RowIdField,
    SearchTextField,
)
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.requests import catalogue
from wagtail_helpdesk.portal.requests.dispatching import find_dispatch_category
from wagtail_helpdesk.search import (
    Query,
    QueryTooBroad,
    SearchFilters,
    SearchHit,
    SearchResults,
    SearchUnavailable,
    search,
)
from wagtail_helpdesk.search.normalisation import MAX_QUERY_LENGTH

from . import matching
from .live import MAX_PAGES, show_live_answers
from .outcomes import count_nothing_found
from .site_pages import FoundPage, find_pages, get_readable_pages

logger = logging.getLogger(__name__)

_IS_OPEN = {"open": True, "ended": False}
#: Longer lists are not offered as a filter: typing a word is quicker than reading them.
MAX_FILTER_SERVICES, MAX_FILTER_CATEGORIES = 50, 100
#: Services whose contact is shown when nothing was found.
MAX_CONTACTS = 3


class SearchForm(QueryForm):
    """What to search for, and the filters of the results."""

    q = SearchTextField(
        max_chars=MAX_QUERY_LENGTH, label=gettext_lazy("Search requests and services")
    )
    status = forms.ChoiceField(
        label=pgettext_lazy("ticket", "Status"),
        choices=[
            ("", pgettext_lazy("tickets", "all")),
            ("open", pgettext_lazy("tickets", "open")),
            ("ended", pgettext_lazy("tickets", "ended")),
        ],
        required=False,
    )
    service = IdChoiceField(label=gettext_lazy("Service"))
    category = IdChoiceField(label=gettext_lazy("Category"))
    mine = forms.BooleanField(label=gettext_lazy("Only what concerns me"), required=False)
    after = RowIdField()

    def __init__(self, query: Mapping[str, Any], *, user: Any) -> None:
        super().__init__(query, auto_id=False)
        self.user = user
        self._offer("service", [(s.pk, str(s)) for s in self.services], pgettext("services", "all"))
        nodes = [(node.pk, node.indented_name) for node in self.categories]
        self._offer("category", nodes, pgettext("categories", "all"))
        self.read()

    def _offer(self, name: str, choices: list[Any], all_label: str) -> None:
        self.fields[name].choices = [("", all_label), *choices]  # type: ignore[attr-defined]

    @cached_property
    def managed_service_ids(self) -> set[Any]:
        """The ids of the services that the user manages."""
        return {row.service_id for row in access.manager_rows_of(self.user)}

    @cached_property
    def services(self) -> list[Service]:
        """The services offered as a filter, none if there are too many."""
        services = Service.objects.named_to(self.user).only("name", "titles")
        found = list(services[: MAX_FILTER_SERVICES + 1])
        return found if len(found) <= MAX_FILTER_SERVICES else []

    @cached_property
    def categories(self) -> list[category_tree.TreeNode]:
        """The categories offered as a filter: those of the chosen service."""
        service = self.peek("service")
        if service is None:
            return []
        named = Category.objects.named_to(self.user)
        rows = named.filter(service=service).only(*category_tree.FIELDS)
        tree = category_tree.build_tree(rows[: MAX_FILTER_CATEGORIES + 1])
        return tree if len(tree) <= MAX_FILTER_CATEGORIES else []

    @property
    def question(self) -> str:
        """The text to search for."""
        return str(self.cleaned_data["q"])

    @property
    def filters(self) -> SearchFilters:
        """The filters as the search takes them."""
        chosen = self.cleaned_data
        category = chosen["category"]
        return SearchFilters(
            open=_IS_OPEN.get(chosen["status"]),
            service=chosen["service"],
            categories=category_tree.get_branch_ids(self.categories, category) if category else (),
            mine=bool(chosen["mine"]),
            before=chosen["after"],
        )

    @property
    def select_fields(self) -> list[forms.BoundField]:
        """The filters that leave something to choose."""
        names = ["status"]
        names += ["service"] if len(self.services) > 1 else []
        names += ["category"] if len(self.categories) > 1 else []
        return [self[name] for name in names]

    @property
    def parameters(self) -> str:
        """The query string of the results, without the place of the page."""
        chosen = {name: value for name, value in self.chosen.items() if name != "after"}
        return urlencode(chosen | ({"mine": "1"} if "mine" in chosen else {}))


@dataclass(frozen=True, slots=True)
class MatchedMessage:
    """A message that matches, with everything that the template shows."""

    event: int
    passage: SafeString
    author: str
    is_note: bool
    written_at: datetime
    when: str


@dataclass(frozen=True, slots=True)
class SearchResultRow:
    """A ticket with those of its messages that match on this page."""

    number: int
    subject: SafeString
    place: str
    status: str
    status_words: str
    messages: list[MatchedMessage]


def show_search(request: HelpdeskRequest) -> HttpResponse:
    """Show the form with its results, or redirect to the ticket that the query refers to.

    With the parameter ``live``, only the best answers to what has been typed so far.
    """
    if "live" in request.http.GET:
        typed = SearchTextField(max_chars=MAX_QUERY_LENGTH).clean(request.http.GET.get("q", ""))
        return show_live_answers(request, typed)
    form = SearchForm(request.http.GET, user=request.user)
    is_limited = bool(form.question) and not form_limits.allow_search(request.user)
    results, problem = _refuse_search() if is_limited else _search(form)
    if results.ticket is not None:
        return HttpResponseRedirect(request.url("ticket", results.ticket))
    page = paging.Page(
        _build_rows(results.hits, request),
        next_key=str(results.older or ""),
        continued=form.cleaned_data["after"] is not None,
    )
    is_first = bool(form.question) and not page.continued and not problem
    suggested, pages = _find_other_answers(request, form.question) if is_first else ([], [])
    found_nothing = not page.rows and not page.next_key and bool(form.question) and not problem
    if found_nothing and not suggested and not pages and not form.filters.narrows:
        count_nothing_found(request.user, form.question)
    return request.render(
        "search.html",
        status=429 if is_limited else 200,
        form=form,
        question=form.question,
        suggested=suggested,
        pages=pages,
        page_of_rows=page,
        parameters=form.parameters,
        problem=problem,
        is_empty=found_nothing,
        dispatch=find_dispatch_category(request.user) if found_nothing else None,
        contacts=_find_contacts(request, form) if found_nothing else [],
    )


def _find_other_answers(
    request: HelpdeskRequest, question: str
) -> tuple[list[catalogue.CatalogueLine], list[FoundPage]]:
    """Return the categories and the pages of the site that answer a question."""
    readable = get_readable_pages(request.http)
    lines = matching.suggest_places(request.user, question, pages=readable)
    pages = find_pages(request, question, MAX_PAGES, pages=readable)
    return lines, pages or find_pages(
        request, question, MAX_PAGES, pages=readable, every_word=False
    )


def _refuse_search() -> tuple[SearchResults, str]:
    return SearchResults(Query()), form_limits.get_search_limit_message()


def _search(form: SearchForm) -> tuple[SearchResults, str]:
    """Return the results, and a message when there can be none."""
    try:
        results = search(form.user, form.question, form.filters, length=paging.LENGTH)
    except QueryTooBroad:
        return SearchResults(Query()), _("Too many results. Add a word, or choose a filter.")
    except SearchUnavailable:
        logger.exception("The search engine of the helpdesk does not answer.")
        return SearchResults(Query()), _("The search is not available at the moment.")
    if form.question and not results.query and results.ticket is None:
        return results, _("Please enter at least one word.")
    return results, ""


def _find_contacts(request: HelpdeskRequest, form: SearchForm) -> list[catalogue.CatalogueSection]:
    """Return services that can be contacted directly: the chosen one, else the first ones."""
    services = Service.objects.open_to(request.user)
    if form.cleaned_data["service"]:
        services = services.filter(pk=form.cleaned_data["service"])
    sections = catalogue.describe_services(list(services[: catalogue.MAX_CATALOGUE_SERVICES]))
    return [section for section in sections if section.text.contact][:MAX_CONTACTS]


def _build_rows(hits: Sequence[SearchHit], request: HelpdeskRequest) -> list[SearchResultRow]:
    """Return the tickets of these messages, the one with the newest message first."""
    now = timezone.now()
    rows: dict[int, SearchResultRow] = {}
    for hit in hits:
        row = rows.setdefault(hit.event.ticket_id, _build_row(hit, request))
        row.messages.append(_build_message(hit, now))
    return list(rows.values())


def _build_row(hit: SearchHit, request: HelpdeskRequest) -> SearchResultRow:
    ticket = hit.event.ticket
    plain = ticket.requester_id == request.user.pk and ticket.service not in request.services
    return SearchResultRow(
        number=ticket.pk,
        subject=hit.subject,
        place=f"{ticket.service} › {ticket.category}",
        status=ticket.status,
        status_words=labels.get_status_label(
            ticket.status, plain=plain, resume_on=ticket.resume_on, is_merged=ticket.is_merged
        ),
        messages=[],
    )


def _build_message(hit: SearchHit, now: datetime) -> MatchedMessage:
    event, actor = hit.event, hit.event.actor
    return MatchedMessage(
        event=event.pk,
        passage=hit.passage,
        author=get_display_name(actor) if actor else "",
        is_note=event.audience == Audience.MANAGERS,
        written_at=event.created_at,
        when=labels.format_moment(event.created_at, now),
    )
