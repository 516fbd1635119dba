"""Handling a ticket: taking, assigning, releasing, asking, postponing, resuming."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Unpack

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.models import Event, ServiceManager, Ticket
from wagtail_helpdesk.names import get_display_name

from .closing import close
from .errors import NotPossible
from .idempotency import Form, SubmissionId, verb
from .transition import Changes, transition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User
    from django.core.files import File


@verb
def take(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Become the manager of the ticket (guide I.2)."""
    return transition(lifecycle.TAKE, ticket, by, lambda now, access: {"assignee": by}, **form)


@verb
def take_and_close(
    ticket: Ticket,
    *,
    by: User,
    text: str = "",
    files: Sequence[File] = (),
    seen: int | None = None,
    submission: SubmissionId = None,
) -> Event:
    """Become the manager and close in the same act (guide I.2); the message goes with the closure."""
    take(ticket, by=by, submission=submission)
    return close(ticket, by=by, text=text, files=files, seen=seen, submission=submission)


@verb
def take_and_ask(
    ticket: Ticket,
    *,
    by: User,
    text: str = "",
    files: Sequence[File] = (),
    submission: SubmissionId = None,
) -> Event:
    """Become the manager and ask the requester for information (guide I.2)."""
    take(ticket, by=by, submission=submission)
    return ask_information(ticket, by=by, text=text, files=files, submission=submission)


@verb
def assign(ticket: Ticket, *, by: User | None, to: User, **form: Unpack[Form]) -> Event:
    """Put a colleague in charge (guide I.3).

    Raises ``NotPossible("to", …)`` unless ``to`` is an available manager of the service, neither
    oneself nor the one in charge.
    """

    def put_in_charge(now: Ticket, access: TicketAccess) -> Changes:
        if to == by or to.pk == now.assignee_id:
            raise NotPossible("to", _("Choose somebody else."))
        if not find_assignable_managers(now).filter(user=to).exists():
            raise NotPossible(
                "to",
                _("%(name)s is not an available manager of this service.")
                % {"name": get_display_name(to)},
            )
        return {"assignee": to}

    return transition(lifecycle.ASSIGN, ticket, by, put_in_charge, **form)


def find_assignable_managers(ticket: Ticket) -> QuerySet[ServiceManager]:
    """Return the managers whom the ticket can be assigned to today, whoever assigns."""
    return (
        ServiceManager.objects.filter(service=ticket.service_id)
        .available_on()
        .exclude(user=ticket.assignee_id)
        .select_related("user")
    )


@verb
def release(ticket: Ticket, *, by: User | None, **form: Unpack[Form]) -> Event:
    """Stop being the manager of the ticket (guide I.4)."""
    return transition(lifecycle.RELEASE, ticket, by, lambda now, access: {"assignee": None}, **form)


@verb
def ask_information(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Ask the requester for information, and wait for the answer."""
    return transition(lifecycle.ASK_INFORMATION, ticket, by, **form)


@verb
def postpone(
    ticket: Ticket, *, by: User, until: datetime.date | None = None, **form: Unpack[Form]
) -> Event:
    """Put the ticket off, until a day on which it resumes by itself, or until somebody resumes it.

    Raises ``NotPossible("until", …)`` unless the day is still to come.
    """

    def put_off(now: Ticket, access: TicketAccess) -> Changes:
        if until is not None and until <= timezone.localdate():
            raise NotPossible("until", _("Choose a day that is still to come."))
        return {"resume_on": until}

    return transition(lifecycle.POSTPONE, ticket, by, put_off, **form)


@verb
def resume(ticket: Ticket, *, by: User | None, **form: Unpack[Form]) -> Event:
    """Go on with a ticket that waited. The system does so on the day it was put off to."""

    def go_on(now: Ticket, access: TicketAccess) -> Changes:
        if by is None and (now.resume_on is None or now.resume_on > timezone.localdate()):
            raise NotPossible(None, _("The ticket is not due to resume today."))
        return {}

    return transition(lifecycle.RESUME, ticket, by, go_on, **form)
