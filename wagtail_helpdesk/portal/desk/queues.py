"""The four queues of the desk: which tickets are in each, and how many, in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import IntegerField, QuerySet, Subquery

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Category, Ticket

#: Counting stops here: an exact count grows with the tickets, and nobody reads it.
MOST = 1000


def find_managed_tickets(user: Any) -> QuerySet[Ticket]:
    """Return the tickets a manager reads as such: the gate under every queue."""
    return Ticket.objects.visible_to(user, through=(Role.MANAGER,))


def find_queue(
    name: str, tickets: QuerySet[Ticket], user: Any, services: list[Any], categories: list[Any]
) -> QuerySet[Ticket]:
    """Return a queue of the tickets that ``managed_by`` gave.

    Each is driven by an index of its own; ids are literals so that it is chosen.
    """
    if name == "mine":
        return tickets.filter(assignee=user)
    if name == "categories":
        # The category alone: with the service beside it PostgreSQL combines two bitmaps.
        return tickets.filter(category__in=categories)
    tickets = tickets.filter(service__in=services)
    return tickets.filter(assignee=None) if name == "free" else tickets


def find_member_categories(user: Any) -> list[Any]:
    """Return the ids of the categories the user is an effective member of."""
    return list(Category.objects.with_member(user).values_list("pk", flat=True))


class CappedCount(Subquery):
    """How many rows a query gives, counting no further than ``MOST``."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS capped)"
    output_field = IntegerField()
    #: Of a query that can find nothing, such as the tickets of no category, none is made.
    empty_result_set_value = 0

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[:MOST])


def count_queues(queues: Mapping[str, QuerySet[Ticket]], user: Any) -> dict[str, str]:
    """Return how many open tickets each queue holds, all in one statement."""
    open_ones = {name: CappedCount(rows.filter(is_open=True)) for name, rows in queues.items()}
    return {
        name: format_count(count) for name, count in count_in_one_statement(open_ones, user).items()
    }


def count_in_one_statement(columns: Mapping[str, Any], user: Any) -> Mapping[str, Any]:
    """Return the value of each subquery, all read at once beside the user's own row."""
    me = get_user_model()._default_manager.filter(pk=user.pk)
    return me.values(**columns).first() or {}


def format_count(count: int) -> str:
    """Return a counter as pages show it."""
    return f"{MOST - 1}+" if count >= MOST else str(count)
