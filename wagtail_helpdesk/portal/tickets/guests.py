"""The guests whom the ticket page names, read once for all its parts."""

from __future__ import annotations

from wagtail_helpdesk.models import Guest, Ticket

#: More guests than this are listed on the page of the invitation.
MAX_GUESTS = 8
_CACHE = "_shown_guests"


def load_guests(ticket: Ticket) -> list[Guest]:
    """Return the guests to name, and one more when there are others; kept on the ticket."""
    found: list[Guest] | None = ticket.__dict__.get(_CACHE)
    if found is None:
        found = list(ticket.guests.select_related("user")[: MAX_GUESTS + 1])
        ticket.__dict__[_CACHE] = found
    return found
