"""How a ticket that arrives finds its manager by itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Count

from wagtail_helpdesk.lifecycle import Algorithm
from wagtail_helpdesk.models import Category, Service, ServiceManager, Ticket

from .locking import get_locked

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def choose_assignee(category: Category, *, skip: User | None = None) -> User | None:
    """Return who should take a ticket that arrives in the category, or None.

    Only members who are available today are picked, never ``skip``: whoever brings the ticket.
    """
    algorithm = Algorithm(category.in_force("algorithm").value)
    if algorithm is Algorithm.NOBODY:
        return None
    # Tickets that arrive at once go one after the other: each counts the one before, and nobody
    # leaves between being chosen and being in charge.
    get_locked(Service.objects, category.service_id)
    here = category.effective_members().available_on().order_by("order", "pk")
    members = [manager for manager in here.select_related("user") if manager.user != skip]
    return _ALGORITHMS[algorithm](category, members) if members else None


def _first(category: Category, members: list[ServiceManager]) -> User:
    return members[0].user


def _at_random(category: Category, members: list[ServiceManager]) -> User:
    return random.choice(members).user  # noqa: S311 - fairness, not secrecy


def _in_turn(category: Category, members: list[ServiceManager]) -> User:
    """Pick the one after the last picked: a person is remembered, so that places may change."""
    assigned = Category.objects.filter(pk=category.pk)
    last = category.effective_members().filter(user__in=assigned.values("last_assigned")).first()
    after = [m for m in members if last and (m.order, m.pk) > (last.order, last.pk)]
    chosen = (after or members)[0].user
    assigned.update(last_assigned=chosen)
    return chosen


def _least_loaded(category: Category, members: list[ServiceManager]) -> User:
    load = count_open_tickets(category.service_id, [m.user_id for m in members])
    return min(members, key=lambda m: (load.get(m.user_id, 0), m.order, m.pk)).user


def count_open_tickets(service: int, users: list[int]) -> dict[int, int]:
    """Return how many open tickets of the service each of these users is in charge of."""
    rows = (
        Ticket.objects.filter(service=service, is_open=True, assignee__in=users)
        .order_by()
        .values("assignee")
        .annotate(load=Count("pk"))
    )
    return {row["assignee"]: row["load"] for row in rows}


_ALGORITHMS: dict[Algorithm, Callable[[Category, list[ServiceManager]], User]] = {
    Algorithm.FIRST: _first,
    Algorithm.CYCLIC: _in_turn,
    Algorithm.RANDOM: _at_random,
    Algorithm.LEAST_LOADED: _least_loaded,
}
