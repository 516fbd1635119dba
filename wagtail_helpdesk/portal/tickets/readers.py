"""Who reads a ticket page, and the words for the status that are for them."""

from __future__ import annotations

from enum import Enum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal.labels import REQUESTER_LABELS


class Reader(Enum):
    """The strongest relation of a reader to the ticket, which decides the words of the page."""

    MANAGER = "manager"
    REQUESTER = "requester"
    GUEST = "guest"
    VIEWER = "viewer"


#: Words for guests and viewers, of whom nothing is expected.
GUEST_LABELS = REQUESTER_LABELS | {
    Status.INCOMPLETE: gettext_lazy("Waiting for the requester’s reply"),
    Status.CLOSED: gettext_lazy("Solved – to be confirmed"),
    Status.EXPIRED: pgettext_lazy("status", "Closed – no reply"),
}

_ORDER = {
    Role.MANAGER: Reader.MANAGER,
    Role.REQUESTER: Reader.REQUESTER,
    Role.GUEST: Reader.GUEST,
}


def get_reader(ticket: Ticket) -> Reader:
    """Return what the user is to a ticket that was fetched with their access."""
    roles = ticket.access.roles
    return next((reader for role, reader in _ORDER.items() if role in roles), Reader.VIEWER)


def get_status_words(ticket: Ticket, reader: Reader) -> str:
    """Return the label of the status of a ticket in words for its reader."""
    if ticket.resume_on:
        return _("Postponed until %(date)s") % {"date": format_date(ticket.resume_on)}
    status = Status(ticket.status)
    if reader is Reader.MANAGER:
        return str(status.label)
    return str((REQUESTER_LABELS if reader is Reader.REQUESTER else GUEST_LABELS)[status])
