"""The mail that acknowledges a ticket to the people who opened it: what was received, and what comes next.

It is not an alert: the author of an action is never alerted. It is derived from the opening event in the
worker, as alerts are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle, markdown
from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.lifecycle import Source, Visibility
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader, find_skip_reason
from wagtail_helpdesk.mailqueue.kinds import MailComposer
from wagtail_helpdesk.mailqueue.mail import MAX_MESSAGE_LENGTH, MailSpec, build_message
from wagtail_helpdesk.message_ids import make_message_id
from wagtail_helpdesk.models import (
    Event,
    HelpdeskPreferences,
    Notification,
    OutgoingMail,
    ServiceText,
    SkipReason,
    Ticket,
)
from wagtail_helpdesk.names import get_content_language, get_display_name
from wagtail_helpdesk.statistics import describe_delay, get_usual_first_answer

from .alert_links import MailLink, MailLinks, make_ticket_link
from .alert_mail import build_subject, get_thread_headers, get_title
from .alert_quotes import quote_text
from .alert_text import describe_number
from .mail_context import MailContext
from .reply_address import describe_reply_readers, find_reply_address, get_reply_audience

#: The kind of mail that acknowledges a ticket.
ACKNOWLEDGEMENT = "acknowledgement"
#: Where no person waits for an answer: a program would answer the acknowledgement.
AUTOMATIC_SOURCES = frozenset({Source.AUTOMATIC, Source.SYSTEM, Source.COMMAND})
#: Guests named in the mail; the others are counted.
MAX_NAMED_GUESTS = 5


def create_acknowledgements(
    ticket: Ticket, events: Sequence[Event], requester: Any, only_as_requester: bool
) -> dict[Any, OutgoingMail]:
    """Create the acknowledgements of a ticket that these events opened, by the id of their reader.

    For the person who opened it and for ``requester``, the requester at that moment, unless they are
    notified for another reason too (``only_as_requester`` is False): then the alert is enough. None
    is created for an automatic sender, without a usable e-mail address, or when it is not wanted.
    """
    opening = next((one for one in events if one.action == lifecycle.OPEN_TICKET.name), None)
    if opening is None or opening.actor_id is None or opening.source in AUTOMATIC_SOURCES:
        return {}
    readers = {opening.actor_id} | ({requester} if only_as_requester else set())
    mails = [_make_mail(ticket, user) for user in sorted(_find_reachable(readers))]
    return {mail.user_id: mail for mail in OutgoingMail.objects.bulk_create(mails)}


def _find_reachable(users: Collection[Any]) -> list[Any]:
    rows = get_user_model()._default_manager.filter(pk__in=users)
    return [
        user.pk
        for user in rows.select_related("helpdesk_preferences")
        if _wants(user) and find_skip_reason(user) is None
    ]


def _wants(user: Any) -> bool:
    preferences = getattr(user, "helpdesk_preferences", None) or HelpdeskPreferences(user=user)
    return preferences.acknowledgements


def _make_mail(ticket: Ticket, user: Any) -> OutgoingMail:
    return OutgoingMail(
        kind=ACKNOWLEDGEMENT,
        ticket=ticket,
        user_id=user,
        # Later events do not join it.
        sealed=True,
        message_id=make_message_id(f"t{ticket.pk}"),
    )


class AcknowledgementComposer(MailComposer):
    """Composes acknowledgements; permissions and the preference are checked again."""

    def load(self, mails: Sequence[OutgoingMail]) -> None:
        """Look up helpdesk pages again: they may have changed since the last claim."""
        self.locations = LocationCache()

    def compose(self, mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        """Return the mail as its reader may see it now, or why they get none."""
        message = compose_acknowledgement(mail, reader, self.locations)
        if isinstance(message, SkipReason):
            self.record_skip(mail, message)
        return message

    def record_skip(self, mail: OutgoingMail, reason: SkipReason) -> None:
        """Record the reason on the notifications of the mail."""
        Notification.objects.filter(mail=mail).update(skipped=reason)


def compose_acknowledgement(
    mail: OutgoingMail, reader: MailReader, locations: LocationCache
) -> EmailMessage | SkipReason:
    """Return the mail in its reader's language, or why they get none."""
    if not _wants(reader.user):
        return SkipReason.SWITCHED_OFF
    opening = _find_opening(mail)
    context = MailContext.load(opening.ticket_id, [opening.pk], [reader.user.pk])
    roles = context.ticket.access_of(reader.user).roles
    location = locations.find(context.ticket.service, reader.language)
    if not roles or (location is not None and not location.is_open_to(reader.user)):
        # Having opened a ticket for another person gives no right to it.
        return SkipReason.NO_ACCESS
    with translation.override(reader.language), timezone.override(reader.zone):
        return _build(mail, reader, context, context.events[opening.pk], location)


def _find_opening(mail: OutgoingMail) -> Event:
    openings = Event.objects.filter(ticket=mail.ticket_id, action=lifecycle.OPEN_TICKET.name)
    return openings.order_by("pk")[0]


