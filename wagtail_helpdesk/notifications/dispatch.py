"""From events to notifications: stores who is notified of an event, why, and by which mail."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.auth import get_user_model
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.mailqueue.addresses import (
    find_email_skip_reason,
    find_skip_reason,
)
from wagtail_helpdesk.mailqueue.queue import join_waiting_mails
from wagtail_helpdesk.message_ids import make_message_id
from wagtail_helpdesk.models import (
    Event,
    Notification,
    OutgoingMail,
    Reason,
    SkipReason,
    Ticket,
)

from .acknowledgement import create_acknowledgements
from .bulk_alerts import assign_bulk_mails
from .mail_plan import ALERT, MailPlan, plan_mails
from .recipient_data import load_changes, load_recipient_data, split_into_chunks
from .recipient_rules import Decision, TicketChange, decide, notifies_mailbox

logger = logging.getLogger(__name__)

DISPATCH_BATCH_SIZE = 1000


def dispatch_event(batch: uuid.UUID) -> int:
    """Store the notifications of the events of one form; return how many.

    Does nothing if it was done before: the events are marked in the same transaction.
    """
    with transaction.atomic():
        fresh = Event.objects.filter(batch=batch, dispatched_at=None)
        if not fresh.update(dispatched_at=timezone.now()):
            return 0
        events = Event.objects.filter(batch=batch).defer("text", "html").order_by("pk")
        by_ticket: dict[int, list[Event]] = {}
        for event in events:
            by_ticket.setdefault(event.ticket_id, []).append(event)
        return sum(_dispatch_for_ticket(number, some) for number, some in sorted(by_ticket.items()))


def dispatch_waiting_events() -> int:
    """Dispatch every event that has not been; return the number of notifications.

    Events that cannot be dispatched, such as those of an action that only a newer version knows, wait
    and do not block others.
    """
    waiting = Event.objects.not_dispatched().values_list("batch", flat=True)
    made = 0
    for batch in dict.fromkeys(waiting[:DISPATCH_BATCH_SIZE]):
        try:
            made += dispatch_event(batch)
        except (OperationalError, InterfaceError):
            # The database is unavailable: the events are not the cause.
            raise
        except Exception:
            logger.exception("The events of batch %s cannot be dispatched yet.", batch)
    return made


@dataclass(frozen=True, slots=True)
class RecipientDecision:
    """The decision about one event for one recipient: a user, or a mailbox."""

    event: int
    decision: Decision
    user: int | None = None
    email: str = ""


def _dispatch_for_ticket(number: int, events: list[Event]) -> int:
    ticket = Ticket.objects.select_related("category", "service").get(pk=number)
    changes = load_changes(ticket, events)
    keys = [event.pk for event in events]
    decisions = skip_unreachable(list(decide_recipients(ticket, keys, changes)))
    acknowledged = _acknowledge(ticket, events, changes, decisions)
    # The acknowledgement takes the place of the alert: one mail for each person.
    decisions = [_mark_acknowledged(one, acknowledged, events) for one in decisions]
    wanted = [one for one in decisions if not one.decision.skipped]
    rest = [one for one in wanted if one.user not in acknowledged]
    mails = _assign_mails(ticket, events, rest)
    mails |= acknowledged
    notifications = Notification.objects.bulk_create(
        (_make_notification(one, mails) for one in decisions),
        batch_size=1000,
        ignore_conflicts=True,
    )
    return len(notifications)


def decide_recipients(
    ticket: Ticket,
    events: Sequence[int],
    changes: Sequence[TicketChange],
    only: Collection[int] | None = None,
) -> Iterator[RecipientDecision]:
    """Yield the decision about each recipient of changes; ``events`` are their keys.

    ``only`` narrows to some users, beside requester and manager.
    """
    data = load_recipient_data(ticket, changes, only)
    mailbox = ticket.category.in_force("alert_address").value
    for event, change in zip(events, changes, strict=True):
        for person in data.find_people(change):
            if (decision := decide(change, person)) is not None:
                yield RecipientDecision(event, decision, person.user)
        if mailbox and notifies_mailbox(change):
            yield RecipientDecision(event, Decision(Reason.MAILBOX), email=mailbox)


def _acknowledge(
    ticket: Ticket,
    events: list[Event],
    changes: list[TicketChange],
    decisions: list[RecipientDecision],
) -> dict[Any, OutgoingMail]:
    requester = changes[0].after.requester
    reasons = {one.decision.reason for one in decisions if one.user == requester}
    is_in_charge = requester == changes[-1].after.assignee
    only_as_requester = reasons <= {Reason.REQUESTER} and not is_in_charge
    return create_acknowledgements(ticket, events, requester, only_as_requester)


def _mark_acknowledged(
    one: RecipientDecision, acknowledged: dict[Any, OutgoingMail], events: list[Event]
) -> RecipientDecision:
    """Mark a person acknowledged as notified of the opening, who may have switched off alerts."""
    if one.user not in acknowledged or one.event != events[0].pk:
        return one
    return replace(one, decision=replace(one.decision, skipped=None))


def skip_unreachable(decisions: list[RecipientDecision]) -> list[RecipientDecision]:
    """Mark the recipients to whom no mail can be sent, so that the delivery log shows it at once."""
    users = {one.user for one in decisions if one.user and not one.decision.skipped}
    unreachable: dict[int, SkipReason] = {}
    for some in split_into_chunks(users):
        rows = get_user_model()._default_manager.filter(pk__in=some)
        for user in rows.select_related("helpdesk_preferences"):
            if problem := find_skip_reason(user):
                unreachable[user.pk] = problem
    return [_mark_unreachable(one, unreachable) for one in decisions]


def _mark_unreachable(
    one: RecipientDecision, unreachable: dict[int, SkipReason]
) -> RecipientDecision:
    problem = unreachable.get(one.user or 0)
    if one.user is None:
        problem = find_email_skip_reason(one.email)
    if problem is None or one.decision.skipped:
        return one
    return replace(one, decision=replace(one.decision, skipped=problem))


def _make_notification(
    one: RecipientDecision, mails: dict[int | str, OutgoingMail]
) -> Notification:
    return Notification(
        event_id=one.event,
        user_id=one.user,
        email=one.email,
        reason=one.decision.reason,
        asked=one.decision.asked,
        skipped=one.decision.skipped or "",
        # A muted ticket is in the list of notifications, and draws no attention to it.
        unread=one.user is not None and one.decision.skipped != SkipReason.MUTED,
        mail=None if one.decision.skipped else mails[one.user or one.email],
    )


# -- mails -------------------------------------------------------------------------------------


def _assign_mails(
    ticket: Ticket, events: list[Event], decisions: list[RecipientDecision]
) -> dict[int | str, OutgoingMail]:
    """Return the mail of each recipient, by user or e-mail: one that is waiting, or a new one."""
    users = {one.user for one in decisions if one.user}
    asked = {one.user for one in decisions if one.user and one.decision.asked}
    patient = users - _find_assigned(events, decisions)
    plans = plan_mails(ticket, events, users, asked, patient)
    if (bulk := events[0].bulk) is not None:
        emails = {one.email for one in decisions if one.email}
        wanted = {user: plans[user] for user in (None, *users)}
        return assign_bulk_mails(ticket, bulk, wanted, emails)
    found: dict[Any, OutgoingMail] = {}
    for some in split_into_chunks(users):
        fresh = [_make_mail(ticket, plans[user], user=user) for user in some]
        waiting = join_waiting_mails(
            fresh, OutgoingMail.objects.filter(ticket=ticket, user__in=some)
        )
        for mail in waiting:
            _bring_forward(mail, plans[mail.user_id])
        found |= {mail.user_id: mail for mail in waiting}
    for email in {one.email for one in decisions if one.email}:
        fresh = [_make_mail(ticket, plans[None], email=email)]
        (found[email],) = join_waiting_mails(
            fresh, OutgoingMail.objects.filter(ticket=ticket, email=email)
        )
    return found


def _find_assigned(events: list[Event], decisions: list[RecipientDecision]) -> set[int]:
    """Return the users whom the events put in charge: their alerts pass their quiet time."""
    assignments = {event.pk for event in events if event.row is lifecycle.ASSIGN}
    return {
        one.user
        for one in decisions
        if one.user and one.event in assignments and one.decision.reason is Reason.IN_CHARGE
    }


def _make_mail(
    ticket: Ticket, plan: MailPlan, *, user: int | None = None, email: str = ""
) -> OutgoingMail:
    return OutgoingMail(
        kind=ALERT,
        ticket=ticket,
        user_id=user,
        email=email,
        next_at=plan.next_at,
        bulk=plan.bulk,
        message_id=make_message_id(f"t{ticket.pk}"),
    )


def _bring_forward(mail: OutgoingMail, plan: MailPlan) -> None:
    """Let a waiting mail be sent as early as its most urgent notification requires."""
    next_at, bulk = min(plan.next_at, mail.next_at), plan.bulk and mail.bulk
    if (next_at, bulk) != (mail.next_at, mail.bulk):
        mail.next_at, mail.bulk = next_at, bulk
        mail.save(update_fields=["next_at", "bulk"])
