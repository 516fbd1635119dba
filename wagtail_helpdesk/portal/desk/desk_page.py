"""The desk: the queues of a manager, with filters and orders."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.lifecycle import OPEN_STATUSES, Priority, Status
from wagtail_helpdesk.models import Category, Ticket
from wagtail_helpdesk.portal import paging, ticket_rows, tree
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import age_filter, queues

QUEUES = {
    "free": pgettext_lazy("queue", "Free"),
    "mine": pgettext_lazy("queue", "Mine"),
    "categories": _("My categories"),
    "all": _("All my services"),
}
ORDERS = {
    "recent": (_("latest activity first"), paging.RECENT),
    "oldest": (_("longest idle first"), paging.OLDEST),
    "urgent": (_("highest priority first"), paging.URGENT),
}
#: More categories than this are not offered in the filter until a service is chosen.
MOST_CATEGORIES = 200


class Desk:
    """What a manager chose to see; unknown values in the address fall back to the first choice."""

    def __init__(self, request: HelpdeskRequest) -> None:
        self.request = request
        asked = request.http.GET
        self.state = asked.get("status", "open")
        if self.state not in ("ended", "all", *Status.values):
            self.state = "open"
        self.order = _among(asked.get("order"), self.orders)
        self.queue = _among(asked.get("queue"), QUEUES)
        if self.queue == "free" and not self.is_open:
            self.queue = "all"
        self.priority = _number(asked.get("priority"), Priority.values)
        self.age = asked.get("age") if asked.get("age") in age_filter.LABELS else None
        self.service = _number(asked.get("service"), [s.pk for s in request.services])
        self.category = _number(asked.get("category"), [c.pk for c in self.categories])

    @property
    def is_open(self) -> bool:
        """Whether open tickets alone are listed: an ended one is neither free nor urgent."""
        return self.state == "open" or self.state in OPEN_STATUSES

    @property
    def orders(self) -> dict[str, tuple[Any, paging.Order]]:
        """Return the orders that the list may have."""
        return ORDERS if self.is_open else {n: o for n, o in ORDERS.items() if n != "urgent"}

    @cached_property
    def member_categories(self) -> list[Any]:
        return queues.find_member_categories(self.request.user)

    @cached_property
    def categories(self) -> list[tree.Node]:
        """The categories offered as a filter: those of the chosen service, or of all if few."""
        services = [s for s in self.request.services if self.service in (None, s.pk)]
        found = Category.objects.filter(service__in=services).only(*tree.FIELDS)
        nodes = tree.build_nodes(found[: MOST_CATEGORIES + 1])
        return nodes if len(nodes) <= MOST_CATEGORIES else []

    def tickets_in(self, name: str) -> QuerySet[Ticket]:
        """Return a queue without the filters."""
        services = [service.pk for service in self.request.services]
        user = self.request.user
        return queues.find_queue(name, self._managed, user, services, self.member_categories)

    @cached_property
    def _managed(self) -> QuerySet[Ticket]:
        return queues.find_managed_tickets(self.request.user)

    def tickets(self) -> QuerySet[Ticket]:
        """Return the chosen queue, filtered."""
        tickets = self.tickets_in(self.queue)
        if self.category is not None:
            within = tree.get_branch(self.categories, self.category)
            tickets = tickets.filter(category__in=within)
        elif self.service is not None:
            tickets = tickets.filter(service=self.service)
        if self.priority is not None:
            tickets = tickets.filter(priority=self.priority)
        if self.age is not None:
            tickets = tickets.filter(age_filter.of_age(self.age))
        return ticket_rows.filter_rows(tickets, self.state)

    def counts(self) -> dict[str, str]:
        """Return the counter of each queue."""
        return queues.count_queues(
            {name: self.tickets_in(name) for name in QUEUES}, self.request.user
        )

    @property
    def parameters(self) -> dict[str, Any]:
        """Return the choices as they stand in addresses."""
        chosen = {
            "queue": self.queue,
            "order": self.order,
            "status": self.state,
            "service": self.service,
            "category": self.category,
            "priority": self.priority,
            "age": self.age,
        }
        return {name: value for name, value in chosen.items() if value is not None}


def show(request: HelpdeskRequest) -> HttpResponse:
    """Show a queue to a manager; there is no desk for anybody else."""
    if not request.managed:
        raise NotYours
    desk = Desk(request)
    page = ticket_rows.paginate_rows(
        desk.tickets(),
        ORDERS[desk.order][1],
        after=request.http.GET.get("after", ""),
        reader=request.user,
    )
    return request.render(
        "desk.html",
        desk=desk,
        queues=QUEUES,
        counts=desk.counts(),
        orders={name: label for name, (label, _order) in desk.orders.items()},
        statuses=Status.choices,
        priorities=Priority.choices,
        ages=age_filter.LABELS,
        page_of_rows=page,
        parameters=urlencode(desk.parameters),
        caption=QUEUES[desk.queue],
    )


def _among(asked: str | None, names: dict[str, Any]) -> str:
    return asked if asked in names else next(iter(names))


def _number(asked: str | None, allowed: list[Any]) -> Any:
    return next((value for value in allowed if str(value) == asked), None)
