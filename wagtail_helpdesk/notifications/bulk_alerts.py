"""One mail per person for a form about several tickets: gathers its alerts until all are there."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Event, OutgoingMail, Ticket

from .recipient_data import split_into_chunks

if TYPE_CHECKING:
    from .dispatch import MailPlan

#: The kind of mail that notifies of what one form did to several tickets.
BULK_ALERT = "bulk_alert"
#: A mail waits for this time after the last ticket that joined it, unless the form is finished. When
#: a process ends in the middle of a form, the mail is sent with what was done.
HOLD = timedelta(seconds=15)


def assign_bulk_mails(
    ticket: Ticket,
    bulk: uuid.UUID,
    plans: Mapping[int | None, MailPlan],
    emails: Collection[str],
) -> dict[int | str, OutgoingMail]:
    """Return the mail about the whole form of each recipient, by user or e-mail.

    ``plans`` says when a mail about the ticket alone would be sent, by user; None is for mailboxes.
    """
    found: dict[Any, OutgoingMail] = {}
    for some in split_into_chunks([user for user in plans if user is not None]):
        fresh = [_make_mail(ticket, bulk, plans[user], user=user) for user in some]
        mails = _join(fresh, OutgoingMail.objects.filter(group=bulk, user__in=some))
        found |= {mail.user_id: mail for mail in mails}
    for email in sorted(emails):
        fresh = [_make_mail(ticket, bulk, plans[None], email=email)]
        (found[email],) = _join(fresh, OutgoingMail.objects.filter(group=bulk, email=email))
    for recipient, mail in found.items():
        _hold(mail, ticket, plans[None if isinstance(recipient, str) else recipient])
    return found


def _make_mail(
    ticket: Ticket, bulk: uuid.UUID, plan: MailPlan, *, user: int | None = None, email: str = ""
) -> OutgoingMail:
    return OutgoingMail(
        kind=BULK_ALERT,
        group=bulk,
        # Of whoever administers the mails of a service; a mail about several is the site's.
        service_id=ticket.service_id,
        user_id=user,
        email=email,
        next_at=_get_time(plan.next_at),
        bulk=plan.bulk,
        message_id=f"<b{bulk.hex}.{uuid.uuid4().hex}@{helpdesk_settings.MAIL_DOMAIN}>",
    )


def _join(fresh: list[OutgoingMail], mails: QuerySet[OutgoingMail]) -> list[OutgoingMail]:
    """Return the waiting mail of each recipient, locked; those who have none get the new one.

    Created in the order of recipients and locked in the order of creation: two tickets of one form
    that are dispatched at once wait for each other instead of deadlocking.
    """
    while True:
        OutgoingMail.objects.bulk_create(fresh, ignore_conflicts=True)
        waiting = list(mails.filter(sealed=False).select_for_update().order_by("pk"))
        # Fewer when one was claimed between the two statements: its recipient gets another.
        if len(waiting) == len(fresh):
            return waiting


def _hold(mail: OutgoingMail, ticket: Ticket, plan: MailPlan) -> None:
    """Let a mail wait for the next ticket, but no longer than its most urgent alert requires."""
    next_at = _get_time(min(plan.next_at, mail.next_at))
    service = mail.service_id if mail.service_id == ticket.service_id else None
    OutgoingMail.objects.filter(pk=mail.pk).update(
        next_at=next_at, bulk=plan.bulk and mail.bulk, service=service
    )


def _get_time(wanted: datetime) -> datetime:
    return max(wanted, timezone.now() + HOLD)


def find_batches(bulk: uuid.UUID) -> list[uuid.UUID]:
    """Return the batches of a form about several tickets that are not dispatched yet, in order."""
    waiting = Event.objects.not_dispatched().filter(bulk=bulk)
    return list(dict.fromkeys(waiting.values_list("batch", flat=True)))


def release_mails(bulk: uuid.UUID) -> None:
    """Let the mails of a form be sent that wait for nothing but more of its tickets."""
    now = timezone.now()
    due = now + timedelta(seconds=helpdesk_settings.ALERT_DELAY)
    waiting = OutgoingMail.objects.filter(group=bulk, sealed=False)
    waiting.filter(next_at__gt=due, next_at__lte=now + HOLD).update(next_at=due)
