"""From events to notices: writing down who is to be told of an act, why, and by which mail."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.mailqueue.addresses import find_address_skip_reason, find_skip_reason
from wagtail_helpdesk.models import Event, Notification, OutgoingMail, Reason, SkipReason, Ticket

from .recipient_data import acts_of, chunks, surroundings_of
from .recipient_rules import Decision, TicketChange, decision, mailbox_hears

logger = logging.getLogger(__name__)

#: More mails than this at once are a bulk, which fresh alerts overtake.
BULK = 50
#: A person gets at most so many mails about one ticket in a while; the rest travels together.
FLOOD, FLOOD_WITHIN = 10, timedelta(minutes=10)
DISPATCH_BATCH_SIZE = 1000


def dispatch_event(batch: uuid.UUID) -> int:
    """Write down who is to be told of the acts of one form; return how many notices.

    Does nothing when that was done before: the event says so, in the same transaction.
    """
    with transaction.atomic():
        fresh = Event.objects.filter(batch=batch, dispatched_at=None)
        if not fresh.update(dispatched_at=timezone.now()):
            return 0
        events = Event.objects.filter(batch=batch).defer("text", "html").order_by("pk")
        by_ticket: dict[int, list[Event]] = {}
        for event in events:
            by_ticket.setdefault(event.ticket_id, []).append(event)
        return sum(_announce(number, some) for number, some in sorted(by_ticket.items()))


def dispatch_waiting_events() -> int:
    """Announce every event that was not yet; return how many notices that made.

    What cannot be announced, such as an act that only a newer version knows, keeps waiting and does
    not stop the others.
    """
    waiting = Event.objects.not_dispatched().values_list("batch", flat=True)
    made = 0
    for batch in dict.fromkeys(waiting[:DISPATCH_BATCH_SIZE]):
        try:
            made += dispatch_event(batch)
        except (OperationalError, InterfaceError):
            # The database itself is away, not something about these events.
            raise
        except Exception:
            logger.exception("The events of batch %s cannot be announced yet.", batch)
    return made


@dataclass(frozen=True, slots=True)
class RecipientDecision:
    """One event, for one person or address, and why."""

    event: int
    decision: Decision
    user: int | None = None
    address: str = ""


def _announce(number: int, events: list[Event]) -> int:
    ticket = Ticket.objects.select_related("category", "service").get(pk=number)
    acts = acts_of(ticket, events)
    heard = list(_hearings(ticket, events, acts))
    heard = _check_addresses(heard)
    outgoing_mails = _envelopes(
        ticket, [hearing for hearing in heard if not hearing.decision.skipped]
    )
    notifications = Notification.objects.bulk_create(
        (_notice(hearing, outgoing_mails) for hearing in heard),
        batch_size=1000,
        ignore_conflicts=True,
    )
    return len(notifications)


def _hearings(
    ticket: Ticket, events: list[Event], acts: list[TicketChange]
) -> Iterator[RecipientDecision]:
    found = surroundings_of(ticket, acts)
    mailbox = ticket.category.in_force("alert_address").value
    for event, act in zip(events, acts, strict=True):
        for person in found.around(act):
            if (answer := decision(act, person)) is not None:
                yield RecipientDecision(event.pk, answer, person.user)
        if mailbox and mailbox_hears(act):
            yield RecipientDecision(event.pk, Decision(Reason.MAILBOX), address=mailbox)


def _check_addresses(heard: list[RecipientDecision]) -> list[RecipientDecision]:
    """Mark those whom no mail can reach: the trace says so at once."""
    users = {hearing.user for hearing in heard if hearing.user and not hearing.decision.skipped}
    unreachable: dict[int, SkipReason] = {}
    for some in chunks(users):
        rows = get_user_model()._default_manager.filter(pk__in=some)
        for user in rows.select_related("helpdesk_preferences"):
            if problem := find_skip_reason(user):
                unreachable[user.pk] = problem
    return [_marked(hearing, unreachable) for hearing in heard]


def _marked(hearing: RecipientDecision, unreachable: dict[int, SkipReason]) -> RecipientDecision:
    problem = unreachable.get(hearing.user or 0)
    if hearing.user is None:
        problem = find_address_skip_reason(hearing.address)
    if problem is None or hearing.decision.skipped:
        return hearing
    skipped = Decision(hearing.decision.reason, hearing.decision.asked, problem)
    return RecipientDecision(hearing.event, skipped, hearing.user, hearing.address)


def _notice(hearing: RecipientDecision, outgoing_mails: dict[Any, OutgoingMail]) -> Notification:
    return Notification(
        event_id=hearing.event,
        user_id=hearing.user,
        address=hearing.address,
        reason=hearing.decision.reason,
        asked=hearing.decision.asked,
        skipped=hearing.decision.skipped or "",
        mail=None if hearing.decision.skipped else outgoing_mails[hearing.user or hearing.address],
    )


# -- envelopes ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """When a mail is to leave, and whether fresh alerts overtake it."""

    next_at: datetime
    bulk: bool = False


def _envelopes(ticket: Ticket, heard: list[RecipientDecision]) -> dict[Any, OutgoingMail]:
    """Return the mail in which each listener will hear: one that waits for them, or a new one."""
    users = {hearing.user for hearing in heard if hearing.user}
    asked = {hearing.user for hearing in heard if hearing.user and hearing.decision.asked}
    plans = _plans(ticket, users, asked)
    found: dict[Any, OutgoingMail] = {}
    for some in chunks(users):
        fresh = [_new_envelope(ticket, plans[user], user=user) for user in some]
        waiting = _join(fresh, OutgoingMail.objects.filter(ticket=ticket, user__in=some))
        for mail in waiting:
            _hurry(mail, plans[mail.user_id])
        found |= {mail.user_id: mail for mail in waiting}
    for address in {hearing.address for hearing in heard if hearing.address}:
        fresh = [_new_envelope(ticket, plans[None], address=address)]
        (found[address],) = _join(
            fresh, OutgoingMail.objects.filter(ticket=ticket, address=address)
        )
    return found


def _plans(ticket: Ticket, users: set[int], asked: set[int]) -> dict[int | None, Plan]:
    """Decide when each listener is to hear: at once, after the site's delay, or after a flood."""
    now = timezone.now()
    later = Plan(now + timedelta(seconds=helpdesk_settings.ALERT_DELAY), len(users) > BULK)
    plans: dict[int | None, Plan] = dict.fromkeys([None, *users], later)
    plans |= dict.fromkeys(_flooded(ticket, now), Plan(now + FLOOD_WITHIN, later.bulk))
    # Questions never wait.
    return plans | dict.fromkeys(asked, Plan(now))


