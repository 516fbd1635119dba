"""Assigning a ticket to a colleague, and releasing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.models import Event, ServiceManager, Ticket
from wagtail_helpdesk.names import get_display_name

from .errors import NotPossible
from .registry import Form, verb
from .transition import Change, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.ASSIGN)
def assign(ticket: Ticket, *, by: User | None, to: User, **form: Unpack[Form]) -> Event:
    """Put a colleague in charge (guide I.3).

    Raises ``NotPossible("to", …)`` unless ``to`` is an available manager of the service, and
    neither the author nor the present assignee.
    """

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if to == by or to.pk == now.assignee_id:
            raise NotPossible("to", _("Choose someone else."))
        if not find_assignable_managers(now).filter(user=to).exists():
            raise NotPossible(
                "to",
                _("%(name)s is not an available manager of this service.")
                % {"name": get_display_name(to)},
            )
        return Change({"assignee": to})

    return transition(lifecycle.ASSIGN, ticket, by, compute_change, **form)


def find_assignable_managers(ticket: Ticket) -> QuerySet[ServiceManager]:
    """Return the managers to whom the ticket can be assigned today."""
    return (
        ServiceManager.objects.filter(service=ticket.service_id)
        .available_on()
        .exclude(user=ticket.assignee_id)
        .select_related("user")
    )


@verb(lifecycle.RELEASE)
def release(ticket: Ticket, *, by: User | None, **form: Unpack[Form]) -> Event:
    """Stop being in charge of the ticket, which becomes free (guide I.4)."""
    return transition(lifecycle.RELEASE, ticket, by, Change({"assignee": None}), **form)
