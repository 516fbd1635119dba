"""Where a reader may reply to a mail about a ticket, and who will read the reply."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from wagtail_helpdesk.hooks import GET_REPLY_ADDRESS, call_hooks
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.models import Event, OutgoingMail, Ticket

REPLY_READERS = {
    Audience.EVERYONE: lambda: _(
        "Reply to this e-mail to write on the ticket. Everyone who can see the ticket will read it."
    ),
    Audience.REQUESTER: lambda: _(
        "Reply to this e-mail to write on the ticket. Only the requester and the managers will read it."
    ),
}


def get_reply_audience(events: Iterable[Event]) -> Audience | None:
    """Return who may read a reply to a mail that contains these events.

    A reply to what guests cannot read is not for guests. None for a mail with an internal note:
    a reply is never a note, and would be read by more people than the note that it answers.
    """
    audiences = {event.audience for event in events}
    if Audience.MANAGERS in audiences:
        return None
    return Audience.REQUESTER if Audience.REQUESTER in audiences else Audience.EVERYONE


def find_reply_address(
    mail: OutgoingMail, reader: MailReader, ticket: Ticket, audience: Audience | None
) -> str:
    """Return the address to which the reader may reply, empty when replies are not read.

    It comes from the hook ``get_helpdesk_reply_address``, which is called with mail, ticket and
    audience. Mailboxes without an account cannot write on a ticket, and nobody by mail in a
    confidential service.
    """
    if reader.user is None or audience is None or ticket.service.confidential:
        return ""
    return next(iter(call_hooks(GET_REPLY_ADDRESS, mail, ticket, audience)), "")


def describe_reply_readers(reply_to: str, audience: Audience | None) -> str:
    """Return the sentence about who reads a reply, empty when replies are not read."""
    return REPLY_READERS[audience]() if reply_to and audience in REPLY_READERS else ""
