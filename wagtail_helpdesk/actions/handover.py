"""Handing over the open tickets of a manager who leaves a service."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from django.db import transaction

from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.models import Event, Service, Ticket

from .assigning import assign, release
from .assignment_rules import choose_assignee
from .idempotency import EventBatch
from .locking import get_locked, lock_rows

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class HandOverPolicy(Enum):
    """What happens to the open tickets of a manager who leaves."""

    ALGORITHM = "algorithm"
    COLLEAGUE = "colleague"
    FREE = "free"


def hand_over(
    service: Service,
    user: User,
    *,
    then: HandOverPolicy = HandOverPolicy.FREE,
    colleague: User | None = None,
) -> list[Event]:
    """Assign the open tickets of a person to other managers, or release them; return the events.

    Call it once the person no longer manages the service, or is no longer active. One event per
    ticket, by the system; ended tickets are not changed. All or nothing: raises ``NotPossible``
    when the colleague cannot be put in charge.
    """
    left = Ticket.objects.filter(service=service, assignee=user, is_open=True)
    with transaction.atomic():
        # The service before its tickets, in the order in which removing a manager locks them.
        get_locked(Service.objects, service.pk)
        # All at once and in order: none of them is taken or closed meanwhile.
        tickets = list(lock_rows(left.order_by("pk")))
        return [hand_over_ticket(ticket, user, then, colleague) for ticket in tickets]


def hand_over_ticket(
    ticket: Ticket,
    user: User,
    then: HandOverPolicy = HandOverPolicy.FREE,
    colleague: User | None = None,
) -> Event:
    """Assign one open ticket of a person who left to another manager, or release it."""
    with transaction.atomic():
        if then is HandOverPolicy.ALGORITHM:
            colleague = choose_assignee(ticket.category, skip=user)
        if then is not HandOverPolicy.FREE and colleague is not None:
            return assign(
                ticket, by=None, to=colleague, submission=EventBatch(source=Source.SYSTEM)
            )
        return release(ticket, by=None, submission=EventBatch(source=Source.SYSTEM))
