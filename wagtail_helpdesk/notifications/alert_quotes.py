"""The messages that an alert quotes: what happened, and the request that it is about."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from wagtail_helpdesk import lifecycle, markdown
from wagtail_helpdesk.characters import clean_line
from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.event_text import EventView
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.mail import MAX_MESSAGE_LENGTH
from wagtail_helpdesk.models import Event

from .alert_text import (
    describe_item,
    describe_request,
)
from .mail_context import MailContext, MailItem
from .recipient_data import load_changes
from .recipient_rules import Arrival

#: Events quoted one by one in a mail; the rest of a flood is counted.
MAX_QUOTED_EVENTS = 20
#: In characters, of the request that a later mail quotes.
MAX_REQUEST_LENGTH = 4_000
#: In characters, of the beginning of a message that lists of mails show.
MAX_PREHEADER_LENGTH = 140


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


def needs_request(items: list[MailItem], reader: MailReader) -> bool:
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


def quote_request(
    items: list[MailItem], context: MailContext, reader: MailReader, share: int
) -> QuotedRequest | None:
    """Return the request as the mail quotes it; None where the reader knows it or may not read it."""
    if context.hides_subject or not needs_request(items, reader) or context.opening is None:
        return None
    opening, limit = context.opening, MAX_REQUEST_LENGTH // share
    cut = len(opening.text) > limit
    return QuotedRequest(
        describe_request(opening, context, reader),
        quote_text(opening.text[:limit]),
        markdown.truncate_html(opening.rendered, limit) if cut else opening.rendered,
        cut,
    )


def quote_events(
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
        html=markdown.truncate_html(event.rendered, remaining) if cut else event.rendered,
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
