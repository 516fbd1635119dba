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
from wagtail_helpdesk.links import Place, Places
from wagtail_helpdesk.models import Category, Envelope, Reason, Service
from wagtail_helpdesk.names import name_of

from . import sentences
from .addresses import Reader
from .dossier import Checked, Dossier, Told
from .mail import LONGEST_MESSAGE, Letter, write
from .surroundings import acts_of
from .unsubscribe import mute_token

#: Acts told one by one in a mail; what a flood adds is counted.
MOST_ENTRIES = 20
#: References kept of a thread: its root, the first and the last mails (RT's rule).
FIRST, LAST = 3, 6
#: What managers choose about on a page of their own, service by service.
AS_MANAGER = (Reason.IN_CHARGE, Reason.STANDS_IN, Reason.MEMBER, Reason.MANAGER)
#: Without a form, or with one that needs to know of whom.
NO_FORM = (lifecycle.FOLLOW, lifecycle.UNFOLLOW, lifecycle.EXPIRE, lifecycle.REMOVE_GUEST)


@dataclass(frozen=True, slots=True)
class Entry:
    """One act as the mail tells it."""

    sentence: str
    when: Any
    text: str = ""
    html: str = ""
    cut: bool = False
    hidden: bool = False
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Something the reader may do, and where."""

    label: str
    url: str


def compose(
    envelope: Envelope, dossier: Dossier, reader: Reader, checked: Checked, places: Places
) -> EmailMessage:
    """Return the alert as its reader gets it: in their language and time zone, with what they may read."""
    with translation.override(reader.language), timezone.override(reader.zone):
        if checked.told:
            place = places.find(dossier.ticket.service, reader.language)
            return _alert(envelope, dossier, reader, checked, place)
        assert checked.farewell is not None  # noqa: S101 - an empty mail is not composed
        return _farewell(envelope, dossier, reader, checked.farewell, places)


def _alert(
    envelope: Envelope, dossier: Dossier, reader: Reader, checked: Checked, place: Place | None
) -> EmailMessage:
    ticket, strongest = dossier.ticket, checked.strongest
    asked = any(told.asked for told in checked.told)
    url = place.to_ticket(ticket.pk) if place else ""
    mute = _mute_address(reader, dossier, place)
    answers = _answers(checked, dossier, place)
    context = {
        "ticket": ticket,
        "service": ticket.service,
        "category": None if ticket.service.confidential else ticket.category,
        "title": _title(dossier),
        "preferences_url": _preferences_address(strongest, reader, place),
        "opening": _opening(checked, dossier),
        "deadline": "".join(sentences.deadline(told, dossier) for told in checked.told),
        "answers": answers,
        "actions": [
            link for link in _actions(dossier, checked, reader, place) if link not in answers
        ],
        "ticket_url": url,
        "mute_url": mute,
        "why": sentences.why(strongest, dossier, reader),
    }
    return write(
        Letter(
            reader=reader,
            service=ticket.service,
            subject=subject(dossier),
            template="alert",
            context=context,
            message_id=envelope.message_id,
            thread=thread(envelope, dossier),
            archive=url,
            # What asks something of its reader is no list mail.
            unsubscribe="" if asked else mute,
            headers=_own_headers(dossier, checked.told, strongest),
            shortened=lambda share: _told(checked.told, dossier, reader, share),
        )
    )


def _farewell(
    envelope: Envelope, dossier: Dossier, reader: Reader, told: Told, places: Places
) -> EmailMessage:
    # As the act left the ticket: what became of it since is nothing for who may not see it.
    target = dossier.services[told.act.after.service]
    service = target if dossier.shows_service(target, reader.user, is_reader=False) else None
    place = places.find(service, reader.language)
    title = _("Confidential ticket") if dossier.hid_subject(told) else told.act.after.subject
    return write(
        Letter(
            reader=reader,
            service=service,
            subject=_subject(dossier, dossier.left_place(told), title),
            template="farewell",
            context={
                "ticket": dossier.ticket,
                "preferences_url": _preferences_address(told, reader, place),
                "sentence": sentences.farewell(told, dossier, reader),
                "why": sentences.why(told, dossier, reader),
            },
            message_id=envelope.message_id,
            thread=thread(envelope, dossier),
            headers=_own_headers(dossier, [told], told),
        )
    )


def subject(dossier: Dossier) -> str:
    """Return the subject, with the place where the ticket is now: what happened is the first line.

    A place that it left may be one that its readers must not know. Mail programs that follow
    ``References`` keep the thread; those that go by the subject begin another after a transfer.
    """
    ticket = dossier.ticket
    if ticket.service.confidential:
        return _subject(dossier, ticket.service, _title(dossier))
    return _subject(dossier, ticket.category, _title(dossier))


def _title(dossier: Dossier) -> str:
    return _("Confidential ticket") if dossier.hides_subject else dossier.ticket.subject


def _subject(dossier: Dossier, place: Category | Service, title: str) -> str:
    return f"[{place.name} #{dossier.ticket.pk}] {title}"


def thread(envelope: Envelope, dossier: Dossier) -> list[str]:
    """Return the mails before this one, as ids: a root that nobody ever got, the first, the last.

    The root is in every mail, so that the thread holds together whichever mail was lost.
    """
    root = f"<ticket-{envelope.ticket_id}@{helpdesk_settings.MAIL_DOMAIN}>"
    before = dossier.mails_before(envelope)
    return list(dict.fromkeys([root, *before[:FIRST], *before[-LAST:]]))


def _own_headers(dossier: Dossier, told: list[Told], strongest: Told) -> dict[str, str]:
    return {
        "X-Helpdesk-Ticket": str(dossier.ticket.pk),
        "X-Helpdesk-Event": " ".join(str(one.event.pk) for one in told[-MOST_ENTRIES:]),
        "X-Helpdesk-Reason": strongest.reason.value,
    }


def _opening(checked: Checked, dossier: Dossier) -> dict[str, str]:
    """Return the names a creation mail carries (guide, introduction)."""
    openings = [told for told in checked.told if told.act.before is None]
    if not openings or dossier.hides(openings[0].act):
        return {}
    (told,) = openings
    requester = dossier.people.get(told.act.after.requester, "")
    by = name_of(told.event.actor) if told.event.actor_id != told.act.after.requester else ""
    return {"requester": requester, "by": by}


def _told(told: list[Told], dossier: Dossier, reader: Reader, share: int) -> dict[str, Any]:
    """Return what happened, oldest first; old messages give way when the mail grows too long."""
    most, room, entries = max(MOST_ENTRIES // share, 1), LONGEST_MESSAGE // share, []
    for one in reversed(told[-most:]):
        entry = _entry(one, dossier, reader, room)
        room = max(room - len(entry.text), 0)
        entries.append(entry)
    return {
        "entries": entries[::-1],
        "confidential": any(entry.hidden for entry in entries),
        "left_out": len(told) - len(entries),
    }


def _entry(told: Told, dossier: Dossier, reader: Reader, room: int) -> Entry:
    said = sentences.sentence(told, dossier, reader)
    if dossier.hides(told.act):
        return Entry(said, told.event.created_at, hidden=True)
    event = _question(told, dossier) or told.event
    cut = len(event.text) > room
    text = event.text[:room] if cut else event.text
    return Entry(
        sentence=said,
        when=told.event.created_at,
        text=quoted(text),
        html=markdown.render(text) if cut else event.rendered,
        cut=cut,
        files=tuple(dossier.files.get(told.event.pk, ())),
    )


def _question(told: Told, dossier: Dossier) -> Any:
    """Return the question that waits, which a new requester gets with the news of being one."""
    if told.act.action is not lifecycle.CHANGE_REQUESTER or not told.asked or told.event.text:
        return None
    asked = dossier.ticket.events.filter(
        action=lifecycle.ASK_INFORMATION.name, pk__lt=told.event.pk
    )
    question = asked.order_by("-pk").first()
    if question is None or any(map(dossier.hides, acts_of(dossier.ticket, [question]))):
        return None
    return question


def _mute_address(reader: Reader, dossier: Dossier, place: Place | None) -> str:
    if place is None or reader.user is None:
        return ""
    return place.outside("mute", mute_token(reader.user.pk, dossier.ticket.pk))


def _preferences_address(told: Told, reader: Reader, place: Place | None) -> str:
    """Return where the reader changes that they get such mails; nobody does for a mailbox."""
    if place is None or reader.user is None:
        return ""
    if told.reason not in AS_MANAGER:
        return place.to("preferences")
    return f"{place.to('manager_preferences')}#service-{told.act.after.service}"


def quoted(text: str) -> str:
    """Return a message as a text mail quotes it, its lines wrapped and marked."""
    lines = []
    for line in text.splitlines():
        wrapped = textwrap.wrap(line, 74, break_long_words=False, break_on_hyphens=False)
        lines += wrapped or [""]
    return "\n".join(f"> {line.rstrip()}".rstrip() for line in lines)


def _actions(dossier: Dossier, checked: Checked, reader: Reader, place: Place | None) -> list[Link]:
    """Return a link to the form of everything the reader may do now."""
    if place is None:
        return []
    standing, status = checked.standing, lifecycle.Status(dossier.ticket.status)
    actions = lifecycle.available(standing.roles, standing.privileges, status)
    pointless = list(NO_FORM)
    if lifecycle.REJECT_CLOSURE in actions:
        # The page of a requester shows one way back from a closure, not two.
        pointless.append(lifecycle.REOPEN)
    links = [_link(dossier, action, place) for action in actions if action not in pointless]
    if Role.GUEST in standing.roles:
        links.append(_leave(dossier, reader, place))
    return links


def _leave(dossier: Dossier, reader: Reader, place: Place) -> Link:
    url = place.to_act(dossier.ticket.pk, lifecycle.REMOVE_GUEST.slug)
    return Link(_("Stop being a guest"), f"{url}?user={reader.user.pk}")


def _link(dossier: Dossier, action: Action, place: Place, label: str = "") -> Link:
    # “… and close” follows “Take” on the page; here each stands alone.
    words = [row.label for row in action.then[:1]] + [action.label]
    return Link(label or " ".join(map(str, words)), place.to_act(dossier.ticket.pk, action.slug))


def _answers(checked: Checked, dossier: Dossier, place: Place | None) -> list[Link]:
    """Return the answers to the question that the mail puts, as buttons."""
    asked = [told for told in checked.told if told.asked]
    if not asked or place is None:
        return []
    match asked[-1].act.after.status, asked[-1].act.action.asks:
        case lifecycle.Status.CLOSED, Role.REQUESTER:
            both = (lifecycle.APPROVE_CLOSURE, lifecycle.REJECT_CLOSURE)
            return [_link(dossier, action, place) for action in both]
        case lifecycle.Status.INCOMPLETE, Role.REQUESTER | None:
            return [_link(dossier, lifecycle.COMMENT, place, _("Answer"))]
    return []
