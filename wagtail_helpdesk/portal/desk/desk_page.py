"""The desk: a manager's queues with filters, orders and counters."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.models import SavedView, Ticket
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal import form_limits, paging, ticket_rows
from wagtail_helpdesk.portal.list_query import make_window
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.ticket_columns import (
    TicketColumn,
    arrange_columns,
    get_desk_columns,
)
from wagtail_helpdesk.search import (
    QueryTooBroad,
    SearchFilters,
    SearchUnavailable,
    find_tickets,
)

from . import age_filter, queues
from .bulk_list import build_bulk_context
from .filter_form import ORDERS, DeskFilterForm
from .filter_terms import TermResolver
from .saved_views import MAX_SHOWN_VIEWS, load_views

__all__ = ["ORDERS", "Desk", "count_tickets_of", "show_desk"]


class Desk:
    """The list that a manager chose by the query string."""

    def __init__(
        self,
        request: HelpdeskRequest,
        asked: QueryDict | None = None,
        *,
        opens_default: bool = False,
    ) -> None:
        asked = request.http.GET if asked is None else asked
        self.asked = asked
        self.scope = queues.DeskScope(request.user)
        self.queues = queues.get_queues()
        #: The saved view that the URL names, or with which the desk opens.
        self.view = self._find_view(asked, opens_default=opens_default)
        query: dict[str, Any] = dict(asked.items())
        if self.view is not None:
            query = dict(parse_qsl(self.view.query)) | query
        self.form = DeskFilterForm(query, queues=self.queues, services=request.services)
        self.chosen = self.form.cleaned_data
        if self.view is None and "view" in query:
            self.form.notices.append(
                _("This view does not exist, or is of a service that you do not manage.")
            )
        #: Whether tickets with the words typed may be missing, because only the newest were looked at.
        self.is_search_cut = False

    @cached_property
    def views(self) -> list[SavedView]:
        """The saved views that the user can use."""
        return load_views(self.scope.user)

    def _find_view(self, asked: QueryDict, *, opens_default: bool) -> SavedView | None:
        if "view" in asked:
            wanted = parse_number(asked["view"])
        elif opens_default and not asked:
            wanted = self.scope.preferences.default_view_id
        else:
            return None
        return next((view for view in self.views if view.pk == wanted), None)

    @cached_property
    def is_outdated(self) -> bool:
        """Whether the saved view is about a service that the user no longer manages."""
        if self.view is None:
            return False
        # A category that the form does not offer was left out.
        is_category_lost = "category" in dict(parse_qsl(self.view.query)) and not (
            self.chosen["category"] or "category" in self.asked
        )
        return is_category_lost or self._is_view_outdated(self.view)

    def _is_view_outdated(self, view: SavedView) -> bool:
        service = dict(parse_qsl(view.query)).get("service")
        return service is not None and service not in {str(pk) for pk in self.scope.services}

    @property
    def view_links(self) -> list[dict[str, Any]]:
        """The saved views beside the list."""
        return [
            {
                "name": view.name,
                "service": view.service,
                "query": f"view={view.pk}",
                "is_current": view == self.view,
                "is_outdated": self._is_view_outdated(view),
            }
            for view in self.views[:MAX_SHOWN_VIEWS]
        ]

    @property
    def queue(self) -> queues.DeskQueue:
        """The chosen queue."""
        return self.form.shown_queue

    @property
    def order(self) -> paging.Order:
        """The chosen order."""
        return ORDERS[self.chosen["order"]][1]

    @property
    def order_links(self) -> list[dict[str, Any]]:
        """The orders offered, each with the query string of the same list in it."""
        current = self.chosen["order"]
        return [
            {
                "label": label,
                "query": urlencode(self.form.parameters | {"order": name}),
                "is_current": name == current,
            }
            for name, (label, _order) in self.form.orders.items()
        ]

    @property
    def tickets(self) -> QuerySet[Ticket]:
        """The tickets of the queue that pass the filters."""
        return self.find_tickets(self.queue)

    def find_tickets(self, queue: queues.DeskQueue) -> QuerySet[Ticket]:
        """Return the tickets of a queue that pass the filters."""
        tickets, chosen = queue.find_tickets(self.scope), self.chosen
        if self.is_outdated:
            # Without its service, the view would show more than it was saved for.
            return tickets.none()
        if chosen["category"]:
            branch = category_tree.get_branch_ids(self.form.categories, chosen["category"])
            tickets = tickets.filter(category__in=branch)
        elif chosen["service"]:
            tickets = tickets.filter(service=chosen["service"])
        if chosen["priority"]:
            tickets = tickets.filter(priority=chosen["priority"])
        if chosen["assignee"]:
            in_charge = self.scope.user if chosen["assignee"] == "me" else None
            tickets = tickets.filter(assignee=in_charge)
        if chosen["age"]:
            tickets = tickets.filter(age_filter.get_age_q(chosen["age"]))
        tickets = tickets.filter(self.typed_q)
        return ticket_rows.filter_by_status(tickets, self.form.get_status(queue))

    @cached_property
    def typed_q(self) -> Q:
        """The condition of the filters that were typed; what cannot be applied is reported."""
        form = self.form
        if not form.text.terms:
            return Q()
        resolver = TermResolver(self.scope, form.services, form.categories)
        typed = resolver.resolve(form.text.terms)
        form.notices += typed.problems
        return typed.q & self._make_words_q(" ".join(typed.words)) if typed.words else typed.q

    def _make_words_q(self, words: str) -> Q:
        """Return the condition that a message which the reader may see has these words."""
        is_open = True if self.form.is_open else {"ended": False}.get(self.form.listed_status)
        filters = SearchFilters(open=is_open, service=self.chosen["service"])
        if not form_limits.allow_search(self.scope.user):
            self.form.notices.append(form_limits.get_search_limit_message())
            return Q(pk__in=[])
        try:
            found = find_tickets(self.scope.user, words, filters)
        except QueryTooBroad:
            self.form.notices.append(_("Too many results. Add a word, or choose a filter."))
            return Q(pk__in=[])
        except SearchUnavailable:
            self.form.notices.append(_("The search is not available at the moment."))
            return Q(pk__in=[])
        self.is_search_cut = found.is_cut
        return Q(pk__in=found.numbers)

    @property
    def length(self) -> int:
        """The rows of a page that the user chose."""
        return self.scope.preferences.desk_rows

    @property
    def columns(self) -> list[TicketColumn]:
        """The columns that the user chose, in order."""
        arranged = arrange_columns(get_desk_columns(), self.scope.preferences.desk_columns)
        return [column for column, is_shown in arranged if is_shown]

    def read_page(self, after: str, length: int | None = None) -> paging.Page[Any]:
        """Return the rows after a key, ``length`` of them, else a full page."""
        return ticket_rows.paginate_rows(
            self.tickets,
            self.order,
            after=after,
            reader=self.scope.user,
            length=length or self.length,
            columns=[*self.columns, *self.queue.columns],
            marks=self.scope.marks,
        )

    @property
    def parameters(self) -> str:
        """The query string of this list, from its start."""
        return urlencode(self.form.parameters)

    @property
    def url(self) -> str:
        """The query string of this page of the list, to come back to it."""
        given = {"view": self.view.pk} if self.view and "view" in self.asked else {}
        known = {} if given and not self.asked.keys() - {"view", "after"} else self.form.parameters
        place = {"after": self.asked["after"]} if self.asked.get("after") else {}
        return urlencode(given | known | place)

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The queues, each with its URL and the number of tickets in the list that it opens.

        The URL keeps the filters and the order, so the number counts with the same filters.
        Lists with ended tickets have none: the longest of them would be read from end to end.
        """
        shown = {
            name: queue
            for name, queue in self.queues.items()
            if queue == self.queue or queue.is_offered(self.scope)
        }
        lists = {
            name: self.find_tickets(queue)
            for name, queue in shown.items()
            if queue.is_open_only or self.form.is_open
        }
        counts = queues.count_lists(lists, self.scope.user)
        return [
            {
                "label": queue.label,
                "detail": queue.describe(self.scope),
                "icon": queue.icon,
                "count": counts.get(name, ""),
                "query": urlencode(self.form.get_queue_parameters(queue)),
                "is_current": queue == self.queue and self.view is None,
            }
            for name, queue in shown.items()
        ]

    @property
    def chips(self) -> list[dict[str, str]]:
        """The filters that narrow the list, each with the query string of the list without it."""
        return [
            {"label": chip.label, "query": urlencode(chip.parameters)} for chip in self.form.chips
        ]

    @property
    def words(self) -> str:
        """The words typed, for the search page."""
        return " ".join(term.value for term in self.form.text.terms if not term.key)

    @property
    def next_tab(self) -> dict[str, Any] | None:
        """The first other queue with tickets, for an empty list; None without one."""
        others = (
            tab for tab in self.tabs if not tab["is_current"] and tab["count"] not in ("", "0")
        )
        return next(others, None)


