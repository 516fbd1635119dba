"""Who was told of an event, why, when and by which mail, or why not: for managers, for a while."""

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
    Notification,
    OutgoingMail,
    Reason,
    ServiceManager,
    SkipReason,
    State,
)
from wagtail_helpdesk.names import get_display_name

from .recipient_data import acts_of

ON_THEIR_WAY = (State.PENDING, State.SENDING)
#: Rows that housekeeping reads at once.
AT_ONCE = 1000
#: People named on one page.
LENGTH = 100


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """One person or address, and how the news reached or missed them."""

    name: str
    reason: str
    outcome: str
    told: bool
    when: datetime | None = None
    mail: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryLog:
    """A page of those who were told of an event, or were not, and after whom the next one starts."""

    lines: list[DeliveryRecord]
    next: int | None = None


def get_delivery_log(event: int, after: int = 0) -> DeliveryLog:
    """Return ``LENGTH`` of those who were told of an event or were not, by the ids of their accounts.

    Extra addresses come first. Whoever calls this has checked that its reader manages the ticket:
    names are in it.
    """
    notifications = Notification.objects.filter(event=event).select_related("user", "mail")
    # The order of the index that keeps people from being told twice: no other knows the event.
    people = list(notifications.filter(user__gt=after).order_by("user_id")[: LENGTH + 1])
    mailboxes = [] if after else list(notifications.exclude(address="").order_by("address"))
    lines = [_line(notification) for notification in (*mailboxes, *people[:LENGTH])]
    return DeliveryLog(lines, people[LENGTH - 1].user_id if len(people) > LENGTH else None)


def _line(notification: Notification) -> DeliveryRecord:
    outgoing = notification.mail
    name = get_display_name(notification.user) if notification.user else notification.address
    reason = str(Reason(notification.reason).label)
    if notification.skipped:
        return DeliveryRecord(name, reason, str(SkipReason(notification.skipped).label), told=False)
    if outgoing is None:
        return DeliveryRecord(name, reason, _("the e-mail was deleted"), told=False)
    return DeliveryRecord(
        name,
        reason,
        str(State(outgoing.state).label),
        told=outgoing.state == State.SENT,
        when=outgoing.sent_at,
        mail=outgoing.message_id,
        error=outgoing.last_error,
    )


def find_not_notified(event: Event) -> list[str]:
    """Return the names of managers, where the event left the ticket, who did not ask to hear of it.

    Of more than ``LENGTH`` of them the rest is three dots.
    """
    (act,) = acts_of(event.ticket, [event])
    heard = Notification.objects.filter(event=event, user__isnull=False).values("user")
    others = ServiceManager.objects.filter(service=act.after.service)
    others = others.exclude(user__in=heard).exclude(user=event.actor_id).select_related("user")
    names = [get_display_name(manager.user) for manager in others[: LENGTH + 1]]
    return names if len(names) <= LENGTH else [*names[:LENGTH], "…"]


def is_complete(event: Event) -> bool:
    """Tell whether the trace of an event is still kept."""
    return event.created_at > _limit()


def find_old_notifications() -> Iterator[list[int]]:
    """Yield the keys of the notices older than the site keeps traces, but for mails on their way."""
    return _old(Notification.objects.all(), "mail__state")


def find_old_mails() -> Iterator[list[int]]:
    """Yield the keys of the mails older than that whose story is over."""
    return _old(OutgoingMail.objects.all(), "state")


def _old(rows: QuerySet[Any], state: str) -> Iterator[list[int]]:
    # The lower the key the older the row: this stops at the first rows that are young.
    limit, last = _limit(), 0
    ordered = rows.order_by("pk").values_list("pk", "created_at", state)
    while some := list(ordered.filter(pk__gt=last)[:AT_ONCE]):
        old = [pk for pk, at, state in some if at < limit and state not in ON_THEIR_WAY]
        if old:
            yield old
        last, newest, _state = some[-1]
        if newest >= limit:
            return


def _limit() -> datetime:
    return timezone.now() - timedelta(days=helpdesk_settings.TRACE_DAYS)
