"""What people say on a ticket: comments, internal notes, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Audience, Role, Status
from wagtail_helpdesk.models import Event, Ticket

from .errors import NotPossible
from .idempotency import Form, verb
from .transition import Changes, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb
def comment(
    ticket: Ticket,
    *,
    by: User,
    audience: str = Audience.EVERYONE,
    **form: Unpack[Form],
) -> Event:
    """Say something on the ticket (guide I.5), to everybody or to requester and managers only."""
    return transition(lifecycle.COMMENT, ticket, by, _answer, audience=_checked(audience), **form)


@verb
def note(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Write something that only the managers of the service read."""
    return transition(lifecycle.NOTE, ticket, by, **form)


@verb
def attach(
    ticket: Ticket,
    *,
    by: User,
    audience: str = Audience.EVERYONE,
    **form: Unpack[Form],
) -> Event:
    """Attach files; from the requester that counts as an answer."""
    if not form.get("files"):
        raise NotPossible("files", _("Please choose a file."))
    return transition(lifecycle.ATTACH, ticket, by, _answer, audience=_checked(audience), **form)


def _checked(audience: str) -> Audience:
    if audience not in (Audience.EVERYONE, Audience.REQUESTER):
        raise NotPossible("audience", _("Choose who may read the message."))
    return Audience(audience)


def _answer(now: Ticket, access: TicketAccess) -> Changes:
    """Let the delay of a closure start again when its requester writes."""
    if Role.REQUESTER in access.roles and now.status == Status.CLOSED:
        return {"awaiting_since": timezone.now()}
    return {}
