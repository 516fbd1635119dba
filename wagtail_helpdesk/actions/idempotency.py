"""Forms that are sent twice: performed once, and answered with the same result."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.core.files import File
from django.db import IntegrityError, models, transaction

from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.models import Event, Submission, Subscription, Ticket

from .errors import SentBefore
from .files import clean_name, hash_file


class EventBatch:
    """The events of one form, numbered, with the entry point through which it came."""

    def __init__(
        self,
        batch_id: uuid.UUID | None = None,
        source: str = Source.CODE,
        bulk: uuid.UUID | None = None,
    ) -> None:
        self.id = batch_id or uuid.uuid4()
        self.source = source
        #: The id of the form about several tickets that this batch is a part of.
        self.bulk = bulk
        self.size = 0

    def next_position(self) -> int:
        """Return the position of the next event in the batch."""
        self.size += 1
        return self.size - 1


#: What a verb takes as ``submission``: the id of a form, or the batch of the verb that calls it.
SubmissionId = uuid.UUID | EventBatch | None


def compute_digest(subject: Any, arguments: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a verb's subject and of all its arguments, files by their content."""
    content = {
        "": _convert_to_json(subject),
        **{name: _convert_to_json(value) for name, value in arguments.items()},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _convert_to_json(value: Any) -> Any:
    """Return a value as JSON that differs whenever the value does."""
    if isinstance(value, models.Model):
        return [value._meta.label, str(value.pk)]
    if isinstance(value, File):
        return ["file", clean_name(value.name or ""), hash_file(value)]
    if isinstance(value, Mapping):
        return {str(name): _convert_to_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple | models.QuerySet):
        return [_convert_to_json(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(json.dumps(_convert_to_json(item)) for item in value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    return [type(value).__name__, str(value)]


def perform_once(submission: Submission, perform: Callable[[], Any]) -> tuple[Any, bool]:
    """Perform a verb in one transaction, unless the same form did so before.

    Return the result, and whether it is new.

    Raises ``SentBefore`` when the form was sent with anything else, or by another person.
    """
    try:
        with transaction.atomic():
            # First of all: the unique id makes a second copy wait here for the end of the first.
            submission.save(force_insert=True)
            result = perform()
            submission.keep_result(*_split_result(result))
        return result, True
    except IntegrityError:
        # Of the id, or of something else that the verb wrote: the stored record shows which.
        known = _load_submission(submission.pk)
        if known is None:
            raise
    if not known.is_same_as(submission):
        raise_sent_before(known, submission)
    return _load_result(known), False


def _load_submission(pk: uuid.UUID) -> Submission | None:
    rows = Submission.objects.select_related("ticket", "event__ticket")
    if known := rows.filter(pk=pk).first():
        return known
    # Housekeeping removed the record; the events still show what the form did.
    event = Event.objects.filter(batch=pk).select_related("ticket").order_by("position").first()
    if event is None:
        return None
    return Submission(pk=pk, actor_id=event.actor_id, ticket=event.ticket, event=event)


def raise_sent_before(known: Submission, submission: Submission) -> None:
    """Raise ``SentBefore``, naming the first ticket only to the person who sent the form."""
    raise SentBefore(known.ticket if known.actor_id == submission.actor_id else None)


def _split_result(result: Any) -> tuple[Ticket | None, Event | None]:
    if isinstance(result, Event):
        return result.ticket, result
    return (result if isinstance(result, Ticket) else getattr(result, "ticket", None)), None


def find_earlier_result(submission: Submission) -> Any:
    """Return what the same form did when it was sent before; None when it was not, or differs."""
    known = _load_submission(submission.pk)
    return _load_result(known) if known is not None and known.is_same_as(submission) else None


def _load_result(known: Submission) -> Any:
    if known.event is not None:
        return known.event
    if known.ticket is not None and known.verb != "open_ticket":
        return Subscription.objects.filter(ticket=known.ticket, user=known.actor_id).first()
    return known.ticket
