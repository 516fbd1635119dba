"""When a mail about a ticket is sent: at once, together with others, or when quiet time ends."""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.mailqueue.addresses import get_reader, select_preferences
from wagtail_helpdesk.models import Event, HelpdeskPreferences, OutgoingMail, Ticket
from wagtail_helpdesk.working_time import get_holidays

from .recipient_data import split_into_chunks

logger = logging.getLogger(__name__)

#: The kind of mail that notifies of events.
ALERT = "alert"
#: An event with more recipients makes bulk mails, which later alerts overtake.
BULK_SIZE = 50
#: A person gets at most this many mails about one ticket in this time; the rest is sent together.
FLOOD_SIZE, FLOOD_PERIOD = 10, timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class MailPlan:
    """When a mail is sent, and whether later alerts overtake it."""

    next_at: datetime
    bulk: bool = False


def plan_mails(
    ticket: Ticket, events: list[Event], users: set[int], asked: set[int], patient: set[int]
) -> dict[int | None, MailPlan]:
    """Return when each recipient's mail is sent; the plan of None is that of mailboxes.

    At once, after the site's delay, with what follows a recent mail, after a flood, or when the
    recipient's quiet time ends: the latest of these. Quiet time concerns ``patient`` only.
    """
    now = timezone.now()
    delay = timedelta(seconds=helpdesk_settings.ALERT_DELAY)
    later = MailPlan(now + delay, len(users) > BULK_SIZE)
    plans: dict[int | None, MailPlan] = dict.fromkeys([None, *users], later)
    for user, until in _find_merged(ticket, events, now).items():
        plans[user] = MailPlan(max(until, later.next_at), later.bulk)
    flooded = _find_flooded(ticket, now)
    plans |= dict.fromkeys(flooded, MailPlan(now + FLOOD_PERIOD, later.bulk))
    for user, until in _find_quiet_ends(patient - asked, plans).items():
        plans[user] = MailPlan(until, later.bulk)
    # Questions never wait.
    return plans | dict.fromkeys(asked, MailPlan(now))


def _find_merged(ticket: Ticket, events: list[Event], now: datetime) -> dict[int | None, datetime]:
    """Return until when each recipient of a recent mail about a ticket waits for what follows it."""
    period = timedelta(seconds=helpdesk_settings.ALERT_MERGE_SECONDS)
    if not period or any(event.row.asks_reply_from for event in events):
        return {}
    since = now - period
    # A mail that fails is no reason to wait: only one that went out, or is about to.
    alerts = OutgoingMail.objects.filter(kind=ALERT, ticket=ticket, sealed=True).filter(
        Q(sent_at__gte=since) | Q(sent_at=None, created_at__gte=since)
    )
    recent = alerts.order_by().values("user")
    last = recent.annotate(last=Max(Coalesce("sent_at", "created_at")))
    return {user: moment + period for user, moment in last.values_list("user", "last")}


def _find_quiet_ends(users: set[int], plans: dict[int | None, MailPlan]) -> dict[int, datetime]:
    """Return when quiet time ends, for the users whose mails would be sent in it."""
    found: dict[int, datetime] = {}
    holidays: Container[date] | None = None
    for some in split_into_chunks(users):
        rows = HelpdeskPreferences.objects.with_quiet_time().filter(user__in=some)
        for row in rows.select_related("user", *select_preferences("user")):
            if holidays is None:
                holidays = _try_to_get_holidays()
            quiet, zone = row.quiet_time, get_reader(row.user).zone
            end = quiet and quiet.find_end(plans[row.user_id].next_at, zone, holidays)
            if end:
                found[row.user_id] = end
    return found


def _try_to_get_holidays() -> Container[date]:
    """Return the site's holidays; none if the setting cannot be read, which is no reason not to alert."""
    try:
        return get_holidays()
    except (ImportError, NotImplementedError, ValueError):
        logger.exception("The holidays cannot be read: alerts do not wait for the end of any.")
        return ()


def _find_flooded(ticket: Ticket, now: datetime) -> Iterable[int | None]:
    since = now - FLOOD_PERIOD
    # Mails are counted only for tickets that are this busy, which is rare.
    if ticket.events.filter(created_at__gte=since)[: FLOOD_SIZE + 1].count() <= FLOOD_SIZE:
        return ()
    alerts = OutgoingMail.objects.filter(kind=ALERT, ticket=ticket, created_at__gte=since)
    recent = alerts.order_by()
    counted = recent.values("user").annotate(mails=Count("pk")).filter(mails__gte=FLOOD_SIZE)
    return counted.values_list("user", flat=True)
