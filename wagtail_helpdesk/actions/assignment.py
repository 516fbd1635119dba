"""How a ticket that arrives finds its manager by itself."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.db.models import Count

from wagtail_helpdesk.lifecycle import Algorithm
from wagtail_helpdesk.models import Category, ServiceManager, Ticket

from .rows import locked

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def choose(category: Category, *, skip: User | None = None) -> User | None:
    """Return who should take a ticket that arrives in the category, or None.

    Only members who are available today are picked, never ``skip``: whoever brings the ticket.
    """
    here = category.effective_members().available_on().order_by("order", "pk")
    members = [manager for manager in here.select_related("user") if manager.user != skip]
    algorithm = Algorithm(category.in_force("algorithm").value)
    return _ALGORITHMS[algorithm](category, members) if members else None


def _nobody(category: Category, members: list[ServiceManager]) -> None:
    return None


def _first(category: Category, members: list[ServiceManager]) -> User:
    return members[0].user


def _at_random(category: Category, members: list[ServiceManager]) -> User:
    return random.choice(members).user  # noqa: S311 - fairness, not secrecy


def _in_turn(category: Category, members: list[ServiceManager]) -> User:
    """Pick the one after the last picked: a person is remembered, so that places may change."""
    # Locked, or two tickets arriving at once would go to the same person.
    last = locked(Category.objects, category.pk).last_assigned_id
    everybody = [m.user_id for m in category.effective_members().order_by("order", "pk")]
    start = everybody.index(last) + 1 if last in everybody else 0
    turn = everybody[start:] + everybody[:start]
    chosen = min(members, key=lambda manager: turn.index(manager.user_id))
    Category.objects.filter(pk=category.pk).update(last_assigned=chosen.user)
    return chosen.user


def _least_loaded(category: Category, members: list[ServiceManager]) -> User:
    load = open_load(category.service_id, [m.user_id for m in members])
    return min(members, key=lambda m: (load.get(m.user_id, 0), m.order, m.pk)).user


def open_load(service: int, users: list[int]) -> dict[int, int]:
    """Return how many open tickets of the service each of these users is in charge of."""
    rows = (
        Ticket.objects.filter(service=service, is_open=True, assignee__in=users)
        .order_by()
        .values("assignee")
        .annotate(load=Count("pk"))
    )
    return {row["assignee"]: row["load"] for row in rows}


_ALGORITHMS: dict[Algorithm, Callable[[Category, list[ServiceManager]], User | None]] = {
    Algorithm.NOBODY: _nobody,
    Algorithm.FIRST: _first,
    Algorithm.CYCLIC: _in_turn,
    Algorithm.RANDOM: _at_random,
    Algorithm.LEAST_LOADED: _least_loaded,
}
