"""Small changes of a ticket: priority, subject, visibility. They are quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Action, Priority, Visibility
from wagtail_helpdesk.models import Event, Ticket

from .errors import NotPossible
from .idempotency import Form, verb
from .opening import validate_subject
from .transition import Changes, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb
def change_priority(
    ticket: Ticket,
    *,
    by: User,
    to: int,
    notifies_everyone: bool = False,
    **form: Unpack[Form],
) -> Event:
    """Change how urgent the ticket is, 1 (very low) to 5 (very high)."""
    if to not in Priority.values:
        raise NotPossible("to", _("This priority does not exist."))
    return _set(lifecycle.CHANGE_PRIORITY, ticket, by, "priority", to, notifies_everyone, form)


@verb
def change_subject(
    ticket: Ticket,
    *,
    by: User,
    to: str,
    notifies_everyone: bool = False,
    **form: Unpack[Form],
) -> Event:
    """Say better what the ticket is about."""
    try:
        to = validate_subject(to)
    except NotPossible as error:
        raise NotPossible("to", error.message) from None
    return _set(lifecycle.CHANGE_SUBJECT, ticket, by, "subject", to, notifies_everyone, form)


@verb
def change_visibility(
    ticket: Ticket,
    *,
    by: User,
    to: str,
    notifies_everyone: bool = False,
    **form: Unpack[Form],
) -> Event:
    """Make the ticket public or private."""
    if to not in Visibility.values:
        raise NotPossible("to", _("This visibility does not exist."))
    return _set(lifecycle.CHANGE_VISIBILITY, ticket, by, "visibility", to, notifies_everyone, form)


def _set(
    action: Action,
    ticket: Ticket,
    by: User,
    field: str,
    value: Any,
    notifies_everyone: bool,
    form: Form,
) -> Event:
    def change(now: Ticket, access: TicketAccess) -> Changes:
        if getattr(now, field) == value:
            raise NotPossible("to", _("It is already set this way."))
        return {field: value}

    return transition(action, ticket, by, change, notifies_everyone=notifies_everyone, **form)
