"""The mail that notifies one reader of what happened to one ticket."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle, markdown
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.mail import MAX_MESSAGE_LENGTH, MailSpec, build_message
from wagtail_helpdesk.mailqueue.unsubscribe import make_mute_token
from wagtail_helpdesk.models import Category, Event, OutgoingMail, Reason, Service
from wagtail_helpdesk.names import get_display_name

from .alert_links import choose_links, find_answers
from .alert_text import describe_access_lost, describe_deadline, describe_item, describe_reason
from .mail_context import CheckedMail, MailContext, MailItem
from .recipient_data import load_changes

#: Events quoted one by one in a mail; the rest of a flood is counted.
MAX_QUOTED_EVENTS = 20
#: References kept of a thread: its root, the first and the last mails (as RT does).
FIRST_REFERENCES, LAST_REFERENCES = 3, 6
#: Reasons whose preferences are on the manager's own page, service by service.
MANAGER_REASONS = (Reason.IN_CHARGE, Reason.SUBSTITUTE, Reason.MEMBER, Reason.MANAGER)


@dataclass(frozen=True, slots=True)
class QuotedEvent:
    """One event in the mail."""

    sentence: str
    when: str
    text: str = ""
    html: str = ""
    cut: bool = False
    hidden: bool = False
    files: tuple[str, ...] = ()


def compose_alert(
    mail: OutgoingMail,
    context: MailContext,
    reader: MailReader,
    checked: CheckedMail,
    locations: LocationCache,
) -> EmailMessage:
    """Return the alert in its reader's language and time zone, with what they may read."""
    with translation.override(reader.language), timezone.override(reader.zone):
        if checked.items:
            location = locations.find(context.ticket.service, reader.language)
            return _compose_events(mail, context, reader, checked, location)
        assert checked.access_lost is not None  # noqa: S101 - an empty mail is not composed
        return _compose_access_lost(mail, context, reader, checked.access_lost, locations)


def _compose_events(
    mail: OutgoingMail,
    context: MailContext,
    reader: MailReader,
    checked: CheckedMail,
    location: HelpdeskLocation | None,
) -> EmailMessage:
    ticket, strongest = context.ticket, checked.strongest
    url = location.to_ticket(ticket.pk) if location else ""
    mute_url = _get_mute_url(reader, context, location)
    is_question = any(item.asked for item in checked.items)
    return build_message(
        MailSpec(
            reader=reader,
            service=ticket.service,
            subject=build_subject(context),
            template="alert",
            context={
                "ticket": ticket,
                "service": ticket.service,
                "category": None if ticket.service.confidential else ticket.category,
                "title": _get_title(context),
                "preferences_url": _get_preferences_url(strongest, reader, location),
                "opening": _get_opening(checked, context),
                "withheld": context.withholds,
                "deadline": "".join(describe_deadline(item, context) for item in checked.items),
                "is_question": bool(find_answers(checked.items)),
                "actions": choose_links(checked, context, reader, location) if location else [],
                "ticket_url": url,
                "mute_url": mute_url,
                "reason": describe_reason(strongest, context, reader),
            },
            message_id=mail.message_id,
            thread=get_thread_headers(mail, context),
            archive=url,
            # A mail that asks its reader something is no list mail.
            unsubscribe="" if is_question else mute_url,
            headers=_get_headers(context, checked.items, strongest),
            shortened=lambda share: _quote_events(checked.items, context, reader, share),
        )
    )


def _compose_access_lost(
    mail: OutgoingMail,
    context: MailContext,
    reader: MailReader,
    item: MailItem,
    locations: LocationCache,
) -> EmailMessage:
    # As the event left the ticket: its reader may not know what happened since.
    target = context.services[item.change.after.service]
    may_name = context.may_name_service(target, reader.user, is_reader=False)
    service = target if may_name else None
    location = locations.find(service, reader.language)
    title = _("Confidential ticket") if context.hid_subject(item) else item.change.after.subject
    return build_message(
        MailSpec(
            reader=reader,
            service=service,
            subject=_format_subject(context, context.get_former_place(item), title),
            template="access_lost",
            context={
                "ticket": context.ticket,
                "preferences_url": _get_preferences_url(item, reader, location),
                "sentence": describe_access_lost(item, context, reader),
                "reason": describe_reason(item, context, reader),
            },
            message_id=mail.message_id,
            thread=get_thread_headers(mail, context),
            headers=_get_headers(context, [item], item),
        )
    )


# -- headers -----------------------------------------------------------------------------------


def build_subject(context: MailContext) -> str:
    """Return the subject, with the place where the ticket is now.

    A place that it left may be one that its readers must not know. Mail programs that follow
    ``References`` keep the thread; those that go by the subject begin another after a transfer.
    """
    ticket = context.ticket
    place = ticket.service if ticket.service.confidential else ticket.category
    return _format_subject(context, place, _get_title(context))


