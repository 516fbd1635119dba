"""The door: how an act is checked, done and recorded. The only code that writes to a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import ENDED_STATUSES, OPEN_STATUSES, Action, Audience, Rule, Status
from wagtail_helpdesk.models import Attachment, Event, Subscription, Ticket
from wagtail_helpdesk.signals import event_recorded

from .errors import NotNow, NotYours
from .files import attach_files
from .idempotency import Submission, SubmissionId
from .locking import get_key, get_locked, get_stored_value, refresh_ticket, serialise_value
from .message_text import render_message, validate_message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Changes = dict[str, Any]
#: What a verb does beyond the row of the table: called under the lock, once the act is allowed,
#: it applies the verb's own rules and returns what changes. Names that are not fields of the
#: ticket are recorded in the event only.
TicketEdit = Callable[[Ticket, TicketAccess], Changes]

#: A change of one of these makes what others see on their screens untrue.
VERSIONED = frozenset({"status", "assignee", "requester", "category", "visibility"})
FIELDS = VERSIONED | {
    "service", "priority", "subject", "resume_on", "closed_at", "awaiting_since",
}  # fmt: skip

#: What an act records when it can take the ticket out of somebody's sight.
SIGHT = frozenset({"service", "requester", "visibility", "removed"})


def transition(
    action: Action,
    ticket: Ticket,
    by: User | None,
    deed: TicketEdit | None = None,
    *,
    submission: SubmissionId,
    text: str = "",
    files: Sequence[File] = (),
    audience: Audience | None = None,
    seen: int | None = None,
    notifies_everyone: bool = False,
    ordered_by: User | None = None,
) -> Event:
    """Lock, check, change, record: every change of a ticket passes here.

    ``ticket`` is what its reader saw, and is up to date afterwards; ``seen`` is the last event
    shown to them, for the acts that stop when somebody wrote since; ``ordered_by`` has the history
    name who made the system act. Raises ``NotYours``, ``NotNow`` or ``NotPossible``;
    nothing is recorded then.
    """
    # Decide on what is true now, not on what the page showed.
    now = get_locked(Ticket.objects, ticket.pk)
    access = now.access_of(by)
    rule = _rule_for(action, access, ticket, now)
    _refuse_if_overtaken(now, by, seen)
    message = validate_message(render_message(text), action.message)
    changes = {"status": rule.moves[Status(now.status)], **(deed(now, access) if deed else {})}
    event = Event(
        ticket=now,
        action=action.name,
        actor=by or ordered_by,
        text=str(message),
        html=message.html,
        audience=audience or action.audience,
        notifies_everyone=notifies_everyone,
        batch=submission.id if isinstance(submission, Submission) else submission or uuid.uuid4(),
        position=submission.next_position() if isinstance(submission, Submission) else 0,
    )
    event.before, event.after = _write(now, changes, event)
    if not SIGHT.isdisjoint(event.after):
        Subscription.objects.filter(ticket=now).end_out_of_sight()
    append_event(event, files)
    refresh_ticket(ticket, now)
    return event


def append_event(event: Event, files: Sequence[File]) -> None:
    """Append an event to the history, with its files, and tell the world after commit."""
    event.save()
    attach_files(event, files)
    transaction.on_commit(partial(event_recorded.send_robust, Event, event=event), robust=True)


def _rule_for(action: Action, access: TicketAccess, seen: Ticket, now: Ticket) -> Rule:
    status = Status(now.status)
    rule = action.rule_for(access.roles, access.privileges, status)
    # Somebody whose page was true when they read it was overtaken, even if they may no longer act.
    stale = action.checks_version and seen.version != now.version
    if not access.roles:
        raise NotYours
    if stale or (
        rule is None and action.is_only_wrong_status(access.roles, access.privileges, status)
    ):
        raise NotNow(now)
    if rule is None:
        raise NotYours
    return rule


def _refuse_if_overtaken(now: Ticket, by: User | None, seen: int | None) -> None:
    if seen is None or by is None:
        return
    files = Attachment.objects.filter(event=OuterRef("pk"))
    news = now.events.filter(~Q(text="") | Exists(files), pk__gt=seen).exclude(actor=by)
    # What they may not read does not exist for them: it cannot stop them either.
    if news.visible_to(by).exists():
        raise NotNow(now)


def _write(now: Ticket, changes: Changes, event: Event) -> tuple[Changes, Changes]:
    """Write what changes, under the invariants; return it before and after, as ids and values."""
    fields = {name: value for name, value in changes.items() if name in FIELDS}
    _settle(now, fields, event.created_at)
    fields = {
        name: value
        for name, value in fields.items()
        if get_stored_value(now, name) != get_key(value)
    }
    facts = {name: serialise_value(value) for name, value in changes.items() if name not in FIELDS}
    before = {name: serialise_value(get_stored_value(now, name)) for name in fields}
    after = {name: serialise_value(value) for name, value in fields.items()} | facts
    if event.audience == Audience.EVERYONE or not VERSIONED.isdisjoint(fields):
        # What somebody may not read must not show even as a movement in their lists.
        fields["last_activity_at"] = event.created_at
    _update(now, fields)
    return before, after


def _settle(now: Ticket, fields: Changes, moment: Any) -> None:
    """Apply the invariants of a ticket to what is about to be written."""
    status = fields["status"]
    if status in OPEN_STATUSES and fields.get("assignee", now.assignee_id) is None:
        status = fields["status"] = Status.FREE
    if status != Status.POSTPONED:
        fields["resume_on"] = None
    if status in ENDED_STATUSES:
        fields["closed_at"] = now.closed_at or moment
    else:
        fields["closed_at"] = None
    if status == Status.CLOSED:
        fields.setdefault("awaiting_since", now.awaiting_since or moment)
    else:
        fields["awaiting_since"] = None


def _update(now: Ticket, fields: Changes) -> None:
    if not fields:
        return
    version = now.version
    if not VERSIONED.isdisjoint(fields):
        fields["version"] = version + 1
    # Row locks do nothing on SQLite: the version in the condition is what keeps two acts apart.
    if not Ticket.objects.filter(pk=now.pk, version=version).update(**fields):
        raise NotNow(now)
    for name, value in fields.items():
        setattr(now, name, value)
    now.is_open = now.status in OPEN_STATUSES
