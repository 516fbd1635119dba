"""The mail that notifies one reader of what happened to one ticket."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle, markdown
from wagtail_helpdesk.characters import clean_line
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.event_text import EventView
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.mail import MAX_MESSAGE_LENGTH, MailSpec, build_message
from wagtail_helpdesk.mailqueue.unsubscribe import make_mute_token
from wagtail_helpdesk.models import Category, Event, OutgoingMail, Service

from .alert_links import MailLinks, choose_links, find_answers
from .alert_text import (
    describe_access_lost,
    describe_answers,
    describe_deadline,
    describe_item,
    describe_number,
    describe_reason,
    describe_request,
)
from .mail_context import CheckedMail, MailContext, MailItem
from .recipient_data import load_changes
from .recipient_rules import MANAGER_REASONS, Arrival

#: Events quoted one by one in a mail; the rest of a flood is counted.
MAX_QUOTED_EVENTS = 20
#: In characters, of the request that a later mail quotes.
MAX_REQUEST_LENGTH = 4_000
#: In characters, of the beginning of a message that lists of mails show.
MAX_PREHEADER_LENGTH = 140
#: References kept of a thread: its root, the first and the last mails (as RT does).
FIRST_REFERENCES, LAST_REFERENCES = 3, 6


@dataclass(frozen=True, slots=True)
class QuotedEvent:
    """One event in the mail."""

    sentence: str
    when: str
    actor: str = ""
    text: str = ""
    html: str = ""
    cut: bool = False
    hidden: bool = False
    files: tuple[str, ...] = ()

    @property
    def rest(self) -> str:
        """The sentence after the name of the actor, if it begins with it."""
        return self.sentence.removeprefix(self.actor)

    @property
    def begins_with_actor(self) -> bool:
        """Whether the sentence begins with the name of the actor."""
        return bool(self.actor) and self.sentence.startswith(self.actor)


@dataclass(frozen=True, slots=True)
class QuotedRequest:
    """The request with which the ticket was opened, in a mail about something later."""

    heading: str
    text: str
    html: str
    cut: bool = False


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
    url = location.get_ticket_url(ticket.pk) if location else ""
    mute_url = _get_mute_url(reader, context, location)
    is_question = any(item.asked for item in checked.items)
    links = choose_links(checked, context, reader, location) if location else MailLinks()
    answers = find_answers(checked.items)
    return build_message(
        MailSpec(
            reader=reader,
            service=ticket.service,
            subject=build_subject(context),
            template="alert",
            context={
                "number": describe_number(
                    ticket.pk, is_requester=Role.REQUESTER in checked.access.roles
                ),
                "service": ticket.service,
                "category": None if ticket.service.confidential else ticket.category,
                "title": get_title(context),
                "preferences_url": _get_preferences_url(strongest, reader, location),
                "facts": _list_facts(checked, context, reader),
                "withheld": context.withholds,
                "deadline": "".join(describe_deadline(item, context) for item in checked.items),
                "answers": describe_answers(lifecycle.APPROVE_CLOSURE in answers),
                "links": links,
                "mute_url": mute_url,
                "reason": describe_reason(strongest, context, reader),
            },
            message_id=mail.message_id,
            thread=get_thread_headers(mail, context),
            archive=url,
            # A mail that asks its reader something is no list mail.
            unsubscribe="" if is_question else mute_url,
            headers=_get_headers(context, checked.items, strongest),
            shortened=lambda share: {
                **_quote_events(checked.items, context, reader, share),
                "request": _quote_request(checked.items, context, reader, share),
            },
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
    return _format_subject(context, place, get_title(context))


def get_title(context: MailContext) -> str:
    """Return the subject of the ticket, or what stands for one that no mail may contain."""
    if context.withholds:
        return _("Ticket #%(number)s") % {"number": context.ticket.pk}
    return _("Confidential ticket") if context.hides_subject else context.ticket.subject


def _format_subject(context: MailContext, place: Category | Service, title: str) -> str:
    return f"[{place} #{context.ticket.pk}] {title}"


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
    return location.get_view_url("mute", make_mute_token(reader.user.pk, context.ticket.pk))


def _get_preferences_url(
    item: MailItem, reader: MailReader, location: HelpdeskLocation | None
) -> str:
    """Return the URL where the reader changes which mails they get; a mailbox has none."""
    if location is None or reader.user is None:
        return ""
    if item.reason not in MANAGER_REASONS:
        return location.get_url("preferences")
    return f"{location.get_url('manager_preferences')}#service-{item.change.after.service}"


# -- content -----------------------------------------------------------------------------------


def _list_facts(
    checked: CheckedMail, context: MailContext, reader: MailReader
) -> list[tuple[str, str]]:
    """Return requester, manager and priority as labels and values, in mails with the request.

    Manager and priority are for the managers of the service.
    """
    openings = [item for item in checked.items if item.change.before is None]
    if context.hides_subject or not (openings or _needs_request(checked.items, reader)):
        return []
    ticket = context.ticket
    is_requester = Role.REQUESTER in checked.access.roles
    facts = [] if is_requester else [(_("Requester:"), _describe_requester(context))]
    if Role.MANAGER in checked.access.roles:
        manager = context.people.get(ticket.assignee_id or 0) or _("nobody")
        facts += [(_("Manager:"), manager), (_("Priority:"), ticket.get_priority_display())]
    return facts


def _describe_requester(context: MailContext) -> str:
    ticket = context.ticket
    name = context.people.get(ticket.requester_id, "")
    if ticket.creator_id == ticket.requester_id:
        return name
    opened_by = _("opened by %(name)s") % {"name": context.people.get(ticket.creator_id, "")}
    return f"{name} ({opened_by})"


def _needs_request(items: list[MailItem], reader: MailReader) -> bool:
    """Return whether a mail invites, assigns, hands over or asks: its reader needs the request."""
    user = reader.user.pk if reader.user else None
    for item in items:
        before, after = item.change.before, item.change.after
        if before is None:
            return False
        if item.asked or item.change.arrival is not Arrival.NOBODY:
            return True
        now, then = (after.assignee, after.requester), (before.assignee, before.requester)
        if user is not None and user in now and user not in then:
            return True
    return False


def _quote_request(
    items: list[MailItem], context: MailContext, reader: MailReader, share: int
) -> QuotedRequest | None:
    if context.hides_subject or not _needs_request(items, reader) or context.opening is None:
        return None
    opening, limit = context.opening, MAX_REQUEST_LENGTH // share
    cut = len(opening.text) > limit
    return QuotedRequest(
        describe_request(opening, context, reader),
        quote_text(opening.text[:limit]),
        markdown.cut(opening.rendered, limit) if cut else opening.rendered,
        cut,
    )


def _quote_events(
    items: list[MailItem], context: MailContext, reader: MailReader, share: int
) -> dict[str, Any]:
    """Return the events, oldest first; older messages are cut first when the mail is too long."""
    count, remaining, entries = max(MAX_QUOTED_EVENTS // share, 1), MAX_MESSAGE_LENGTH // share, []
    for item in reversed(items[-count:]):
        entry = _quote_event(item, context, reader, remaining)
        remaining = max(remaining - len(entry.text), 0)
        entries.append(entry)
    last = items[-1]
    return {
        # What lists of mails show beside the subject.
        "preheader": "" if context.hides(last.change) else shorten_text(last.event.text),
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
        actor=EventView(event=item.event).actor,
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


def shorten_text(text: str) -> str:
    """Return the beginning of a message on one line."""
    return clean_line(text[: 2 * MAX_PREHEADER_LENGTH])[:MAX_PREHEADER_LENGTH]


def quote_text(text: str) -> str:
    """Return a message as a text mail quotes it: lines wrapped and marked."""
    lines = []
    for line in text.splitlines():
        wrapped = textwrap.wrap(line, 74, break_long_words=False, break_on_hyphens=False)
        lines += wrapped or [""]
    return "\n".join(f"> {line.rstrip()}".rstrip() for line in lines)
