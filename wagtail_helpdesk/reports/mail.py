"""The mail of a daily report: counts first, then the sections, each with the longest idle first."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.mail import MailSpec, build_message
from wagtail_helpdesk.mailqueue.unsubscribe import reports_token
from wagtail_helpdesk.models import (
    HelpdeskPreferences,
    OutgoingMail,
    ReportContent,
    ReportSection,
    SkipReason,
    Ticket,
)
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.notifications.confidentiality import (
    find_confidential_services,
    find_moved_out,
)

from .data import FRESH, MAX_LISTED, ReportData
from .due import is_still_wanted, refill_report

HEADINGS = {
    "managed": lambda: _("Tickets you are in charge of (%(count)s)"),
    "member": lambda: _("Tickets of your categories (%(count)s)"),
    "free": lambda: _("Free tickets (%(count)s)"),
    "others": lambda: _("Other tickets (%(count)s)"),
}
#: After *member*, which may have listed some of them already.
REST = {"free": lambda: _("Other free tickets (%(count)s)")}
#: The queue of the desk that shows the whole of a section.
QUEUES = {"managed": "mine", "member": "categories", "free": "free", "others": "all"}


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One ticket in a report. A confidential service shows neither subject nor people.

    Of a ticket that has been in one, the subject was written there.
    """

    number: int
    url: str
    category: str
    subject: str
    status: str
    priority: str
    requester: str
    manager: str
    idle: str


@dataclass(frozen=True, slots=True)
class MailSection:
    """Some tickets of a service under one heading."""

    heading: str
    count: int
    url: str
    lines: list[ReportLine]

    @property
    def left_out(self) -> int:
        """How many tickets are counted but not listed."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class ServiceChapter:
    """One service of a report."""

    name: str
    confidential: bool
    sections: list[MailSection]

    def shortened(self, share: int) -> ServiceChapter:
        """Return the same with fewer lines in each section; the rest is counted."""
        most = max(MAX_LISTED // share, 1)
        sections = [replace(section, lines=section.lines[:most]) for section in self.sections]
        return replace(self, sections=sections)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to list."""
        return not any(section.lines for section in self.sections)


def compose_report(
    mail: OutgoingMail, reader: MailReader, places: LocationCache, gathered: ReportData
) -> EmailMessage | SkipReason:
    """Return the report as its reader gets it, or why they get none.

    Rights and preferences are read again: services they no longer manage are left out.
    """
    chosen = HelpdeskPreferences.of(reader.user)
    if mail.slot is not None and chosen.reports_suspended:
        return SkipReason.SWITCHED_OFF
    if mail.created_at < timezone.now() - FRESH:
        refill_report(mail, gathered)
    managed = reader.user.helpdesk_manager_rows.values("service")
    rows = mail.parts.filter(service__in=managed).select_related("service__site")
    parts = [
        part
        for part in rows.order_by("service__order", "service__name")
        if _is_open(places.find(part.service, reader.language), reader)
    ]
    if not parts:
        return SkipReason.NO_ACCESS
    if mail.slot is not None:
        wanted = is_still_wanted(reader.user.pk)
        parts = [part for part in parts if wanted(part.service_id)]
        if not parts:
            return SkipReason.SWITCHED_OFF
    if mail.slot is not None and chosen.skip_empty_reports and _is_empty(parts):
        return SkipReason.EMPTY
    with translation.override(reader.language), timezone.override(reader.zone):
        return _write(mail, reader, parts, places)


def _is_open(place: HelpdeskLocation | None, reader: MailReader) -> bool:
    return place is None or place.is_open_to(reader.user)


def _is_empty(parts: Iterable[ReportContent]) -> bool:
    return not any(count for part in parts for _, (count, _) in part.listing)


def _write(
    mail: OutgoingMail, reader: MailReader, parts: list[ReportContent], places: LocationCache
) -> EmailMessage:
    only = parts[0].service if len(parts) == 1 else None
    place = places.find(parts[0].service, reader.language)
    tickets = _tickets(reader, parts)
    moved = find_moved_out(tickets, find_confidential_services())
    chapters = [
        _chapter(part, tickets, moved, places.find(part.service, reader.language)) for part in parts
    ]
    title = _("Daily report of your services")
    if only:
        title = _("Daily report of the service %(service)s") % {"service": only.name}
    stop = place.outside("stop_reports", reports_token(reader.user.pk)) if place else ""
    context = {
        "title": title,
        "when": timezone.localtime(),
        "several": len(chapters) > 1,
        "why": _("You are receiving this report because of your preferences."),
        "preferences_url": place.to("manager_preferences") if place else "",
        "stop_url": stop,
    }
    return build_message(
        MailSpec(
            reader=reader,
            service=only,
            subject=title,
            template="report",
            context=context,
            message_id=mail.message_id,
            archive=place.to("desk") if place else "",
            unsubscribe=stop,
            headers={"Precedence": "bulk"},
            shortened=lambda share: {
                "chapters": [chapter.shortened(share) for chapter in chapters]
            },
        )
    )


def _tickets(reader: MailReader, parts: list[ReportContent]) -> dict[int, Ticket]:
    """Return the tickets that are listed, as far as the reader may read them as their manager."""
    numbers = [number for part in parts for _, (_, listed) in part.listing for number in listed]
    found = Ticket.objects.visible_to(reader.user, through=(Role.MANAGER,)).filter(
        pk__in=numbers, is_open=True
    )
    rows = found.select_related("category", "requester", "assignee")
    return {ticket.pk: ticket for ticket in rows}


def _chapter(
    part: ReportContent,
    tickets: dict[int, Ticket],
    moved: Container[int],
    place: HelpdeskLocation | None,
) -> ServiceChapter:
    service = part.service
    now = timezone.now()
    sections = [
        MailSection(
            heading=heading,
            count=count,
            url=place.to("desk", queue=QUEUES[name], service=service.pk) if place else "",
            lines=[
                _line(tickets[number], place, now, moved, secret=service.confidential)
                for number in listed
                if number in tickets
            ],
        )
        for name, heading, count, listed in _sections(part)
    ]
    return ServiceChapter(service.name, service.confidential, sections)


def _sections(part: ReportContent) -> Iterator[tuple[str, str, int, list[int]]]:
    """Give each section with its heading, count and tickets.

    Where members are all managers, *member* lists everything: nothing is said of what it left over
    when it left nothing, lest “free (0)” stands below free tickets.
    """
    headings = HEADINGS
    for name, (count, listed) in part.listing:
        if count or headings is HEADINGS:
            yield name, headings[name]() % {"count": count}, count, listed
        if name == ReportSection.MEMBER:
            headings = HEADINGS | REST


def _line(
    ticket: Ticket,
    place: HelpdeskLocation | None,
    now: datetime,
    moved: Container[int],
    *,
    secret: bool,
) -> ReportLine:
    manager: Any = ticket.assignee
    hidden = secret or ticket.pk in moved
    return ReportLine(
        number=ticket.pk,
        url=place.to_ticket(ticket.pk) if place else "",
        category="" if secret else ticket.category.name,
        subject=_("Confidential ticket") if hidden else ticket.subject,
        status=ticket.get_status_display(),
        priority=ticket.get_priority_display(),
        requester="" if secret else get_display_name(ticket.requester),
        manager=get_display_name(manager) if manager else _("nobody"),
        # Two units are one too many to compare rows by.
        idle=timesince(ticket.last_activity_at, now, depth=1),
    )
