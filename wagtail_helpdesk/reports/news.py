"""What a daily report says of the alerts that waited for it, by ticket."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from wagtail_helpdesk.links import HelpdeskLocation
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.notifications.received import TicketNotifications

from .data import MAX_LISTED


@dataclass(frozen=True, slots=True)
class NewsLine:
    """What happened to one ticket since the last report; nothing of a confidential one."""

    number: int
    url: str
    subject: str
    sentences: list[str]
    #: Events that are counted but not described.
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class NewsSection:
    """What happened since the last report, for a reader who chose to be alerted in it."""

    heading: str
    count: int
    url: str
    lines: list[NewsLine]

    def shorten(self, share: int) -> NewsSection:
        """Return a copy with fewer tickets; the rest is counted."""
        return replace(self, lines=self.lines[: max(MAX_LISTED // share, 1)])

    @property
    def left_out(self) -> int:
        """The number of tickets that are counted but not listed."""
        return self.count - len(self.lines)


def build_news(
    about: list[TicketNotifications],
    moved: Container[int],
    confidential: Container[int],
    find_location: Callable[[Service], HelpdeskLocation | None],
) -> NewsSection | None:
    """Return what happened since the last report; None if there is nothing.

    ``moved`` are the tickets that left a confidential service, ``confidential`` these services.
    """
    if not about:
        return None
    heading = _("What happened since the last report (%(count)s)") % {"count": len(about)}
    lines = []
    for one in about[:MAX_LISTED]:
        ticket, location = one.ticket, find_location(one.ticket.service)
        hidden = ticket.service_id in confidential or ticket.pk in moved
        lines.append(
            NewsLine(
                number=ticket.pk,
                url=location.get_ticket_url(ticket.pk) if location else "",
                subject=_("Confidential ticket") if hidden else ticket.subject,
                # In the order of the events, as a conversation is read.
                sentences=[] if hidden else [item.sentence for item in reversed(one.shown)],
                left_out=len(one.items) if hidden else one.rest,
            )
        )
    place = find_location(about[0].ticket.service)
    url = place.get_url("notifications") if place else ""
    return NewsSection(heading, len(about), url, lines)