def count_tickets_of(user: Any) -> list[dict[str, Any]]:
    """Return the queues of a manager, each with its label and the number of its open tickets."""
    scope = queues.DeskScope(user)
    offered = {n: queue for n, queue in queues.get_queues().items() if queue.is_offered(scope)}
    counts = queues.count_queues(scope, offered)
    return [
        {
            "name": name,
            "label": queue.label,
            "detail": queue.describe(scope),
            "count": counts[name],
        }
        for name, queue in offered.items()
    ]


def show_desk(request: HelpdeskRequest) -> HttpResponse:
    """Show the desk of a manager. Raises ``NotYours`` for anyone else."""
    if not request.manager_rows:
        raise NotYours
    desk = Desk(request, opens_default=True)
    return request.render(
        "desk.html",
        desk=desk,
        form=desk.form,
        tabs=desk.tabs,
        shown_at=timezone.now().isoformat(),
        page_of_rows=_add_windows(desk.read_page(request.http.GET.get("after", ""))),
        parameters=desk.parameters,
        list_url=desk.url,
        shows_columns=True,
        caption=desk.view.name if desk.view else desk.queue.label,
        **build_bulk_context(request),
    )


def _add_windows(page: paging.Page[Any]) -> paging.Page[Any]:
    """Return the rows with the numbers around each, by which a ticket finds its neighbours."""
    numbers = [row.number for row in page.rows]
    rows = [replace(row, near=make_window(numbers, at)) for at, row in enumerate(page.rows)]
    return replace(page, rows=rows)
