"""Mails that came back: the address is marked, as when the mail server refuses it at once."""

from __future__ import annotations

from wagtail_helpdesk.mailqueue.addresses import get_email, record_refused_email
from wagtail_helpdesk.models import OutgoingMail

from .automatic import Bounce
from .models import IncomingMail, IncomingState


def record_bounce(row: IncomingMail, bounce: Bounce) -> IncomingMail:
    """Mark the address of the person to whom a mail could not be delivered.

    Only for a mail that this site sent, named by its Message-ID, which nobody else can guess, and
    only if the address is still theirs: a mailbox to which they forward mails is another one.
    """
    mails = OutgoingMail.objects.select_related("user", "ticket")
    mail = mails.filter(message_id=bounce.message_id).first() if bounce.message_id else None
    detail = f"{bounce.recipient} {bounce.action} {bounce.status}".strip()[:500]
    if mail is not None:
        row.user, row.ticket = mail.user, mail.ticket
        email = get_email(mail.user) if mail.user else ""
        is_theirs = email and email.lower() in (bounce.recipient, bounce.original)
        if bounce.is_permanent and mail.user is not None and is_theirs:
            record_refused_email(mail.user, email)
    return row.settle(IncomingState.BOUNCE, detail=detail)
