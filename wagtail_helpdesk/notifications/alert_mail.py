"""The mail that notifies one reader of what happened to one ticket."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.mail import MailSpec, build_message
from wagtail_helpdesk.mailqueue.unsubscribe import make_mute_token
from wagtail_helpdesk.models import Category, OutgoingMail, Service

from .alert_links import MailLinks, choose_links, find_answers
from .alert_quotes import MAX_QUOTED_EVENTS, needs_request, quote_events, quote_request
from .alert_text import (
    describe_access_lost,
    describe_answers,
    describe_deadline,
    describe_number,
    describe_reason,
)
from .mail_context import CheckedMail, MailContext, MailItem
from .recipient_rules import MANAGER_REASONS
from .reply_address import describe_reply_readers, find_reply_address, get_reply_audience

#: References kept of a thread: its root, the first and the last mails (as RT does).
FIRST_REFERENCES, LAST_REFERENCES = 3, 6


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
    audience = get_reply_audience(item.event for item in checked.items)
    reply_to = find_reply_address(mail, reader, ticket, audience)
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
                "facts": list_facts(checked, context, reader),
                "withheld": context.withholds,
                "deadline": "".join(describe_deadline(item, context) for item in checked.items),
                "answers": describe_answers(lifecycle.APPROVE_CLOSURE in answers),
                "links": links,
                "mute_url": mute_url,
                "reason": describe_reason(strongest, context, reader),
                "reply_readers": describe_reply_readers(reply_to, audience),
            },
            message_id=mail.message_id,
            thread=get_thread_headers(mail, context),
            archive=url,
            reply_to=reply_to,
            # A mail that asks its reader something is no list mail.
            unsubscribe="" if is_question else mute_url,
            headers=_get_headers(context, checked.items, strongest),
            shortened=lambda share: {
                **quote_events(checked.items, context, reader, share),
                "request": quote_request(checked.items, context, reader, share),
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


def list_facts(
    checked: CheckedMail, context: MailContext, reader: MailReader
) -> list[tuple[str, str]]:
    """Return requester, manager and priority as labels and values, in mails with the request.

    Manager and priority are for the managers of the service.
    """
    openings = [item for item in checked.items if item.change.before is None]
    if context.hides_subject or not (openings or needs_request(checked.items, reader)):
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
