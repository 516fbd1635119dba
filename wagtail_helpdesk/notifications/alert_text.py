"""The sentences of an alert: what happened, by when to reply, and why its reader gets it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.event_text import EventView, describe_event
from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.models import Event, Reason

from .mail_context import MailContext, MailItem


def describe_item(item: MailItem, context: MailContext, reader: MailReader) -> str:
    """Return what happened, in one sentence for the reader."""
    view = EventView(
        event=item.event,
        people=context.people,
        place=context.get_place(item.change, reader),
        reader=reader.user.pk if reader.user else None,
        requester=item.change.after.requester,
        is_question=item.asked,
        shows_subject=not context.hides_subject,
    )
    return describe_event(view)


def describe_access_lost(item: MailItem, context: MailContext, reader: MailReader) -> str:
    """Return the text for a person who lost access by an event: no message, no link."""
    subject = " " + _("“%(subject)s”") % {"subject": item.change.after.subject}
    names: dict[str, Any] = {
        "who": EventView(event=item.event).actor,
        "number": context.ticket.pk,
        "subject": "" if context.hid_subject(item) else subject,
    }
    if item.reason is Reason.WAS_REQUESTER:
        names["name"] = context.people.get(item.change.after.requester, "")
        return (
            _(
                "%(who)s reassigned ticket #%(number)s%(subject)s to %(name)s,"
                " so you no longer have access."
            )
            % names
        )
    service = context.services[item.change.after.service]
    if not context.may_name_service(service, reader.user, is_reader=False):
        return (
            _(
                "%(who)s transferred ticket #%(number)s%(subject)s to another service,"
                " so you no longer have access."
            )
            % names
        )
    names["service"] = service
    return (
        _(
            "%(who)s transferred ticket #%(number)s%(subject)s to the service %(service)s,"
            " so you no longer have access."
        )
        % names
    )


def describe_deadline(item: MailItem, context: MailContext) -> str:
    """Return by when a closure has to be answered; empty for other items."""
    if not item.asked or item.change.after.status != Status.CLOSED:
        return ""
    since = context.ticket.awaiting_since or item.event.created_at
    last = timezone.localtime(since + timedelta(days=helpdesk_settings.EXPIRY_DAYS))
    date = format_date(last.date())
    return _("If we don’t hear from you by %(date)s, we’ll consider it solved.") % {"date": date}


def describe_answers(is_closure: bool) -> str:
    """Return what the two answers to a closure do; empty for other questions."""
    if not is_closure:
        return ""
    return _("“Yes” approves the closure. “No” refuses it, and work on the ticket goes on.")


def describe_number(number: int, *, is_requester: bool) -> str:
    """Return the number of a ticket as its reader calls it."""
    # Translators: for the requester, in whose words a ticket is a request.
    words = pgettext("requester", "Ticket #%(number)s") if is_requester else _("Ticket #%(number)s")
    return words % {"number": number}


def describe_request(opening: Event, context: MailContext, reader: MailReader) -> str:
    """Return the heading above the request that a mail quotes."""
    date = format_date(timezone.localtime(opening.created_at).date())
    if reader.user is not None and reader.user.pk == context.ticket.requester_id:
        return _("Your request of %(date)s") % {"date": date}
    name = context.people.get(context.ticket.requester_id, "")
    return _("The request (%(name)s, %(date)s)") % {"name": name, "date": date}


def describe_reason(item: MailItem, context: MailContext, reader: MailReader) -> str:
    """Return why the reader gets the mail: their role where the event left the ticket."""
    ticket, after = context.ticket, item.change.after
    return REASONS[_get_printed_reason(item, context, reader)]() % {
        "service": context.services.get(after.service, ticket.service),
        "category": context.categories.get(after.category, ticket.category),
    }


def _get_printed_reason(item: MailItem, context: MailContext, reader: MailReader) -> Reason:
    """Return the reason, or a more general one where it reveals too much or is no longer true."""
    if item.reason == Reason.MEMBER:
        # The name of a category in a confidential service reveals what the ticket is about.
        after = item.change.after
        is_named = after.category in context.categories and not context.hides(item.change)
        return Reason.MEMBER if is_named else Reason.MANAGER
    if item.reason == Reason.PERMANENT_GUEST:
        # A permanent guest of a service that the ticket left is now a guest.
        is_still = reader.user is not None and reader.user.pk in context.permanent_guests
        return Reason.PERMANENT_GUEST if is_still else Reason.GUEST
    return item.reason


REASONS: Mapping[Reason, Callable[[], str]] = {
    Reason.REQUESTER: lambda: _("You are receiving this e-mail because this is your request."),
    Reason.IN_CHARGE: lambda: _(
        "You are receiving this e-mail because you are in charge of the ticket."
    ),
    Reason.SUBSTITUTE: lambda: _(
        "You are receiving this e-mail because you replace the manager of the ticket, who is absent."
    ),
    Reason.GUEST: lambda: _("You are receiving this e-mail because you are a guest of the ticket."),
    Reason.PERMANENT_GUEST: lambda: _(
        "You are receiving this e-mail because you are a permanent guest of the service %(service)s."
    ),
    Reason.MENTIONED: lambda: _("You are receiving this e-mail because the message names you."),
    Reason.MEMBER: lambda: _(
        "You are receiving this e-mail because you are a member of the category %(category)s."
    ),
    Reason.MANAGER: lambda: _(
        "You are receiving this e-mail because you are a manager of the service %(service)s."
    ),
    Reason.FOLLOWER: lambda: _("You are receiving this e-mail because you follow the ticket."),
    Reason.WAS_REQUESTER: lambda: _("You are receiving this e-mail because this was your request."),
    Reason.WAS_IN_CHARGE: lambda: _(
        "You are receiving this e-mail because you were in charge of the ticket."
    ),
    Reason.WAS_MANAGER: lambda: _(
        "You are receiving this e-mail because you manage the category where the ticket was."
    ),
    Reason.MAILBOX: lambda: _(
        "You are receiving this e-mail because this mailbox is alerted for the service %(service)s."
    ),
}
