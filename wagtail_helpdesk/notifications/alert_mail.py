"""The mail that tells one reader what happened to one ticket."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle, markdown
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Action, Role
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.mail import LONGEST_MESSAGE, MailSpec, build_message
from wagtail_helpdesk.mailqueue.unsubscribe import mute_token
from wagtail_helpdesk.models import Category, OutgoingMail, Reason, Service
from wagtail_helpdesk.names import get_display_name

from . import sentences
from .mail_context import Checked, MailContext, MailItem
from .recipient_data import acts_of

#: Acts told one by one in a mail; what a flood adds is counted.
MAX_QUOTED_EVENTS = 20
#: References kept of a thread: its root, the first and the last mails (RT's rule).
FIRST, LAST = 3, 6
#: What managers choose about on a page of their own, service by service.
AS_MANAGER = (Reason.IN_CHARGE, Reason.STANDS_IN, Reason.MEMBER, Reason.MANAGER)
#: Without a form, or with one that needs to know of whom.
NO_FORM = (lifecycle.FOLLOW, lifecycle.UNFOLLOW, lifecycle.EXPIRE, lifecycle.REMOVE_GUEST)


@dataclass(frozen=True, slots=True)
class QuotedEvent:
    """One act as the mail tells it."""

    sentence: str
    when: Any
    text: str = ""
    html: str = ""
    cut: bool = False
    hidden: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MailLink:
    """Something the reader may do, and where."""

    label: str
    url: str


def compose_alert(
    mail: OutgoingMail,
    mail_context: MailContext,
    reader: MailReader,
    checked: Checked,
    places: LocationCache,
) -> EmailMessage:
    """Return the alert as its reader gets it: in their language and time zone, with what they may read."""
    with translation.override(reader.language), timezone.override(reader.zone):
        if checked.told:
            place = places.find(mail_context.ticket.service, reader.language)
            return _alert(mail, mail_context, reader, checked, place)
        assert checked.access_lost is not None  # noqa: S101 - an empty mail is not composed
        return _farewell(mail, mail_context, reader, checked.access_lost, places)


def _alert(
    mail: OutgoingMail,
    mail_context: MailContext,
    reader: MailReader,
    checked: Checked,
    place: HelpdeskLocation | None,
) -> EmailMessage:
    ticket, strongest = mail_context.ticket, checked.strongest
    asked = any(told.asked for told in checked.told)
    url = place.to_ticket(ticket.pk) if place else ""
    mute = _mute_address(reader, mail_context, place)
    answers = _answers(checked, mail_context, place)
    context = {
        "ticket": ticket,
        "service": ticket.service,
        "category": None if ticket.service.confidential else ticket.category,
        "title": _title(mail_context),
        "preferences_url": _preferences_address(strongest, reader, place),
        "opening": _opening(checked, mail_context),
        "withheld": mail_context.withholds,
        "deadline": "".join(sentences.deadline(told, mail_context) for told in checked.told),
        "answers": answers,
        "actions": [
            link for link in _actions(mail_context, checked, reader, place) if link not in answers
        ],
        "ticket_url": url,
        "mute_url": mute,
        "why": sentences.why(strongest, mail_context, reader),
    }
    return build_message(
        MailSpec(
            reader=reader,
            service=ticket.service,
            subject=build_subject(mail_context),
            template="alert",
            context=context,
            message_id=mail.message_id,
            thread=get_thread_headers(mail, mail_context),
            archive=url,
            # What asks something of its reader is no list mail.
            unsubscribe="" if asked else mute,
            headers=_own_headers(mail_context, checked.told, strongest),
            shortened=lambda share: _told(checked.told, mail_context, reader, share),
        )
    )


def _farewell(
    mail: OutgoingMail,
    mail_context: MailContext,
    reader: MailReader,
    told: MailItem,
    places: LocationCache,
) -> EmailMessage:
    # As the act left the ticket: what became of it since is nothing for who may not see it.
    target = mail_context.services[told.act.after.service]
    service = target if mail_context.shows_service(target, reader.user, is_reader=False) else None
    place = places.find(service, reader.language)
    title = _("Confidential ticket") if mail_context.hid_subject(told) else told.act.after.subject
    return build_message(
        MailSpec(
            reader=reader,
            service=service,
            subject=_subject(mail_context, mail_context.left_place(told), title),
            template="access_lost",
            context={
                "ticket": mail_context.ticket,
                "preferences_url": _preferences_address(told, reader, place),
                "sentence": sentences.access_lost(told, mail_context, reader),
                "why": sentences.why(told, mail_context, reader),
            },
            message_id=mail.message_id,
            thread=get_thread_headers(mail, mail_context),
            headers=_own_headers(mail_context, [told], told),
        )
    )


def build_subject(mail_context: MailContext) -> str:
    """Return the subject, with the place where the ticket is now: what happened is the first line.

    A place that it left may be one that its readers must not know. Mail programs that follow
    ``References`` keep the thread; those that go by the subject begin another after a transfer.
    """
    ticket = mail_context.ticket
    if ticket.service.confidential:
        return _subject(mail_context, ticket.service, _title(mail_context))
    return _subject(mail_context, ticket.category, _title(mail_context))


def _title(mail_context: MailContext) -> str:
    if mail_context.withholds:
        return _("Ticket no. %(number)s") % {"number": mail_context.ticket.pk}
    return _("Confidential ticket") if mail_context.hides_subject else mail_context.ticket.subject


def _subject(mail_context: MailContext, place: Category | Service, title: str) -> str:
    return f"[{place.name} #{mail_context.ticket.pk}] {title}"


def get_thread_headers(mail: OutgoingMail, mail_context: MailContext) -> list[str]:
    """Return the mails before this one, as ids: a root that nobody ever got, the first, the last.

    The root is in every mail, so that the thread holds together whichever mail was lost.
    """
    root = f"<ticket-{mail.ticket_id}@{helpdesk_settings.MAIL_DOMAIN}>"
    before = mail_context.mails_before(mail)
    return list(dict.fromkeys([root, *before[:FIRST], *before[-LAST:]]))


def _own_headers(
    mail_context: MailContext, told: list[MailItem], strongest: MailItem
) -> dict[str, str]:
    return {
        "X-Helpdesk-Ticket": str(mail_context.ticket.pk),
        "X-Helpdesk-Event": " ".join(str(one.event.pk) for one in told[-MAX_QUOTED_EVENTS:]),
        "X-Helpdesk-Reason": strongest.reason.value,
    }


def _opening(checked: Checked, mail_context: MailContext) -> dict[str, str]:
    """Return the names a creation mail carries (guide, introduction)."""
    openings = [told for told in checked.told if told.act.before is None]
    if not openings or mail_context.hides(openings[0].act):
        return {}
    (told,) = openings
    requester = mail_context.people.get(told.act.after.requester, "")
    by = (
        get_display_name(told.event.actor)
        if told.event.actor_id != told.act.after.requester
        else ""
    )
    return {"requester": requester, "by": by}


def _told(
    told: list[MailItem], mail_context: MailContext, reader: MailReader, share: int
) -> dict[str, Any]:
    """Return what happened, oldest first; old messages give way when the mail grows too long."""
    most, room, entries = max(MAX_QUOTED_EVENTS // share, 1), LONGEST_MESSAGE // share, []
    for one in reversed(told[-most:]):
        entry = _entry(one, mail_context, reader, room)
        room = max(room - len(entry.text), 0)
        entries.append(entry)
    return {
        "entries": entries[::-1],
        "confidential": any(entry.hidden for entry in entries),
        "left_out": len(told) - len(entries),
    }


def _entry(told: MailItem, mail_context: MailContext, reader: MailReader, room: int) -> QuotedEvent:
    said = sentences.sentence(told, mail_context, reader)
    if mail_context.hides(told.act):
        return QuotedEvent(said, told.event.created_at, hidden=True)
    event = _question(told, mail_context) or told.event
    cut = len(event.text) > room
    text = event.text[:room] if cut else event.text
    return QuotedEvent(
        sentence=said,
        when=told.event.created_at,
        text=quote_text(text),
        html=markdown.cut(event.rendered, room) if cut else event.rendered,
        cut=cut,
        files=tuple(mail_context.files.get(told.event.pk, ())),
    )


def _question(told: MailItem, mail_context: MailContext) -> Any:
    """Return the question that waits, which a new requester gets with the news of being one."""
    if told.act.action is not lifecycle.CHANGE_REQUESTER or not told.asked or told.event.text:
        return None
    asked = mail_context.ticket.events.filter(
        action=lifecycle.ASK_INFORMATION.name, pk__lt=told.event.pk
    )
    question = asked.order_by("-pk").first()
    if question is None or any(map(mail_context.hides, acts_of(mail_context.ticket, [question]))):
        return None
    return question


def _mute_address(
    reader: MailReader, mail_context: MailContext, place: HelpdeskLocation | None
) -> str:
    if place is None or reader.user is None:
        return ""
    return place.outside("mute", mute_token(reader.user.pk, mail_context.ticket.pk))


def _preferences_address(told: MailItem, reader: MailReader, place: HelpdeskLocation | None) -> str:
    """Return where the reader changes that they get such mails; nobody does for a mailbox."""
    if place is None or reader.user is None:
        return ""
    if told.reason not in AS_MANAGER:
        return place.to("preferences")
    return f"{place.to('manager_preferences')}#service-{told.act.after.service}"


def quote_text(text: str) -> str:
    """Return a message as a text mail quotes it, its lines wrapped and marked."""
    lines = []
    for line in text.splitlines():
        wrapped = textwrap.wrap(line, 74, break_long_words=False, break_on_hyphens=False)
        lines += wrapped or [""]
    return "\n".join(f"> {line.rstrip()}".rstrip() for line in lines)


def _actions(
    mail_context: MailContext, checked: Checked, reader: MailReader, place: HelpdeskLocation | None
) -> list[MailLink]:
    """Return a link to the form of everything the reader may do now."""
    if place is None:
        return []
    access, status = checked.access, lifecycle.Status(mail_context.ticket.status)
    actions = lifecycle.find_available_actions(access.roles, access.privileges, status)
    pointless = list(NO_FORM)
    if lifecycle.REJECT_CLOSURE in actions:
        # The page of a requester shows one way back from a closure, not two.
        pointless.append(lifecycle.REOPEN)
    links = [_link(mail_context, action, place) for action in actions if action not in pointless]
    if Role.GUEST in access.roles:
        links.append(_leave(mail_context, reader, place))
    return links


def _leave(mail_context: MailContext, reader: MailReader, place: HelpdeskLocation) -> MailLink:
    url = place.to_act(mail_context.ticket.pk, lifecycle.REMOVE_GUEST.slug)
    return MailLink(_("Stop being a guest"), f"{url}?user={reader.user.pk}")


def _link(
    mail_context: MailContext, action: Action, place: HelpdeskLocation, label: str = ""
) -> MailLink:
    # “… and close” follows “Take” on the page; here each stands alone.
    words = [row.label for row in action.then[:1]] + [action.label]
    return MailLink(
        label or " ".join(map(str, words)), place.to_act(mail_context.ticket.pk, action.slug)
    )


def _answers(
    checked: Checked, mail_context: MailContext, place: HelpdeskLocation | None
) -> list[MailLink]:
    """Return the answers to the question that the mail puts, as buttons."""
    asked = [told for told in checked.told if told.asked]
    if not asked or place is None:
        return []
    match asked[-1].act.after.status, asked[-1].act.action.asks:
        case lifecycle.Status.CLOSED, Role.REQUESTER:
            both = (lifecycle.APPROVE_CLOSURE, lifecycle.REJECT_CLOSURE)
            return [_link(mail_context, action, place) for action in both]
        case lifecycle.Status.INCOMPLETE, Role.REQUESTER | None:
            return [_link(mail_context, lifecycle.COMMENT, place, _("Answer"))]
    return []