def _build(
    mail: OutgoingMail,
    reader: MailReader,
    context: MailContext,
    opening: Event,
    location: HelpdeskLocation | None,
) -> EmailMessage:
    ticket, hidden = context.ticket, context.hides_subject
    is_requester = reader.user.pk == ticket.requester_id
    audience = get_reply_audience([opening])
    reply_to = find_reply_address(mail, reader, ticket, audience)
    return build_message(
        MailSpec(
            reader=reader,
            service=ticket.service,
            subject=build_subject(context),
            template="acknowledgement",
            context={
                "number": describe_number(ticket.pk, is_requester=is_requester),
                "service": ticket.service,
                "category": None if ticket.service.confidential else ticket.category,
                "title": get_title(context),
                "preheader": _("We have received your request #%(number)s.")
                % {"number": ticket.pk},
                "sentence": _describe_receipt(context, opening, reader),
                "when": format_datetime(opening.created_at),
                "confidential": hidden,
                "files": () if hidden else context.files.get(opening.pk, ()),
                "facts": list(_list_facts(ticket, context)),
                "next": _describe_next_step(reader, is_requester=is_requester),
                "links": _make_links(ticket, location, is_requester=is_requester),
                "reason": _describe_reason(opening, reader),
                "reply_readers": describe_reply_readers(reply_to, audience),
                "preferences_url": location.get_url("preferences") if location else "",
            },
            message_id=mail.message_id,
            thread=get_thread_headers(mail, context),
            archive=location.get_ticket_url(ticket.pk) if location else "",
            reply_to=reply_to,
            headers={
                # RFC 3834: it answers what its reader sent.
                "Auto-Submitted": "auto-replied",
                "X-Helpdesk-Ticket": str(ticket.pk),
                "X-Helpdesk-Event": str(opening.pk),
                "X-Helpdesk-Reason": ACKNOWLEDGEMENT,
            },
            shortened=lambda share: {} if hidden else _quote_opening(opening, share),
        )
    )


def _quote_opening(opening: Event, share: int) -> dict[str, Any]:
    limit = MAX_MESSAGE_LENGTH // share
    cut = len(opening.text) > limit
    return {
        "text": quote_text(opening.text[:limit]),
        "html": markdown.truncate_html(opening.rendered, limit) if cut else opening.rendered,
        "cut": cut,
    }


def _make_links(
    ticket: Ticket, location: HelpdeskLocation | None, *, is_requester: bool
) -> MailLinks:
    if location is None:
        return MailLinks()
    add = location.get_action_url(ticket.pk, lifecycle.COMMENT.slug)
    return MailLinks(
        (
            make_ticket_link(ticket.pk, location, is_requester=is_requester),
            MailLink(_("Add something"), add),
        )
    )


# -- sentences ---------------------------------------------------------------------------------


def _describe_receipt(context: MailContext, opening: Event, reader: MailReader) -> str:
    ticket = context.ticket
    if reader.user.pk != ticket.requester_id:
        name = context.people.get(ticket.requester_id, "")
        return _("The request that you wrote for %(name)s has been received.") % {"name": name}
    if opening.actor_id != reader.user.pk:
        name = get_display_name(opening.actor)
        return _("%(name)s wrote this request for you. It has been received.") % {"name": name}
    return _("Your request has been received.")


def _list_facts(ticket: Ticket, context: MailContext) -> Iterable[tuple[str, str]]:
    """Return who answers, when, and who else reads the ticket, as labels and values."""
    assignee = context.people.get(ticket.assignee_id or 0, "")
    yield _("Who answers:"), f"{assignee}, {ticket.service}" if assignee else str(ticket.service)
    texts: Any = ServiceText.objects.filter(service=ticket.service_id)
    texts = texts.read_in(get_content_language())
    if hours := texts.values_list("hours", flat=True).first():
        yield _("Opening hours:"), hours
    if (usual := get_usual_first_answer(ticket.service)) is not None:
        yield _("First answer:"), describe_delay(usual)
    yield _("Who else reads it:"), _describe_readers(ticket)


def _describe_readers(ticket: Ticket) -> str:
    if ticket.visibility == Visibility.PUBLIC:
        return _("everyone who can see the service %(service)s") % {"service": ticket.service}
    guests = ticket.guests.select_related("user")
    names = [get_display_name(guest.user) for guest in guests[: MAX_NAMED_GUESTS + 1]]
    if len(names) > MAX_NAMED_GUESTS:
        names[MAX_NAMED_GUESTS:] = [_("other guests")]
    managers = _("the managers of the service %(service)s") % {"service": ticket.service}
    return ", ".join([managers, *names])


def _describe_next_step(reader: MailReader, *, is_requester: bool) -> str:
    preferences = HelpdeskPreferences.of(reader.user)
    if not is_requester:
        return _("The requester is notified of the answers, and can reply to them.")
    if not preferences.alerts_as_requester:
        return _(
            "You have switched off e-mails about your requests:"
            " the answer will be on the ticket’s page."
        )
    return _(
        "You will get an e-mail as soon as someone answers. There is nothing to do until then."
    )


def _describe_reason(opening: Event, reader: MailReader) -> str:
    if opening.actor_id == reader.user.pk:
        return _("You are receiving this e-mail because you opened the ticket.")
    return _("You are receiving this e-mail because this is your request.")
