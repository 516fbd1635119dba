"""Who was notified of an event, why, when and by which mail, or why not; kept for a limited time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import (
    Event,
    MailState,
    Notification,
    OutgoingMail,
    Reason,
    ServiceManager,
    SkipReason,
)
from wagtail_helpdesk.names import get_display_name

from .recipient_data import load_changes

UNSENT_STATES = (MailState.PENDING, MailState.SENDING)
#: Rows that housekeeping reads at once.
CHUNK_SIZE = 1000
#: Recipients on one page.
PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One recipient, and whether their mail was sent."""

    name: str
    reason: str
    outcome: str
    is_sent: bool
    when: datetime | None = None
    mail: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryLog:
    """One page of the delivery log of an event, and the cursor of the next page."""

    records: list[DeliveryRecord]
    next: Any = None


def get_delivery_log(event: int, after: Any = None) -> DeliveryLog:
    """Return ``PAGE_SIZE`` recipients of an event, ordered by the keys of their accounts.

    Mailboxes come first. The log contains names: callers must check that the reader manages the
    ticket.
    """
    notifications = Notification.objects.filter(event=event).select_related("user", "mail")
    # The order of the unique index: no other index has the event.
    later = {"user__isnull": False} if after is None else {"user__gt": after}
    people = list(notifications.filter(**later).order_by("user_id")[: PAGE_SIZE + 1])
    mailboxes = list(notifications.exclude(email="").order_by("email")) if after is None else []
    records = [_make_record(one) for one in (*mailboxes, *people[:PAGE_SIZE])]
    return DeliveryLog(records, people[PAGE_SIZE - 1].user_id if len(people) > PAGE_SIZE else None)


def _make_record(notification: Notification) -> DeliveryRecord:
    mail = notification.mail
    name = get_display_name(notification.user) if notification.user else notification.email
    reason = str(Reason(notification.reason).label)
    if notification.skipped and not (mail and notification.skipped == SkipReason.IN_REPORT):
        return DeliveryRecord(
            name, reason, str(SkipReason(notification.skipped).label), is_sent=False
        )
    if mail is None:
        return DeliveryRecord(name, reason, _("the e-mail was deleted"), is_sent=False)
    return DeliveryRecord(
        name,
        reason,
        str(MailState(mail.state).label),
        is_sent=mail.state == MailState.SENT,
        when=mail.sent_at,
        mail=mail.message_id,
        error=mail.last_error,
    )


def find_not_notified(event: Event) -> list[str]:
    """Return the names of the managers who got no mail about an event.

    They managed the service where the event left the ticket, then and now. After ``PAGE_SIZE`` names
    the list ends with three dots.
    """
    (change,) = load_changes(event.ticket, [event])
    notified = Notification.objects.filter(event=event, user__isnull=False).values("user")
    others = ServiceManager.objects.filter(
        service=change.after.service, created_at__lte=event.created_at
    )
    others = others.exclude(user__in=notified).exclude(user=event.actor_id).select_related("user")
    names = [get_display_name(manager.user) for manager in others[: PAGE_SIZE + 1]]
    return names if len(names) <= PAGE_SIZE else [*names[:PAGE_SIZE], "…"]


def is_complete(event: Event) -> bool:
    """Return whether the delivery log of an event is still complete."""
    return event.created_at > _limit()


def find_old_notifications() -> Iterator[list[int]]:
    """Yield the ids of notifications older than ``DELIVERY_LOG_DAYS``, except those whose mail is unsent."""
    return _old(Notification.objects.all(), "mail__state")


def find_old_mails() -> Iterator[list[int]]:
    """Yield the ids of mails older than ``DELIVERY_LOG_DAYS``, except unsent ones."""
    return _old(OutgoingMail.objects.all(), "state")


def _old(rows: QuerySet[Any], state: str) -> Iterator[list[int]]:
    # Rows are created in the order of their ids: stop at the first chunk with a recent row.
    limit, last = _limit(), 0
    ordered = rows.order_by("pk").values_list("pk", "created_at", state)
    while some := list(ordered.filter(pk__gt=last)[:CHUNK_SIZE]):
        old = [pk for pk, at, state in some if at < limit and state not in UNSENT_STATES]
        if old:
            yield old
        last, newest, _state = some[-1]
        if newest >= limit:
            return


def _limit() -> datetime:
    return timezone.now() - timedelta(days=helpdesk_settings.DELIVERY_LOG_DAYS)
