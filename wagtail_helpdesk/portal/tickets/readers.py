"""Who reads a ticket page, and the words for the status that are for them."""

from __future__ import annotations

from enum import Enum

from django.utils.translation import gettext_lazy, pgettext_lazy

from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal.labels import REQUESTER_LABELS, get_status_label


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
    in_own_words = reader in (Reader.MANAGER, Reader.REQUESTER)
    if in_own_words or ticket.resume_on or ticket.is_merged:
        return get_status_label(
            ticket.status,
            plain=reader is not Reader.MANAGER,
            resume_on=ticket.resume_on,
            is_merged=ticket.is_merged,
        )
    return str(GUEST_LABELS[Status(ticket.status)])