def _get_title(context: MailContext) -> str:
    if context.withholds:
        return _("Ticket #%(number)s") % {"number": context.ticket.pk}
    return _("Confidential ticket") if context.hides_subject else context.ticket.subject


def _format_subject(context: MailContext, place: Category | Service, title: str) -> str:
    return f"[{place.name} #{context.ticket.pk}] {title}"


def get_thread_headers(mail: OutgoingMail, context: MailContext) -> list[str]:
    """Return the message ids that the mail refers to: a virtual root, the first mails, the last.

    The root is never sent. All mails refer to it, so that a lost mail does not split the thread.
    """
    root = f"<ticket-{mail.ticket_id}@{helpdesk_settings.MAIL_DOMAIN}>"
    before = context.list_previous_mails(mail)
    return list(dict.fromkeys([root, *before[:FIRST_REFERENCES], *before[-LAST_REFERENCES:]]))


def _get_headers(
    context: MailContext, items: list[MailItem], strongest: MailItem
) -> dict[str, str]:
    return {
        "X-Helpdesk-Ticket": str(context.ticket.pk),
        "X-Helpdesk-Event": " ".join(str(item.event.pk) for item in items[-MAX_QUOTED_EVENTS:]),
        "X-Helpdesk-Reason": strongest.reason.value,
    }


def _get_mute_url(
    reader: MailReader, context: MailContext, location: HelpdeskLocation | None
) -> str:
    if location is None or reader.user is None:
        return ""
    return location.outside("mute", make_mute_token(reader.user.pk, context.ticket.pk))


def _get_preferences_url(
    item: MailItem, reader: MailReader, location: HelpdeskLocation | None
) -> str:
    """Return the URL where the reader changes which mails they get; a mailbox has none."""
    if location is None or reader.user is None:
        return ""
    if item.reason not in MANAGER_REASONS:
        return location.to("preferences")
    return f"{location.to('manager_preferences')}#service-{item.change.after.service}"


# -- content -----------------------------------------------------------------------------------


def _get_opening(checked: CheckedMail, context: MailContext) -> dict[str, str]:
    """Return the names that a creation mail contains (guide, introduction)."""
    openings = [item for item in checked.items if item.change.before is None]
    if not openings or context.hides(openings[0].change):
        return {}
    (item,) = openings
    requester = item.change.after.requester
    is_opened_by_other = item.event.actor_id != requester
    return {
        "requester": context.people.get(requester, ""),
        "by": get_display_name(item.event.actor) if is_opened_by_other else "",
    }


def _quote_events(
    items: list[MailItem], context: MailContext, reader: MailReader, share: int
) -> dict[str, Any]:
    """Return the events, oldest first; older messages are cut first when the mail is too long."""
    count, remaining, entries = max(MAX_QUOTED_EVENTS // share, 1), MAX_MESSAGE_LENGTH // share, []
    for item in reversed(items[-count:]):
        entry = _quote_event(item, context, reader, remaining)
        remaining = max(remaining - len(entry.text), 0)
        entries.append(entry)
    return {
        "entries": entries[::-1],
        "confidential": any(entry.hidden for entry in entries),
        "left_out": len(items) - len(entries),
    }


def _quote_event(
    item: MailItem, context: MailContext, reader: MailReader, remaining: int
) -> QuotedEvent:
    sentence = describe_item(item, context, reader)
    when = format_datetime(item.event.created_at)
    if context.hides(item.change):
        return QuotedEvent(sentence, when, hidden=True)
    event = _find_inherited_question(item, context) or item.event
    cut = len(event.text) > remaining
    text = event.text[:remaining] if cut else event.text
    return QuotedEvent(
        sentence=sentence,
        when=when,
        text=quote_text(text),
        html=markdown.cut(event.rendered, remaining) if cut else event.rendered,
        cut=cut,
        files=tuple(context.files.get(item.event.pk, ())),
    )


def _find_inherited_question(item: MailItem, context: MailContext) -> Event | None:
    """Return the open question that a new requester inherits from the former one, if any."""
    is_new_requester = item.change.action is lifecycle.CHANGE_REQUESTER and item.asked
    if not is_new_requester or item.event.text:
        return None
    questions = context.ticket.events.filter(
        action=lifecycle.ASK_INFORMATION.name, pk__lt=item.event.pk
    )
    question = questions.order_by("-pk").first()
    if question is None or any(map(context.hides, load_changes(context.ticket, [question]))):
        return None
    return question


def quote_text(text: str) -> str:
    """Return a message as a text mail quotes it: lines wrapped and marked."""
    lines = []
    for line in text.splitlines():
        wrapped = textwrap.wrap(line, 74, break_long_words=False, break_on_hyphens=False)
        lines += wrapped or [""]
    return "\n".join(f"> {line.rstrip()}".rstrip() for line in lines)
