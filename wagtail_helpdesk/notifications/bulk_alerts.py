"""One mail per person for a form about several tickets: gathers its alerts until all are there."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.mailqueue.queue import join_waiting_mails
from wagtail_helpdesk.message_ids import make_message_id
from wagtail_helpdesk.models import Event, OutgoingMail, Ticket

from .recipient_data import CHUNK, split_into_chunks

if TYPE_CHECKING:
    from .mail_plan import MailPlan

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
        mails = join_waiting_mails(fresh, OutgoingMail.objects.filter(group=bulk, user__in=some))
        found |= {mail.user_id: mail for mail in mails}
    for email in sorted(emails):
        fresh = [_make_mail(ticket, bulk, plans[None], email=email)]
        (found[email],) = join_waiting_mails(
            fresh, OutgoingMail.objects.filter(group=bulk, email=email)
        )
    for recipient, mail in found.items():
        _hold(mail, ticket, plans[None if isinstance(recipient, str) else recipient])
    OutgoingMail.objects.bulk_update(found.values(), ["next_at", "bulk", "service"], CHUNK)
    return found


def _make_mail(
    ticket: Ticket, bulk: uuid.UUID, plan: MailPlan, *, user: int | None = None, email: str = ""
) -> OutgoingMail:
    return OutgoingMail(
        kind=BULK_ALERT,
        group=bulk,
        # Its administrators see the mail; one about several services belongs to the site.
        service_id=ticket.service_id,
        user_id=user,
        email=email,
        next_at=_get_time(plan.next_at),
        bulk=plan.bulk,
        message_id=make_message_id(f"b{bulk.hex}"),
    )


def _hold(mail: OutgoingMail, ticket: Ticket, plan: MailPlan) -> None:
    """Let a mail wait for the next ticket, but no longer than its most urgent alert requires."""
    mail.next_at = _get_time(min(plan.next_at, mail.next_at))
    mail.bulk = plan.bulk and mail.bulk
    if mail.service_id != ticket.service_id:
        mail.service = None


def _get_time(wanted: datetime) -> datetime:
    return max(wanted, timezone.now() + HOLD)


def find_batches(bulk: uuid.UUID) -> list[uuid.UUID]:
    """Return the batches of a form about several tickets that are not dispatched yet, in order."""
    waiting = Event.objects.not_dispatched().filter(bulk=bulk)
    return list(dict.fromkeys(waiting.values_list("batch", flat=True)))


def end_hold(bulk: uuid.UUID) -> None:
    """Let the mails of a form be sent that wait for nothing but more of its tickets."""
    now = timezone.now()
    due = now + timedelta(seconds=helpdesk_settings.ALERT_DELAY)
    waiting = OutgoingMail.objects.filter(group=bulk, sealed=False)
    waiting.filter(next_at__gt=due, next_at__lte=now + HOLD).update(next_at=due)
