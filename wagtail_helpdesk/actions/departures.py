"""What becomes of the open tickets of a manager who leaves a service."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from wagtail_helpdesk.models import Event, Service, Ticket

from .acting import Batch
from .assignment import choose
from .handling import assign, release

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Then(Enum):
    """What to do with the tickets of somebody who leaves."""

    ALGORITHM = "algorithm"
    COLLEAGUE = "colleague"
    FREE = "free"


def hand_over(
    service: Service,
    user: User,
    *,
    then: Then = Then.FREE,
    colleague: User | None = None,
) -> list[Event]:
    """Find a new manager for the open tickets somebody is in charge of, or free them.

    To be called once he no longer manages the service, or is no longer active. One event per
    ticket, by the system; ended tickets are left alone.
    """
    left = Ticket.objects.filter(service=service, assignee=user, is_open=True)
    return [_hand_over_one(ticket, user, then, colleague) for ticket in left.order_by("pk")]


def _hand_over_one(ticket: Ticket, user: User, then: Then, colleague: User | None) -> Event:
    if then is Then.ALGORITHM:
        colleague = choose(ticket.category, skip=user)
    if then is not Then.FREE and colleague is not None:
        return assign(ticket, by=None, to=colleague, submission=Batch())
    return release(ticket, by=None, submission=Batch())
