"""The assignment algorithms, which choose a manager for a ticket that arrives."""

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
    """Return the user to whom a ticket in the category is assigned by its algorithm, or None.

    Only members who are available today are chosen, and never ``skip``.
    """
    algorithm = Algorithm(category.in_force("algorithm").value)
    if algorithm is Algorithm.NOBODY:
        return None
    # One ticket after the other: each counts the one before, and no manager can be removed between
    # being chosen and being in charge.
    get_locked(Service.objects, category.service_id)
    here = category.effective_members().available_on().order_by("order", "pk")
    members = [manager for manager in here.select_related("user") if manager.user != skip]
    return _ALGORITHMS[algorithm](category, members) if members else None


def _choose_first(category: Category, members: list[ServiceManager]) -> User:
    return members[0].user


def _choose_at_random(category: Category, members: list[ServiceManager]) -> User:
    return random.choice(members).user  # noqa: S311 - fairness, not secrecy


def _choose_in_turn(category: Category, members: list[ServiceManager]) -> User:
    """Choose the member after the last one chosen; the person is stored, so the order may change."""
    assigned = Category.objects.filter(pk=category.pk)
    last = category.effective_members().filter(user__in=assigned.values("last_assigned")).first()
    after = [m for m in members if last and (m.order, m.pk) > (last.order, last.pk)]
    chosen = (after or members)[0].user
    assigned.update(last_assigned=chosen)
    return chosen


def _choose_least_loaded(category: Category, members: list[ServiceManager]) -> User:
    load = count_open_tickets(category.service_id, [m.user_id for m in members])
    return min(members, key=lambda m: (load.get(m.user_id, 0), m.order, m.pk)).user


def count_open_tickets(service: int, users: list[int]) -> dict[int, int]:
    """Return the number of open tickets of the service by assignee, for these users."""
    rows = (
        Ticket.objects.filter(service=service, is_open=True, assignee__in=users)
        .order_by()
        .values("assignee")
        .annotate(load=Count("pk"))
    )
    return {row["assignee"]: row["load"] for row in rows}


_ALGORITHMS: dict[Algorithm, Callable[[Category, list[ServiceManager]], User]] = {
    Algorithm.FIRST: _choose_first,
    Algorithm.CYCLIC: _choose_in_turn,
    Algorithm.RANDOM: _choose_at_random,
    Algorithm.LEAST_LOADED: _choose_least_loaded,
}
