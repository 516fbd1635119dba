"""The mail that notifies one reader of what one form did to several tickets, a section for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from wagtail_helpdesk.event_text import EventView
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader, find_users_by_email
from wagtail_helpdesk.mailqueue.kinds import MailComposer
from wagtail_helpdesk.mailqueue.mail import MailSpec, build_message
from wagtail_helpdesk.models import Notification, OutgoingMail, Service, SkipReason

from .alert_links import MailLink, choose_links, find_answers, make_ticket_link
from .alert_mail import compose_alert, get_title, list_facts
from .alert_quotes import MAX_QUOTED_EVENTS, quote_events, quote_request
from .alert_text import (
    describe_access_lost,
    describe_deadline,
    describe_number,
    describe_reason,
)
from .composer import check_alert, record_skips
from .mail_context import CheckedMail, MailContext, MailItem, find_strongest
from .recipient_rules import MANAGER_REASONS

#: Tickets with a section of their own; the others are listed by number and subject.
MAX_SECTIONS = 20


@dataclass(frozen=True, slots=True)
class TicketPart:
    """One ticket in the mail: what its reader may know of it now."""

    context: MailContext
    checked: CheckedMail
    location: HelpdeskLocation | None

    @property
    def items(self) -> list[MailItem]:
        """What is told of the ticket: the events, or the one that ended the reader's access."""
        lost = self.checked.access_lost
        return self.checked.items or ([lost] if lost else [])

    @property
    def is_requester(self) -> bool:
        """Whether the reader calls the ticket a request."""
        return Role.REQUESTER in self.checked.access.roles


