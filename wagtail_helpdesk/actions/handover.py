"""What becomes of the open tickets of a manager who leaves a service."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from django.db import transaction

from wagtail_helpdesk.models import Event, Service, Ticket

from .assigning import assign, release
from .assignment_rules import choose_assignee
from .idempotency import Submission
from .locking import get_locked, lock_rows

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class HandOverPolicy(Enum):
    """What to do with the tickets of somebody who leaves."""

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
    """Find a new manager for the open tickets somebody is in charge of, or free them.

    To be called once they no longer manage the service, or are no longer active. One event per
    ticket, by the system; ended tickets are left alone. All or nothing: raises ``NotPossible``
    when the colleague cannot be put in charge.
    """
    left = Ticket.objects.filter(service=service, assignee=user, is_open=True)
    with transaction.atomic():
        # The service before its tickets, as whoever removes a manager does: neither waits for the other.
        get_locked(Service.objects, service.pk)
        # Locked all at once, in order: nobody takes or closes one of them meanwhile.
        tickets = list(lock_rows(left.order_by("pk")))
        return [hand_over_ticket(ticket, user, then, colleague) for ticket in tickets]


def hand_over_ticket(
    ticket: Ticket,
    user: User,
    then: HandOverPolicy = HandOverPolicy.FREE,
    colleague: User | None = None,
) -> Event:
    """Find a new manager for one open ticket of somebody who left, or free it."""
    with transaction.atomic():
        if then is HandOverPolicy.ALGORITHM:
            colleague = choose_assignee(ticket.category, skip=user)
        if then is not HandOverPolicy.FREE and colleague is not None:
            return assign(ticket, by=None, to=colleague, submission=Submission())
        return release(ticket, by=None, submission=Submission())
