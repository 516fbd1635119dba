"""The form that asks for a verb: done whole or not at all, and once however often it is sent."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypedDict, TypeVar

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import ACTIONS, Action
from wagtail_helpdesk.models import Event, Ticket

from .errors import NotPossible, SentBefore
from .locking import get_locked, refresh_ticket, restore_on_failure, serialise_value
from .message_text import render_message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

P = ParamSpec("P")
Done = TypeVar("Done")


class Submission:
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


SubmissionId = uuid.UUID | Submission | None


class Form(TypedDict, total=False):
    """What every verb takes: a message in Markdown, files, and the id of the form it came in."""

    text: str
    files: Sequence[File]
    submission: SubmissionId


def verb(function: Callable[P, Event]) -> Callable[P, Event]:
    """Make a function one of the verbs: done whole or not at all, and once per submission."""

    @wraps(function)
    def whole(ticket: Ticket, *args: Any, **form: Any) -> Event:
        submission, text = form.pop("submission", None), render_message(form.get("text", ""))
        if "text" in form:
            form["text"] = text
        batch = submission if isinstance(submission, Submission) else Submission(submission)

        def before() -> Event | None:
            if submission is None or submission is batch:
                return None
            # Locked before asking, or the same form sent twice at once would pass twice.
            current = get_locked(Ticket.objects, ticket.pk)
            said = [str(text)] + ([_stated(form["to"])] if "to" in form else [])
            event = batch.done_before(ACTIONS[function.__name__], form.get("by"), said, ticket)
            if event is not None:
                refresh_ticket(ticket, current)
            return event

        with restore_on_failure(ticket):
            return once(before, lambda: function(ticket, *args, submission=batch, **form))  # type: ignore[arg-type]

    return whole  # type: ignore[return-value]


def _stated(value: Any) -> Any:
    """Return what a form named, as an event states it."""
    return " ".join(value.split()) if isinstance(value, str) else serialise_value(value)


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
