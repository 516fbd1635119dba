"""Changing the priority, subject or visibility of a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Action, Priority, Visibility
from wagtail_helpdesk.models import Event, Ticket

from .errors import NotPossible
from .opening import validate_subject
from .registry import Form, verb
from .transition import Change, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.CHANGE_PRIORITY)
def change_priority(
    ticket: Ticket,
    *,
    by: User,
    to: int,
    notifies_everyone: bool = False,
    **form: Unpack[Form],
) -> Event:
    """Change the priority, 1 (very low) to 5 (very high)."""
    if to not in Priority.values:
        raise NotPossible("to", _("This priority does not exist."))
    return _change_field(
        lifecycle.CHANGE_PRIORITY, ticket, by, "priority", to, notifies_everyone, form
    )


@verb(lifecycle.CHANGE_SUBJECT)
def change_subject(
    ticket: Ticket,
    *,
    by: User,
    to: str,
    notifies_everyone: bool = False,
    **form: Unpack[Form],
) -> Event:
    """Change the subject."""
    try:
        to = validate_subject(to)
    except NotPossible as error:
        raise NotPossible("to", error.message) from None
    return _change_field(
        lifecycle.CHANGE_SUBJECT, ticket, by, "subject", to, notifies_everyone, form
    )


@verb(lifecycle.CHANGE_VISIBILITY)
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
    return _change_field(
        lifecycle.CHANGE_VISIBILITY, ticket, by, "visibility", to, notifies_everyone, form
    )


def _change_field(
    action: Action,
    ticket: Ticket,
    by: User,
    field: str,
    value: Any,
    notifies_everyone: bool,
    form: Form,
) -> Event:
    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if getattr(now, field) == value:
            raise NotPossible("to", _("This is already the current value."))
        return Change({field: value})

    return transition(
        action, ticket, by, compute_change, notifies_everyone=notifies_everyone, **form
    )
