"""Comments, internal notes and attached files."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Audience, Role, Status
from wagtail_helpdesk.models import Event, Ticket

from .errors import NotPossible
from .mentions import record_mentions
from .registry import Form, verb
from .transition import Change, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.COMMENT)
def comment(
    ticket: Ticket,
    *,
    by: User,
    audience: str = Audience.EVERYONE,
    seen: int | None = None,
    **form: Unpack[Form],
) -> Event:
    """Write on the ticket (guide I.5), for everyone on it or for requester and managers only.

    A manager alerts people who may read it by naming them: ``@name``.
    Raises ``NotNow`` when another person wrote or did anything after the event ``seen``.
    """
    readers = _validate_audience(audience)

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        named = record_mentions(now, access, by, form.get("text", ""), readers)
        return replace(_restart_delay(now, access), facts=named)

    return transition(
        lifecycle.COMMENT, ticket, by, compute_change,
        audience=readers, seen=seen, stops_for="anything", **form,
    )  # fmt: skip


@verb(lifecycle.NOTE)
def note(ticket: Ticket, *, by: User, seen: int | None = None, **form: Unpack[Form]) -> Event:
    """Write a note that only the managers of the service can read; ``@name`` alerts one of them.

    Raises ``NotNow`` when another person wrote or did anything after the event ``seen``.
    """

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        text = form.get("text", "")
        return Change(facts=record_mentions(now, access, by, text, Audience.MANAGERS))

    return transition(
        lifecycle.NOTE, ticket, by, compute_change, seen=seen, stops_for="anything", **form
    )


@verb(lifecycle.ATTACH)
def attach(
    ticket: Ticket,
    *,
    by: User,
    audience: str = Audience.EVERYONE,
    **form: Unpack[Form],
) -> Event:
    """Attach files; from the requester they count as an answer."""
    if not form.get("files"):
        raise NotPossible("files", _("Please choose a file."))
    return transition(
        lifecycle.ATTACH, ticket, by, _restart_delay, audience=_validate_audience(audience), **form
    )


def _validate_audience(audience: str) -> Audience:
    if audience not in (Audience.EVERYONE, Audience.REQUESTER):
        raise NotPossible("audience", _("Choose who may read the message."))
    return Audience(audience)


def _restart_delay(now: Ticket, access: TicketAccess) -> Change:
    """Restart the delay after which a closure expires, when the requester writes."""
    if Role.REQUESTER in access.roles and now.status == Status.CLOSED:
        return Change({"awaiting_since": timezone.now()})
    return Change()
