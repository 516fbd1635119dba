"""Ending a ticket and taking it up again: closing, approving, cancelling, refusing, reopening."""

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
from .idempotency import Form, verb
from .transition import Changes, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb
def close(
    ticket: Ticket,
    *,
    by: User,
    release: bool = False,
    seen: int | None = None,
    **form: Unpack[Form],
) -> Event:
    """Close the ticket (guide I.8): its requester is asked to approve, unless the requester closes it.

    ``release`` also leaves it without manager, so that it is free if it comes back. Raises
    ``NotNow`` when somebody wrote after the event ``seen``.
    """

    def end(now: Ticket, access: TicketAccess) -> Changes:
        return {"assignee": None} if release and Role.IN_CHARGE in access.roles else {}

    return transition(lifecycle.CLOSE, ticket, by, end, seen=seen, **form)


@verb
def approve_closure(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Agree, as the requester, that the ticket is done."""
    return transition(lifecycle.APPROVE_CLOSURE, ticket, by, **form)


@verb
def reject_closure(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Disagree, as the requester, with the closure: back to its manager, or free."""
    return transition(lifecycle.REJECT_CLOSURE, ticket, by, _back_to_its_manager, **form)


@verb
def cancel(ticket: Ticket, *, by: User, seen: int | None = None, **form: Unpack[Form]) -> Event:
    """Give up the request, as its requester."""
    return transition(lifecycle.CANCEL, ticket, by, seen=seen, **form)


@verb
def refuse(ticket: Ticket, *, by: User, seen: int | None = None, **form: Unpack[Form]) -> Event:
    """Refuse the request, saying why."""
    return transition(lifecycle.REFUSE, ticket, by, seen=seen, **form)


@verb
def reopen(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Take an ended ticket up again (guide I.9): back to its manager, or free."""
    return transition(lifecycle.REOPEN, ticket, by, _back_to_its_manager, **form)


def _back_to_its_manager(now: Ticket, access: TicketAccess) -> Changes:
    still_manages = ServiceManager.objects.filter(
        service=now.service_id, user=now.assignee_id, user__is_active=True
    )
    return {} if still_manages.exists() else {"assignee": None}


@verb
def expire(ticket: Ticket, *, by: None = None, **form: Unpack[Form]) -> Event:
    """End a closure that the requester never answered within the site's delay; system only."""

    def time_is_up(now: Ticket, access: TicketAccess) -> Changes:
        if now.awaiting_since is None or now.awaiting_since > get_expiry_limit():
            raise NotPossible(None, _("The requester may still answer."))
        return {}

    return transition(lifecycle.EXPIRE, ticket, by, time_is_up, **form)


def get_expiry_limit() -> datetime.datetime:
    """Return the moment before which closures must have been answered by now."""
    return timezone.now() - datetime.timedelta(days=helpdesk_settings.EXPIRY_DAYS)