class BulkAlertComposer(MailComposer):
    """Composes the alerts about several tickets: each ticket is checked by itself."""

    def load(self, mails: Sequence[OutgoingMail]) -> None:
        """Remember the alerts of a claim."""
        self.claimed = _ClaimedBulkAlerts(mails)

    def compose(self, mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        """Return the mail about the tickets of which there is something to tell, or why none is left.

        About a single ticket it is the same mail, in the same thread, as for an action on it alone.
        """
        locations = self.claimed.locations
        skipped: dict[int, SkipReason] = {}
        parts = []
        for number, notifications in self.claimed.get_tickets(mail).items():
            context = self.claimed.get_context(number)
            checked = check_alert(context, reader, notifications, locations)
            skipped |= checked.skipped
            if not checked.is_empty:
                location = locations.find(context.ticket.service, reader.language)
                parts.append(TicketPart(context, checked, location))
        record_skips(skipped)
        if not parts:
            return next(iter(skipped.values()), SkipReason.NO_ACCESS)
        if reader.user is None and not find_users_by_email(reader.email).exists():
            # Nobody knows who reads it: the ticket's page asks for a login.
            parts = [TicketPart(p.context.withhold(), p.checked, p.location) for p in parts]
        if len(parts) == 1:
            return _compose_single(mail, reader, parts[0], locations)
        with translation.override(reader.language), timezone.override(reader.zone):
            return compose_bulk(mail, reader, parts)

    def record_skip(self, mail: OutgoingMail, reason: SkipReason) -> None:
        """Record the reason on the notifications of the mail."""
        tickets = self.claimed.get_tickets(mail).values()
        record_skips({one.pk: reason for notifications in tickets for one in notifications})


def _compose_single(
    mail: OutgoingMail, reader: MailReader, part: TicketPart, locations: LocationCache
) -> EmailMessage:
    # So that later alerts about the ticket refer to this one.
    OutgoingMail.objects.filter(pk=mail.pk).update(ticket=part.context.ticket)
    mail.ticket = part.context.ticket
    return compose_alert(mail, part.context, reader, part.checked, locations)


class _ClaimedBulkAlerts:
    """The notifications of the mails of a claim, and their tickets, each read once."""

    def __init__(self, mails: Sequence[OutgoingMail]) -> None:
        self.mails = {mail.pk: mail for mail in mails}
        self.locations = LocationCache()
        self._contexts: dict[int, MailContext] = {}

    @cached_property
    def _notifications(self) -> dict[int, dict[int, list[Notification]]]:
        """The notifications by ticket and by mail, in the order of their events."""
        found: dict[int, dict[int, list[Notification]]] = {}
        rows = (
            Notification.objects.filter(mail__in=self.mails)
            .select_related("event")
            .defer("event__text", "event__html")
        )
        for one in rows.order_by("event", "pk"):
            by_mail = found.setdefault(one.event.ticket_id, {})
            by_mail.setdefault(one.mail_id, []).append(one)  # type: ignore[arg-type]
        return found

    def get_tickets(self, mail: OutgoingMail) -> dict[int, list[Notification]]:
        """Return the notifications of a mail by the number of the ticket."""
        return {
            number: by_mail[mail.pk]
            for number, by_mail in self._notifications.items()
            if mail.pk in by_mail
        }

    def get_context(self, number: int) -> MailContext:
        """Return the context of a ticket, read when first needed."""
        if number not in self._contexts:
            by_mail = self._notifications[number]
            events = {one.event_id for some in by_mail.values() for one in some}
            readers = (self.mails[pk].user_id for pk in by_mail)
            users = {user for user in readers if user is not None}
            self._contexts[number] = MailContext.load(number, events, users)
        return self._contexts[number]


# -- the mail --------------------------------------------------------------------------------------


def compose_bulk(
    mail: OutgoingMail, reader: MailReader, parts: Sequence[TicketPart]
) -> EmailMessage:
    """Return the mail about several tickets, in the active language and time zone."""
    shown, others = parts[:MAX_SECTIONS], parts[MAX_SECTIONS:]
    heading = _describe_all(parts)
    service = _find_common_service(parts)
    items = [item for part in parts for item in part.items]
    return build_message(
        MailSpec(
            reader=reader,
            service=service,
            subject=f"[{service}] {heading}" if service else heading,
            template="bulk_alert",
            context={
                "heading": heading,
                "preferences_url": _get_preferences_url(reader, parts),
                "others": [_make_line(part) for part in others],
                "reason": _("You are receiving this e-mail because of your part in these tickets."),
            },
            message_id=mail.message_id,
            headers={
                "X-Helpdesk-Ticket": " ".join(str(part.context.ticket.pk) for part in shown),
                "X-Helpdesk-Event": " ".join(
                    str(item.event.pk) for item in items[:MAX_QUOTED_EVENTS]
                ),
                "X-Helpdesk-Reason": find_strongest(items).reason.value,
            },
            # Together the sections quote about as much as a mail about one ticket.
            shortened=lambda share: {
                "sections": [
                    _build_section(part, reader, share * max(1, len(shown) // 3)) for part in shown
                ]
            },
        )
    )


def _describe_all(parts: Sequence[TicketPart]) -> str:
    """Return who acted on how many tickets, in the words of their reader."""
    actor = EventView(event=parts[0].items[0].event).actor
    count = len(parts)
    if all(part.is_requester for part in parts):
        words = npgettext(
            "requester",
            "%(count)s ticket: news from %(actor)s",
            "%(count)s tickets: news from %(actor)s",
            count,
        )
    else:
        words = ngettext(
            "%(count)s ticket: news from %(actor)s", "%(count)s tickets: news from %(actor)s", count
        )
    return words % {"count": count, "actor": actor}


def _find_common_service(parts: Sequence[TicketPart]) -> Service | None:
    """Return the service of all tickets that the reader may read; None if there are several."""
    readable = {p.context.ticket.service_id: p.context.ticket.service for p in parts}
    has_lost = any(not part.checked.items for part in parts)
    return next(iter(readable.values())) if len(readable) == 1 and not has_lost else None


def _get_preferences_url(reader: MailReader, parts: Sequence[TicketPart]) -> str:
    location = next((part.location for part in parts if part.location), None)
    if location is None or reader.user is None:
        return ""
    reasons = {item.reason for part in parts for item in part.items}
    is_manager = not reasons.isdisjoint(MANAGER_REASONS)
    return location.get_url("manager_preferences" if is_manager else "preferences")


def _build_section(part: TicketPart, reader: MailReader, share: int) -> dict[str, Any]:
    context, checked = part.context, part.checked
    if not checked.items:
        assert checked.access_lost is not None  # noqa: S101 - an empty part is left out
        return {
            "sentence": describe_access_lost(checked.access_lost, context, reader),
            "reason": describe_reason(checked.access_lost, context, reader),
        }
    ticket = context.ticket
    return {
        "number": describe_number(ticket.pk, is_requester=part.is_requester),
        "title": get_title(context),
        "service": ticket.service,
        "category": None if ticket.service.confidential else ticket.category,
        "withheld": context.withholds,
        "facts": list_facts(checked, context, reader),
        "deadline": "".join(describe_deadline(item, context) for item in checked.items),
        "links": list(_list_links(part, reader)),
        "reason": describe_reason(checked.strongest, context, reader),
        "request": quote_request(checked.items, context, reader, share),
        **quote_events(checked.items, context, reader, share),
    }


def _list_links(part: TicketPart, reader: MailReader) -> Iterator[MailLink]:
    """Yield the answers to a question, and the link to the ticket."""
    if part.location is None:
        return
    if find_answers(part.checked.items):
        links = choose_links(part.checked, part.context, reader, part.location)
        yield from (*links.buttons, *links.others)
    else:
        number = part.context.ticket.pk
        yield make_ticket_link(number, part.location, is_requester=part.is_requester)


def _make_line(part: TicketPart) -> MailLink:
    """Return number and subject of a ticket without a section, and its URL unless access is lost."""
    number = part.context.ticket.pk
    if not part.checked.items:
        return MailLink(describe_number(number, is_requester=False), "")
    label = f"#{number} {get_title(part.context)}"
    return MailLink(label, part.location.get_ticket_url(number) if part.location else "")
