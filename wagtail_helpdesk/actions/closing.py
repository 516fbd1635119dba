"""Closing, cancelling and refusing a ticket, the requester's answer to a closure, and reopening."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Unpack

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Event, ServiceManager, Ticket

from .errors import NotPossible
from .registry import Form, verb
from .transition import Change, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.CLOSE)
def close(
    ticket: Ticket,
    *,
    by: User,
    release: bool = False,
    seen: int | None = None,
    **form: Unpack[Form],
) -> Event:
    """Close the ticket (guide I.8) and ask its requester to approve; theirs needs no approval.

    ``release`` also leaves it without a manager in charge, so that it is free if it is reopened.
    Raises ``NotNow`` when another person wrote after the event ``seen``.
    """

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        return Change({"assignee": None} if release and Role.IN_CHARGE in access.roles else {})

    return transition(lifecycle.CLOSE, ticket, by, compute_change, seen=seen, **form)


@verb(lifecycle.APPROVE_CLOSURE)
def approve_closure(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Confirm, as the requester, that the problem is solved."""
    return transition(lifecycle.APPROVE_CLOSURE, ticket, by, **form)


@verb(lifecycle.REJECT_CLOSURE)
def reject_closure(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Refuse the closure, as the requester: the ticket returns to its manager, or is free."""
    return transition(lifecycle.REJECT_CLOSURE, ticket, by, _return_to_manager, **form)


@verb(lifecycle.CANCEL)
def cancel(ticket: Ticket, *, by: User, seen: int | None = None, **form: Unpack[Form]) -> Event:
    """Withdraw the request, as its requester."""
    return transition(lifecycle.CANCEL, ticket, by, seen=seen, **form)


@verb(lifecycle.REFUSE)
def refuse(ticket: Ticket, *, by: User, seen: int | None = None, **form: Unpack[Form]) -> Event:
    """Refuse the request, with a reason."""
    return transition(lifecycle.REFUSE, ticket, by, seen=seen, **form)


@verb(lifecycle.REOPEN)
def reopen(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Reopen an ended ticket (guide I.9): it returns to its manager, or is free."""
    return transition(lifecycle.REOPEN, ticket, by, _return_to_manager, **form)


def _return_to_manager(now: Ticket, access: TicketAccess) -> Change:
    still_manages = ServiceManager.objects.filter(
        service=now.service_id, user=now.assignee_id, user__is_active=True
    )
    return Change({} if still_manages.exists() else {"assignee": None})


@verb(lifecycle.EXPIRE)
def expire(ticket: Ticket, *, by: None = None, **form: Unpack[Form]) -> Event:
    """End a closure that the requester did not answer within ``EXPIRY_DAYS``; system only."""

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if now.awaiting_since is None or now.awaiting_since > get_expiry_limit():
            raise NotPossible(None, _("The requester may still answer."))
        return Change()

    return transition(lifecycle.EXPIRE, ticket, by, compute_change, **form)


def get_expiry_limit() -> datetime.datetime:
    """Return the latest moment of a closure that has expired by now."""
    return timezone.now() - datetime.timedelta(days=helpdesk_settings.EXPIRY_DAYS)
