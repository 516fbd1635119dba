"""Letting a ticket wait: for information from its requester, or for a later day."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Unpack

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.models import Event, Ticket

from .errors import NotPossible
from .registry import Form, verb
from .transition import Change, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.ASK_INFORMATION)
def ask_information(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Ask the requester for information; the ticket is incomplete until they reply."""
    return transition(lifecycle.ASK_INFORMATION, ticket, by, **form)


@verb(lifecycle.POSTPONE)
def postpone(
    ticket: Ticket, *, by: User, until: datetime.date | None = None, **form: Unpack[Form]
) -> Event:
    """Postpone the ticket to a day, on which it resumes by itself, or until it is resumed.

    Raises ``NotPossible("until", …)`` unless the day is in the future.
    """

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if until is not None and until <= timezone.localdate():
            raise NotPossible("until", _("Choose a date in the future."))
        return Change({"resume_on": until})

    return transition(lifecycle.POSTPONE, ticket, by, compute_change, **form)


@verb(lifecycle.RESUME)
def resume(ticket: Ticket, *, by: User | None, **form: Unpack[Form]) -> Event:
    """Go on with a postponed or incomplete ticket; the system does so on the day it resumes."""

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if by is None and (now.resume_on is None or now.resume_on > timezone.localdate()):
            raise NotPossible(None, _("The ticket is not due to resume today."))
        return Change()

    return transition(lifecycle.RESUME, ticket, by, compute_change, **form)
