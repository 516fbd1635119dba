"""The mail of a daily report: counts first, then the sections, the longest idle tickets first."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.kinds import MailComposer
from wagtail_helpdesk.mailqueue.mail import MailSpec, build_message
from wagtail_helpdesk.mailqueue.unsubscribe import make_reports_token
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
from wagtail_helpdesk.notifications.received import (
    TicketNotifications,
    load_reported,
    record_unreported,
)

from .data import MAX_AGE, MAX_LISTED, ReportData
from .due import make_wanted_filter, refill_report
from .news import build_news
from .sections import SectionDefinition, get_sections


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One ticket in a report. In a confidential service it has neither subject nor people.

    A ticket that was in one has no subject either: it was written there.
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
    """One section of a service: its heading and tickets."""

    heading: str
    count: int
    url: str
    lines: list[ReportLine]

    @property
    def left_out(self) -> int:
        """The number of tickets that are counted but not listed."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class ServiceChapter:
    """One service in a report."""

    name: str
    confidential: bool
    sections: list[MailSection]

    def shorten(self, share: int) -> ServiceChapter:
        """Return a copy with fewer lines in each section; the rest is counted."""
        count = max(MAX_LISTED // share, 1)
        sections = [replace(section, lines=section.lines[:count]) for section in self.sections]
        return replace(self, sections=sections)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to list."""
        return not any(section.lines for section in self.sections)


class ReportComposer(MailComposer):
    """Composes daily reports; the open tickets of a service are read once per run of ``deliver``."""

    def __init__(self) -> None:
        self.data = ReportData()
        self.locations = LocationCache()

    def load(self, mails: Sequence[OutgoingMail]) -> None:
        """Look up helpdesk pages again: they may have changed since the last claim."""
        self.locations = LocationCache()

    def compose(self, mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        """Return the report as its reader may see it now, or why they get none."""
        composed = compose_report(mail, reader, self.locations, self.data)
        if isinstance(composed, SkipReason):
            self.record_skip(mail, composed)
        return composed

    def record_skip(self, mail: OutgoingMail, reason: SkipReason) -> None:
        """Leave to the next report what this one would have notified of."""
        mail.notifications.update(mail=None)


def compose_report(
    mail: OutgoingMail, reader: MailReader, locations: LocationCache, data: ReportData
) -> EmailMessage | SkipReason:
    """Return the report in its reader's language, or why they get none.

    Permissions and preferences are read again: services they no longer manage are left out.
    """
    preferences = HelpdeskPreferences.of(reader.user)
    if mail.slot is not None and preferences.reports_suspended:
        return SkipReason.SWITCHED_OFF
    if mail.created_at < timezone.now() - MAX_AGE:
        refill_report(mail, data)
    managed = reader.user.helpdesk_manager_rows.values("service")
    rows = mail.parts.filter(service__in=managed, service__enabled=True)
    parts = [
        part
        for part in rows.select_related("service__site").order_by("service__order", "service__name")
        if _is_open(locations.find(part.service, reader.language), reader)
    ]
    if not parts:
        return SkipReason.NO_ACCESS
    if mail.slot is not None:
        is_wanted = make_wanted_filter(reader.user.pk)
        parts = [part for part in parts if is_wanted(part.service_id)]
        if not parts:
            return SkipReason.SWITCHED_OFF
    with translation.override(reader.language), timezone.override(reader.zone):
        about = _load_news(mail, reader, locations, is_paused=preferences.monitoring_suspended)
        is_planned = mail.slot is not None
        if is_planned and preferences.skip_empty_reports and _is_empty(parts) and not about:
            return SkipReason.EMPTY
        return _build(mail, reader, parts, about, locations)


def _load_news(
    mail: OutgoingMail, reader: MailReader, locations: LocationCache, *, is_paused: bool
) -> list[TicketNotifications]:
    """Return what the report notifies of, without tickets on a page that its reader may not open."""
    if not mail.notifications.exists():
        return []
    if is_paused:
        mail.notifications.update(skipped=SkipReason.SWITCHED_OFF)
        return []
    record_unreported(mail, reader.user)
    return [
        one
        for one in load_reported(mail, reader.user)
        if _is_open(locations.find(one.ticket.service, reader.language), reader)
    ]


def _is_open(location: HelpdeskLocation | None, reader: MailReader) -> bool:
    return location is None or location.is_open_to(reader.user)


def _is_empty(parts: Iterable[ReportContent]) -> bool:
    return not any(count for part in parts for _, (count, _) in part.listing)


def _build(
    mail: OutgoingMail,
    reader: MailReader,
    parts: list[ReportContent],
    about: list[TicketNotifications],
    locations: LocationCache,
) -> EmailMessage:
    only = parts[0].service if len(parts) == 1 else None
    location = locations.find(parts[0].service, reader.language)
    find_location = partial(locations.find, language=reader.language)
    tickets = _load_tickets(reader, parts)
    confidential = find_confidential_services()
    numbers = {*tickets, *(one.ticket.pk for one in about)}
    moved = find_moved_out(numbers, confidential)
    news = build_news(about, {*moved}, confidential, find_location)
    chapters = [
        _make_chapter(part, tickets, moved, locations.find(part.service, reader.language))
        for part in parts
    ]
    title = _("Daily report of your services")
    if only:
        title = _("Daily report: %(service)s") % {"service": only}
    token = make_reports_token(reader.user.pk)
    stop_url = location.get_view_url("stop_reports", token) if location else ""
    return build_message(
        MailSpec(
            reader=reader,
            service=only,
            subject=title,
            template="report",
            context={
                "title": title,
                "when": format_datetime(timezone.now()),
                "several": len(chapters) > 1,
                "reason": _("You are receiving this report because of your preferences."),
                "preferences_url": location.get_url("manager_preferences") if location else "",
                "stop_url": stop_url,
            },
            message_id=mail.message_id,
            archive=location.get_url("desk") if location else "",
            unsubscribe=stop_url,
            headers={"Precedence": "bulk"},
            shortened=lambda share: {
                "news": news.shorten(share) if news else None,
                "chapters": [chapter.shorten(share) for chapter in chapters],
            },
        )
    )


def _load_tickets(reader: MailReader, parts: list[ReportContent]) -> dict[int, Ticket]:
    """Return the listed tickets that the reader may read as their manager."""
    numbers = [number for part in parts for _, (_, listed) in part.listing for number in listed]
    found = Ticket.objects.visible_to(reader.user, through=(Role.MANAGER,)).filter(
        pk__in=numbers, is_open=True
    )
    rows = found.select_related("category", "requester", "assignee")
    return {ticket.pk: ticket for ticket in rows}


def _make_chapter(
    part: ReportContent,
    tickets: dict[int, Ticket],
    moved: Container[int],
    location: HelpdeskLocation | None,
) -> ServiceChapter:
    service = part.service
    now = timezone.now()
    sections = [
        MailSection(
            heading=heading,
            count=count,
            url=location.get_url("desk", queue=section.queue, service=service.pk)
            if location
            else "",
            lines=[
                _make_line(tickets[number], location, now, moved, secret=service.confidential)
                for number in listed
                if number in tickets
            ],
        )
        for section, heading, count, listed in _iterate_sections(part)
    ]
    return ServiceChapter(str(service), service.confidential, sections)


def _iterate_sections(
    part: ReportContent,
) -> Iterator[tuple[SectionDefinition, str, int, list[int]]]:
    """Yield each section with its heading, count and tickets.

    Where all managers are members, *member* lists everything: later sections that are empty are then
    omitted, so that “free (0)” does not stand below free tickets.
    """
    definitions = get_sections()
    before: set[str] = set()
    for name, (count, listed) in part.listing:
        section = definitions.get(name)
        if section is not None and (count or ReportSection.MEMBER not in before):
            heading = section.make_heading
            if section.make_rest_heading and before & section.rest_of:
                heading = section.make_rest_heading
            yield section, heading(count), count, listed
        before.add(name)


def _make_line(
    ticket: Ticket,
    location: HelpdeskLocation | None,
    now: datetime,
    moved: Container[int],
    *,
    secret: bool,
) -> ReportLine:
    manager: Any = ticket.assignee
    hidden = secret or ticket.pk in moved
    return ReportLine(
        number=ticket.pk,
        url=location.get_ticket_url(ticket.pk) if location else "",
        category="" if secret else str(ticket.category),
        subject=_("Confidential ticket") if hidden else ticket.subject,
        status=ticket.get_status_display(),
        priority=ticket.get_priority_display(),
        requester="" if secret else get_display_name(ticket.requester),
        manager=get_display_name(manager) if manager else _("nobody"),
        # One unit: rows are easier to compare.
        idle=timesince(ticket.last_activity_at, now, depth=1),
    )
