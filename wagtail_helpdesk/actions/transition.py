"""The only code that writes to a ticket: checks an action, writes what changes, records the event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from django.core.files import File
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import (
    ENDED_STATUSES,
    OPEN_STATUSES,
    Action,
    Audience,
    Rule,
    Status,
    Visibility,
)
from wagtail_helpdesk.models import Attachment, Event, Ticket, end_lost_access
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.signals import event_recorded

from .errors import NotNow, NotYours
from .files import attach_files
from .idempotency import EventBatch, SubmissionId
from .locking import get_key, get_locked, get_stored_value, refresh_ticket, serialise_value
from .message_text import RenderedMessage, render_message, validate_message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """What a verb changes: fields of the ticket to write, and facts that only the event records."""

    fields: Values = field(default_factory=dict)
    facts: Values = field(default_factory=dict)


#: The part of a verb that is not in its row. Called with the locked ticket and the person's access
#: once the action is allowed, it applies the verb's own rules and returns the change.
ComputeChange = Callable[[Ticket, TicketAccess], Change]

#: A change of one of these makes pages shown before untrue: the version grows.
VERSIONED = frozenset({"status", "assignee", "requester", "category", "visibility"})
#: Fields that ``transition`` writes by itself.
_MAINTAINED = frozenset({"version", "last_activity_at", "created_at", "creator"})
#: Fields that a verb may write.
WRITABLE = frozenset(
    f.name
    for f in Ticket._meta.concrete_fields
    if not f.primary_key and not f.generated and f.name not in _MAINTAINED
)
#: Fields that the event of an opened ticket records.
_OPENING = ("status", "category", "service", "requester", "priority", "subject", "visibility")


def transition(
    action: Action,
    ticket: Ticket,
    by: User | None,
    change: Change | ComputeChange | None = None,
    *,
    submission: SubmissionId = None,
    text: str = "",
    files: Sequence[File] = (),
    audience: Audience | None = None,
    seen: int | None = None,
    stops_for: Literal["messages", "anything"] = "messages",
    notifies_everyone: bool = False,
    ordered_by: User | None = None,
) -> Event:
    """Check an action, write what changes and record the event, in one transaction.

    ``ticket`` is the ticket as the person was shown it, and up to date afterwards. ``seen`` is the
    last event they were shown: the action stops when another person wrote since, or did anything
    since with ``stops_for="anything"``. ``ordered_by`` is the person whom the history names for an
    action of the system. Raises ``NotYours``, ``NotNow`` or ``NotPossible``; nothing is recorded
    then.
    """
    batch = submission if isinstance(submission, EventBatch) else EventBatch(submission)
    # Decide on what is true now, not on what the page showed.
    now = get_locked(Ticket.objects, ticket.pk)
    access = now.access_of(by)
    rule = _find_rule(action, access, ticket, now)
    _refuse_if_overtaken(now, by, seen, stops_for)
    message = validate_message(render_message(text), action.message)
    computed = change(now, access) if callable(change) else change or Change()
    check_names(computed)
    event = build_event(
        action, now, by or ordered_by, message, batch,
        audience=audience or action.audience, notifies_everyone=notifies_everyone,
    )  # fmt: skip
    _write(now, {"status": rule.moves[Status(now.status)], **computed.fields}, event)
    event.after |= {name: serialise_value(value) for name, value in computed.facts.items()}
    if _can_end_access(event):
        end_lost_access(ticket=now)
    append_event(event, files)
    refresh_ticket(ticket, now)
    return event


def insert_ticket(
    action: Action,
    ticket: Ticket,
    by: User,
    batch: EventBatch,
    *,
    message: RenderedMessage,
    files: Sequence[File],
    facts: Values | None = None,
) -> Event:
    """Insert a new ticket and record its first event, with facts that are not fields."""
    with unguarded():
        ticket.save(force_insert=True)
    event = build_event(action, ticket, by, message, batch, created_at=ticket.created_at)
    event.status_before = ""
    event.after = {name: serialise_value(get_stored_value(ticket, name)) for name in _OPENING}
    event.after |= {name: serialise_value(value) for name, value in (facts or {}).items()}
    append_event(event, files)
    return event


def build_event(
    action: Action,
    ticket: Ticket,
    actor: User | None,
    message: RenderedMessage,
    batch: EventBatch,
    **fields: Any,
) -> Event:
    """Return an event of the batch, not saved yet, of a ticket whose status does not change."""
    return Event(
        ticket=ticket,
        action=action.name,
        actor=actor,
        text=str(message),
        html=message.html,
        status_before=ticket.status,
        status_after=ticket.status,
        source=batch.source,
        batch=batch.id,
        bulk=batch.bulk,
        position=batch.next_position(),
        **fields,
    )


def append_event(event: Event, files: Sequence[File]) -> None:
    """Save an event with its files; the signal ``event_recorded`` follows after commit."""
    event.save()
    attach_files(event, files)
    transaction.on_commit(partial(event_recorded.send_robust, Event, event=event), robust=True)


def _can_end_access(event: Event) -> bool:
    """Return whether people can lose the right to see the ticket by what the event records."""
    if "service" in event.after or "removed" in event.after:
        return True
    if event.after.get("visibility", Visibility.PUBLIC) != Visibility.PUBLIC:
        return True
    # A former requester who becomes a guest goes on reading.
    replaced = event.before.get("requester")
    return replaced is not None and replaced not in event.after.get("guests", ())


def check_names(change: Change) -> None:
    """Raise ``TypeError`` for a field that a verb may not write, or a fact named like a field."""
    unknown = sorted(set(change.fields) - WRITABLE)
    if unknown:
        raise TypeError(
            f"A verb cannot write {', '.join(unknown)}: not a writable field of Ticket."
        )
    hidden = sorted(set(change.facts) & {f.name for f in Ticket._meta.concrete_fields})
    if hidden:
        raise TypeError(f"{', '.join(hidden)}: a field of Ticket cannot be a mere fact.")


def _find_rule(action: Action, access: TicketAccess, shown: Ticket, now: Ticket) -> Rule:
    status = Status(now.status)
    rule = action.rule_for(access.roles, access.privileges, status)
    # A page that was true when it was shown was overtaken, even if its reader may no longer act.
    stale = action.checks_version and shown.version != now.version
    if not access.roles:
        raise NotYours
    if stale or (
        rule is None and action.is_only_wrong_status(access.roles, access.privileges, status)
    ):
        raise NotNow(now)
    if rule is None:
        raise NotYours
    return rule


def _refuse_if_overtaken(now: Ticket, by: User | None, seen: int | None, stops_for: str) -> None:
    if seen is None or by is None:
        return
    news = now.events.filter(pk__gt=seen).exclude(actor=by)
    if stops_for == "messages":
        files = Attachment.objects.filter(event=OuterRef("pk"))
        news = news.filter(~Q(text="") | Exists(files))
    # What a person may not read does not exist for them: it cannot stop them either.
    if news.visible_to(by).exists():
        raise NotNow(now)


def _write(now: Ticket, changes: Values, event: Event) -> None:
    """Write what differs, under the invariants, and record it in the event."""
    fields = _apply_invariants(now, dict(changes), event.created_at)
    fields = {
        name: value
        for name, value in fields.items()
        if get_stored_value(now, name) != get_key(value)
    }
    event.before = {name: serialise_value(get_stored_value(now, name)) for name in fields}
    event.after = {name: serialise_value(value) for name, value in fields.items()}
    if event.audience == Audience.EVERYONE or not VERSIONED.isdisjoint(fields):
        # A message must not move the ticket in the lists of people who may not read it.
        fields["last_activity_at"] = event.created_at
    _update(now, fields)
    event.status_after = now.status


def _apply_invariants(now: Ticket, fields: dict[str, Any], moment: Any) -> dict[str, Any]:
    status = fields["status"]
    if status in OPEN_STATUSES and fields.get("assignee", now.assignee_id) is None:
        status = fields["status"] = Status.FREE
    if status != Status.POSTPONED:
        fields["resume_on"] = None
    if status in ENDED_STATUSES:
        fields["closed_at"] = now.closed_at or moment
    else:
        fields["closed_at"] = None
    if status != Status.CLOSED:
        fields["merged_into"] = None
    if status != Status.CLOSED or fields.get("merged_into", now.merged_into_id) is not None:
        fields["awaiting_since"] = None
    else:
        fields.setdefault("awaiting_since", now.awaiting_since or moment)
    return fields


def _update(now: Ticket, fields: dict[str, Any]) -> None:
    if not fields:
        return
    version = now.version
    if not VERSIONED.isdisjoint(fields):
        fields["version"] = version + 1
    # Row locks do nothing on SQLite: the version in the condition keeps two actions apart there.
    with unguarded():
        written = Ticket.objects.filter(pk=now.pk, version=version).update(**fields)
    if not written:
        raise NotNow(now)
    for name, value in fields.items():
        setattr(now, name, value)
    now.is_open = now.status in OPEN_STATUSES
