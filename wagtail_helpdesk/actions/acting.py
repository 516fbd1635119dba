"""The door: how an act is checked, done and recorded. The only code that writes to a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial, wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypedDict, TypeVar

from django.core.files import File
from django.db import IntegrityError, connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wagtail_helpdesk import markdown
from wagtail_helpdesk.access import Standing
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import (
    ACTIONS,
    ENDED,
    OPEN,
    Action,
    Audience,
    Message,
    Rule,
    Status,
)
from wagtail_helpdesk.models import Attachment, Event, Subscription, Ticket
from wagtail_helpdesk.signals import event_recorded

from .errors import NotNow, NotPossible, NotYours, SentBefore
from .files import attach_files

if TYPE_CHECKING:
    from django.contrib.auth.models import User

P = ParamSpec("P")
Changes = dict[str, Any]
#: What a verb does beyond the row of the table: called under the lock, once the act is allowed,
#: it applies the verb's own rules and returns what changes. Names that are no field of the
#: ticket are recorded in the event only.
Deed = Callable[[Ticket, Standing], Changes]

#: A change of one of these makes what others see on their screens untrue.
VERSIONED = frozenset({"status", "assignee", "requester", "category", "visibility"})
FIELDS = VERSIONED | {
    "service", "priority", "subject", "resume_on", "closed_at", "awaiting_since",
}  # fmt: skip

#: What an act records when it can take the ticket out of somebody's sight.
SIGHT = frozenset({"service", "requester", "visibility", "removed"})


class Batch:
    """The acts of one form, numbered. Its id makes that a form sent twice does one thing."""

    def __init__(self, submission: uuid.UUID | None = None) -> None:
        self.id = submission or uuid.uuid4()
        self.size = 0

    def next_position(self) -> int:
        """Return the place of the next event in the batch."""
        self.size += 1
        return self.size - 1

    def done_before(
        self, action: Action, by: User | None, said: Sequence[Any], ticket: Ticket | None = None
    ) -> Event | None:
        """Return the last event that this form left the first time it was sent, or None.

        Raises ``SentBefore`` when it did or said something else then, ``NotPossible`` when it was
        somebody else's, or about another ticket.
        """
        events = list(Event.objects.filter(batch=self.id).select_related("ticket"))
        if not events:
            return None
        own = [event for event in events if event.actor_id == (by.pk if by else None)]
        if not own or (ticket is not None and own[-1].ticket_id != ticket.pk):
            raise NotPossible(None, _("This form was already sent."))
        names = {row.name for row in action.then or (action,)}
        known = [value for event in own for value in (event.text, *event.after.values())]
        if names - {event.action for event in own} or any(value not in known for value in said):
            raise SentBefore(own[-1].ticket)
        return own[-1]


Submission = uuid.UUID | Batch | None


class Form(TypedDict, total=False):
    """What every verb takes: a message in Markdown, files, and the id of the form it came in."""

    text: str
    files: Sequence[File]
    submission: Submission


def verb(function: Callable[P, Event]) -> Callable[P, Event]:
    """Make a function one of the verbs: done whole or not at all, and once per submission."""

    @wraps(function)
    def whole(ticket: Ticket, *args: Any, **form: Any) -> Event:
        submission, text = form.pop("submission", None), written(form.get("text", ""))
        if "text" in form:
            form["text"] = text
        batch = submission if isinstance(submission, Batch) else Batch(submission)

        def before() -> Event | None:
            if submission is None or submission is batch:
                return None
            # Locked before asking, or the same form sent twice at once would pass twice.
            current = locked(Ticket.objects, ticket.pk)
            said = [str(text)] + ([_stated(form["to"])] if "to" in form else [])
            event = batch.done_before(ACTIONS[function.__name__], form.get("by"), said, ticket)
            if event is not None:
                _refresh(ticket, current)
            return event

        with _unchanged_on_failure(ticket):
            return once(before, lambda: function(ticket, *args, submission=batch, **form))  # type: ignore[arg-type]

    return whole  # type: ignore[return-value]


def _stated(value: Any) -> Any:
    """Return what a form named, as an event states it."""
    return " ".join(value.split()) if isinstance(value, str) else plain(value)


Done = TypeVar("Done")


def once(before: Callable[[], Done | None], act: Callable[[], Done]) -> Done:
    """Do an act whole or not at all, unless the same form did it before: then return that."""
    try:
        with transaction.atomic():
            done = before()
            return act() if done is None else done
    except IntegrityError:
        # What the lock does not cover: the form came at once by two ways, or two isolated transactions.
        with transaction.atomic():
            done = before()
        if done is None:
            raise
        return done


class Written(str):
    """A message as it is stored, and its HTML: made before any row is locked."""

    html: SafeString


def written(text: str) -> Written:
    """Return a message as it is stored; one that is too long, and will be refused, without HTML."""
    if isinstance(text, Written):
        return text
    # NUL and halves of a surrogate pair cannot be stored; browsers send line ends as CRLF.
    text = text.replace("\x00", "").encode("utf-8", "ignore").decode()
    message = Written(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    is_acceptable = len(message) <= helpdesk_settings.MESSAGE_MAX_LENGTH
    message.html = markdown.render(message) if is_acceptable else SafeString()
    return message


@contextmanager
def _unchanged_on_failure(ticket: Ticket) -> Iterator[None]:
    """Give a ticket back as it was given when the act fails: its row is rolled back, it is not."""
    given = {
        field.attname: getattr(ticket, field.attname) for field in Ticket._meta.concrete_fields
    }
    try:
        yield
    except BaseException as error:
        for name, value in given.items():
            setattr(ticket, name, value)
        if isinstance(error, NotNow):
            # What the first half of a compound act had done to it is undone.
            error.ticket.refresh_from_db()
        raise


Row = TypeVar("Row", bound=models.Model)


def locked(rows: models.Manager[Row] | models.QuerySet[Row], pk: Any) -> Row:
    """Return a row that nobody else changes until the end of the transaction."""
    # NO KEY, because a full lock also waits for every row that refers to this one to be committed,
    # and two transactions that each inserted such a row would wait for each other.
    no_key = connection.features.has_select_for_no_key_update
    return rows.select_for_update(no_key=no_key).get(pk=pk)


def _act(
    action: Action,
    ticket: Ticket,
    by: User | None,
    deed: Deed | None = None,
    *,
    submission: Submission,
    text: str = "",
    files: Sequence[File] = (),
    audience: Audience | None = None,
    seen: int | None = None,
    tells_everybody: bool = False,
    ordered_by: User | None = None,
) -> Event:
    """Lock, check, change, record: every change of a ticket passes here.

    ``ticket`` is what its reader saw, and is up to date afterwards; ``seen`` is the last event
    shown to him, for the acts that stop when somebody wrote since; ``ordered_by`` has the history
    name who made the system act. Raises ``NotYours``,
    ``NotNow`` or ``NotPossible``; nothing is recorded then.
    """
    # Decide on what is true now, not on what the page showed.
    now = locked(Ticket.objects, ticket.pk)
    standing = now.standing_of(by)
    rule = _rule_for(action, standing, ticket, now)
    _refuse_if_overtaken(now, by, seen)
    message = checked(written(text), action.message)
    changes = {"status": rule.moves[Status(now.status)], **(deed(now, standing) if deed else {})}
    event = Event(
        ticket=now,
        action=action.name,
        actor=by or ordered_by,
        text=str(message),
        html=message.html,
        audience=audience or action.audience,
        tells_everybody=tells_everybody,
        batch=submission.id if isinstance(submission, Batch) else submission or uuid.uuid4(),
        position=submission.next_position() if isinstance(submission, Batch) else 0,
    )
    event.before, event.after = _write(now, changes, event)
    if not SIGHT.isdisjoint(event.after):
        Subscription.objects.filter(ticket=now).end_out_of_sight()
    record(event, files)
    _refresh(ticket, now)
    return event


def record(event: Event, files: Sequence[File]) -> None:
    """Append an event to the history, with its files, and tell the world after commit."""
    event.save()
    attach_files(event, files)
    transaction.on_commit(partial(event_recorded.send_robust, Event, event=event), robust=True)


def _rule_for(action: Action, standing: Standing, seen: Ticket, now: Ticket) -> Rule:
    status = Status(now.status)
    rule = action.rule_for(standing.roles, standing.privileges, status)
    # Somebody whose page was true when he read it was overtaken, even if he may no longer act.
    stale = action.guarded and seen.version != now.version
    if not standing.roles:
        raise NotYours
    if stale or (rule is None and action.is_ever_for(standing.roles, standing.privileges, status)):
        raise NotNow(now)
    if rule is None:
        raise NotYours
    return rule


def _refuse_if_overtaken(now: Ticket, by: User | None, seen: int | None) -> None:
    if seen is None or by is None:
        return
    files = Attachment.objects.filter(event=OuterRef("pk"))
    written = now.events.filter(~Q(text="") | Exists(files), pk__gt=seen).exclude(actor=by)
    # What he may not read does not exist for him: it cannot stop him either.
    if written.visible_to(by).exists():
        raise NotNow(now)


def checked(text: Written, message: Message) -> Written:
    """Return a message; raises ``NotPossible`` when it is missing or too long."""
    if message is Message.REQUIRED and not text:
        raise NotPossible("text", _("Please enter your message."))
    limit = helpdesk_settings.MESSAGE_MAX_LENGTH
    if len(text) > limit:
        raise NotPossible(
            "text", _("This message is longer than %(limit)s characters.") % {"limit": limit}
        )
    return text


def _write(now: Ticket, changes: Changes, event: Event) -> tuple[Changes, Changes]:
    """Write what changes, under the invariants; return it before and after, as ids and values."""
    fields = {name: value for name, value in changes.items() if name in FIELDS}
    _settle(now, fields, event.created_at)
    fields = {name: value for name, value in fields.items() if stored(now, name) != key(value)}
    facts = {name: plain(value) for name, value in changes.items() if name not in FIELDS}
    before = {name: plain(stored(now, name)) for name in fields}
    after = {name: plain(value) for name, value in fields.items()} | facts
    if event.audience == Audience.EVERYONE or not VERSIONED.isdisjoint(fields):
        # What somebody may not read must not show even as a movement in his lists.
        fields["last_activity_at"] = event.created_at
    _update(now, fields)
    return before, after


def _settle(now: Ticket, fields: Changes, moment: Any) -> None:
    """Apply the invariants of a ticket to what is about to be written."""
    status = fields["status"]
    if status in OPEN and fields.get("assignee", now.assignee_id) is None:
        status = fields["status"] = Status.FREE
    if status != Status.POSTPONED:
        fields["resume_on"] = None
    if status in ENDED:
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
    now.is_open = now.status in OPEN


_COLUMNS = {field.name: field.attname for field in Ticket._meta.concrete_fields}


def stored(ticket: Ticket, name: str) -> Any:
    """Return a field of the ticket; of a row it refers to the key, which costs no query."""
    return getattr(ticket, _COLUMNS[name])


def key(value: Any) -> Any:
    """Return the key of a row, and anything else as it is."""
    return value.pk if isinstance(value, models.Model) else value


def plain(value: Any) -> Any:
    """Return a value as it is recorded in an event: ids for rows, text for dates."""
    return value.isoformat() if hasattr(value, "isoformat") else key(value)


def _refresh(ticket: Ticket, now: Ticket) -> None:
    for name in _COLUMNS.values():
        setattr(ticket, name, getattr(now, name))


def today() -> Any:
    """Return the date it is where the site is."""
    return timezone.localdate()