def _flooded(ticket: Ticket, now: datetime) -> Iterable[int | None]:
    since = now - FLOOD_WITHIN
    # Few tickets are that busy: the people are counted for these alone.
    if ticket.events.filter(created_at__gte=since)[: FLOOD + 1].count() <= FLOOD:
        return ()
    recent = OutgoingMail.objects.filter(ticket=ticket, created_at__gte=since).order_by()
    counted = recent.values("user").annotate(mails=Count("pk")).filter(mails__gte=FLOOD)
    return counted.values_list("user", flat=True)


def _new_envelope(
    ticket: Ticket, plan: Plan, *, user: int | None = None, address: str = ""
) -> OutgoingMail:
    return OutgoingMail(
        ticket=ticket,
        user_id=user,
        address=address,
        next_at=plan.next_at,
        bulk=plan.bulk,
        message_id=f"<t{ticket.pk}.{uuid.uuid4().hex}@{helpdesk_settings.MAIL_DOMAIN}>",
    )


def _join(fresh: list[OutgoingMail], mails: QuerySet[OutgoingMail]) -> list[OutgoingMail]:
    """Return the unsealed mail of each listener, locked; those who have none get the new one.

    Created in the order of people and locked in the order of creation, so that two announcements
    about one ticket wait for each other instead of stopping each other.
    """
    while True:
        OutgoingMail.objects.bulk_create(fresh, ignore_conflicts=True)
        waiting = list(mails.filter(sealed=False).select_for_update().order_by("pk"))
        # Fewer when one was sealed between the two statements: its listener gets another.
        if len(waiting) == len(fresh):
            return waiting


def _hurry(mail: OutgoingMail, plan: Plan) -> None:
    """Let a mail that waits leave as early as its most urgent notice."""
    next_at, bulk = min(plan.next_at, mail.next_at), plan.bulk and mail.bulk
    if (next_at, bulk) != (mail.next_at, mail.bulk):
        mail.next_at, mail.bulk = next_at, bulk
        mail.save(update_fields=["next_at", "bulk"])
