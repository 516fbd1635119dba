"""The answers to incoming mails: why one was refused, and what to do on a ticket that has ended.

Only to people with an account, at most one of a kind per person and day, never to a program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.mail import EmailMessage
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.links import HelpdeskLocation, LocationCache
from wagtail_helpdesk.mailqueue.addresses import MailReader
from wagtail_helpdesk.mailqueue.kinds import MailComposer
from wagtail_helpdesk.mailqueue.mail import MailSpec, build_message
from wagtail_helpdesk.message_ids import make_message_id
from wagtail_helpdesk.models import OutgoingMail, SkipReason, Ticket
from wagtail_helpdesk.notifications.reply_address import find_reply_address
from wagtail_helpdesk.notifications.wakeup import request_task

from .models import IncomingReason

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: The kind of mail that answers an incoming one.
ANSWER = "mail_in_answer"
ANSWERED_FOR = timedelta(days=1)
#: To the person whose reply address was used from another e-mail address.
FOREIGN_USE = "foreign_use"
#: The answer to a reply that was added to a ticket that has ended.
ON_ENDED = "on_ended"

SENTENCES: Mapping[str, Callable[[], str]] = {
    ON_ENDED: lambda: _("Your reply was added to the ticket, which has been closed."),
    FOREIGN_USE: lambda: _(
        "An e-mail was sent to your reply address for this ticket from an address that is not yours."
        " It was not added to the ticket, and that reply address is no longer valid. Reply to this"
        " e-mail, or to a later one, if you want to write on the ticket. If you sent it yourself,"
        " please use the address to which you received this e-mail."
    ),
    IncomingReason.TOO_MANY: lambda: _(
        "Your e-mail was not read, because very many came in. Please write on the helpdesk page."
    ),
    IncomingReason.CONFIDENTIAL: lambda: _(
        "This service is confidential and accepts nothing by e-mail. Please write on the ticket’s page."
    ),
    IncomingReason.ENDED: lambda: _(
        "This ticket ended long ago, and your e-mail was not added to it. Please open another one."
    ),
    IncomingReason.NO_ACCESS: lambda: _(
        "Your e-mail was not added to the ticket, because you can no longer write on it."
    ),
    IncomingReason.REJECTED: lambda: _("Your e-mail was not added to the ticket."),
    IncomingReason.NOT_OPENED: lambda: _("Your e-mail did not open a ticket."),
    IncomingReason.NO_TICKET: lambda: _(
        "Your e-mail belongs to no ticket and was not read. Please reply to an e-mail about a"
        " ticket, or open one on the helpdesk page."
    ),
}


def answer_refusal(
    user: User, reason: IncomingReason, ticket: Ticket | None, detail: str = ""
) -> None:
    """Tell a person why their mail was refused, unless they were told of a refusal today."""
    if not _was_answered(user, about__is_refusal=True):
        _create(user, ticket, {"reason": reason, "detail": detail, "is_refusal": True})


def answer_reply_to_ended_ticket(user: User, ticket: Ticket) -> None:
    """Tell a person how to refuse the closure, unless they were told so about this ticket today."""
    if not _was_answered(user, ticket=ticket, about__reason=ON_ENDED):
        _create(user, ticket, {"reason": ON_ENDED, "is_refusal": False})


def answer_foreign_use(user: User, ticket: Ticket, audience: str) -> None:
    """Tell a person that their reply address was used by another one, and give them a new one."""
    about = {"reason": FOREIGN_USE, "is_refusal": False, "audience": str(audience)}
    _create(user, ticket, about)


def _was_answered(user: User, **narrow: Any) -> bool:
    since = timezone.now() - ANSWERED_FOR
    mails = OutgoingMail.objects.filter(kind=ANSWER, user=user, created_at__gt=since)
    return mails.filter(**narrow).exists()


def _create(user: User, ticket: Ticket | None, about: dict[str, Any]) -> None:
    number = ticket.pk if ticket else 0
    OutgoingMail.objects.create(
        kind=ANSWER,
        user=user,
        ticket=ticket,
        sealed=True,  # later events do not join it
        about=about,
        message_id=make_message_id(f"t{number}"),
    )
    request_task("wagtail_helpdesk.tasks.deliver")


class AnswerComposer(MailComposer):
    """Composes the answers; whether their reader sees the ticket is checked again."""

    def compose(self, mail: OutgoingMail, reader: MailReader) -> EmailMessage | SkipReason:
        """Return the answer in its reader's language."""
        ticket = mail.ticket
        if ticket is not None and not ticket.roles_of(reader.user):
            ticket = None
        service = ticket.service if ticket else None
        location = LocationCache().find(service, reader.language)
        with translation.override(reader.language), timezone.override(reader.zone):
            return build_message(_make_spec(mail, reader, ticket, location))


def _make_spec(
    mail: OutgoingMail, reader: MailReader, ticket: Ticket | None, location: HelpdeskLocation | None
) -> MailSpec:
    subject = _("Your e-mail to the helpdesk")
    if ticket is not None:
        subject = f"[{ticket.service} #{ticket.pk}] {subject}"
    label, url = _get_link(mail, reader, ticket, location)
    return MailSpec(
        reader=reader,
        service=ticket.service if ticket else None,
        subject=subject,
        template="mail_in_answer",
        context={
            "sentence": SENTENCES[mail.about["reason"]](),
            "detail": mail.about.get("detail", ""),
            "label": label,
            "url": url,
            "reason": _("You are receiving this e-mail because you sent one to the helpdesk."),
        },
        message_id=mail.message_id,
        # RFC 3834: it answers what its reader sent.
        headers={"Auto-Submitted": "auto-replied"},
        reply_to=_make_reply_to(mail, reader, ticket),
    )


def _make_reply_to(mail: OutgoingMail, reader: MailReader, ticket: Ticket | None) -> str:
    """Return the new address in place of the one that ended, empty in other answers."""
    if ticket is None or mail.about["reason"] != FOREIGN_USE:
        return ""
    return find_reply_address(mail, reader, ticket, Audience(mail.about["audience"]))


def _get_link(
    mail: OutgoingMail, reader: MailReader, ticket: Ticket | None, location: HelpdeskLocation | None
) -> tuple[str, str]:
    if location is None:
        return "", ""
    if ticket is None:
        return _("Go to the helpdesk"), location.get_url("home")
    if mail.about["reason"] == ON_ENDED:
        possible = [action.name for action in ticket.actions_for(reader.user)]
        if lifecycle.REJECT_CLOSURE.name in possible:
            slug = lifecycle.REJECT_CLOSURE.slug
            return _("It is not solved: refuse the closure"), location.get_action_url(
                ticket.pk, slug
            )
        if lifecycle.REOPEN.name in possible:
            slug = lifecycle.REOPEN.slug
            return _("Reopen the ticket"), location.get_action_url(ticket.pk, slug)
    return _("Open the ticket"), location.get_ticket_url(ticket.pk)
