"""The one call behind every entry point: perform a verb on one ticket or many."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.models import Category, Event, Submission, Ticket
from wagtail_helpdesk.signals import bulk_performed

from .action_limits import count_against_limits
from .errors import HelpdeskError, NotNow, NotStored
from .idempotency import find_earlier_result, raise_sent_before
from .registry import Verb, get_verb

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

#: Tickets of one form about which a person gets one mail.
MAX_BULK = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done: ``kind`` for code, ``message`` for people, ``status`` for HTTP.

    ``kind`` is ``not_yours`` (403), ``not_now`` or ``sent_before`` (409), ``not_possible`` (422),
    ``too_many`` (429) or ``not_stored`` (503, 507). ``field`` names the input, None the whole form.
    """

    kind: str
    field: str | None
    message: str
    status: int
    #: The ticket as it is now, when it changed; the first ticket, when the form was sent before.
    ticket: Ticket | None = None

    @classmethod
    def from_error(cls, error: HelpdeskError) -> Refusal:
        """Return the refusal that an error of a verb stands for."""
        ticket = error.ticket if isinstance(error, NotNow) else None
        return cls(error.kind, getattr(error, "field", None), str(error), error.status, ticket)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one ticket: the result of the verb, or the refusal."""

    #: The ticket, up to date; None when none was opened.
    ticket: Ticket | None
    #: What the verb returned: the event, for ``open_ticket`` the ticket.
    result: Any = None
    refusal: Refusal | None = None

    @property
    def is_done(self) -> bool:
        """Whether the verb was performed."""
        return self.refusal is None

    @property
    def event(self) -> Event | None:
        """The event that was recorded, if the verb records one and returns it."""
        return self.result if isinstance(self.result, Event) else None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a form: one outcome per ticket, in the order given."""

    outcomes: tuple[Outcome, ...]

    @property
    def is_done(self) -> bool:
        """Whether the verb was performed on every ticket."""
        return all(outcome.is_done for outcome in self.outcomes)

    @property
    def done(self) -> list[Outcome]:
        """The outcomes of the tickets on which it was performed."""
        return [outcome for outcome in self.outcomes if outcome.is_done]

    @property
    def refused(self) -> list[Outcome]:
        """The outcomes of the tickets on which it was refused."""
        return [outcome for outcome in self.outcomes if not outcome.is_done]

    @property
    def refusal(self) -> Refusal | None:
        """The first refusal, None when all is done."""
        return next((o.refusal for o in self.outcomes if o.refusal is not None), None)

    @property
    def ticket(self) -> Ticket | None:
        """The ticket of the first outcome; the new one after ``open_ticket``."""
        return self.outcomes[0].ticket if self.outcomes else None

    @property
    def event(self) -> Event | None:
        """The event of the first outcome."""
        return self.outcomes[0].event if self.outcomes else None


def perform(
    verb: str | Verb,
    tickets: Ticket | Iterable[Ticket] | Category,
    by: User | None,
    data: Mapping[str, Any] | None = None,
    submission: uuid.UUID | None = None,
    seen: int | Mapping[Any, int] | None = None,
    *,
    source: str = Source.CODE,
    digest: str | None = None,
    is_part: bool = False,
) -> Result:
    """Perform a verb on tickets (``open_ticket``: on a category) and return what became of each.

    * ``data``: the arguments of the verb (``Verb.parameters``). Unknown names raise ``TypeError``.
    * ``submission``: the random id of the form. Sending it again has no further effect.
    * ``seen``: the id of the last event that the person was shown, by ticket for several tickets;
      verbs that stop when another person wrote meanwhile compare it.
    * ``source``: the entry point. People's sources are subject to the rate limits.
    * ``digest``: identifies the content of the form for ``submission``; by default computed from
      the data. Entry points give it when the same input leads to other data once it was performed.
    * ``is_part``: more of the same form follows; ``finish_bulk`` is called after the last part.

    Tickets are independent of each other: each succeeds or is refused by itself, in a transaction
    and a batch of its own; each recipient gets one mail about all of them. Each instance says what
    the person was shown (``version``) and is up to date afterwards. The caller fetches tickets
    through ``visible_to``.
    """
    found = get_verb(verb) if isinstance(verb, str) else verb
    data = dict(data or {})
    found.check_names(data, found.parameters)
    is_single = isinstance(tickets, Ticket | Category)
    subjects: list[Any] = [tickets] if is_single else list(tickets)  # type: ignore[arg-type]
    try:
        count_against_limits(found, by, data, source, len(subjects))
        if submission is not None and not is_single:
            _claim(found, subjects, by, data, submission, digest)
    except HelpdeskError as error:
        refusal = Refusal.from_error(error)
        return Result(tuple(Outcome(_as_ticket(s), refusal=refusal) for s in subjects))
    outcomes, form, bulk = [], submission or uuid.uuid4(), None
    is_bulk = is_part or len(subjects) > 1
    for position, subject in enumerate(subjects):
        given: dict[str, Any] = {"by": by, "source": source, "digest": digest, **data}
        if is_bulk:
            bulk = given["bulk"] = _get_bulk(form, position)
        if "seen" in found.keywords:
            given["seen"] = seen.get(subject.pk) if isinstance(seen, Mapping) else seen
        if submission is not None:
            # One batch per ticket; derived, so that the same form leads to the same batches.
            given["submission"] = (
                submission if is_single else derive_submission(submission, subject.pk)
            )
        outcomes.append(_perform_on(found, subject, given))
        is_last = position + 1 == len(subjects)
        if bulk is not None and not is_part and (is_last or not (position + 1) % MAX_BULK):
            finish_bulk(bulk)
    return Result(tuple(outcomes))


def _get_bulk(form: uuid.UUID, position: int) -> uuid.UUID:
    """Return the id under which the alerts about a ticket of a form are put together."""
    return form if position < MAX_BULK else uuid.uuid5(form, f"bulk {position // MAX_BULK}")


def finish_bulk(form: uuid.UUID) -> None:
    """Announce after commit that a form about several tickets was performed."""
    announce = partial(bulk_performed.send_robust, Submission, bulk=form)
    transaction.on_commit(announce, robust=True)


def derive_submission(submission: uuid.UUID, number: int) -> uuid.UUID:
    """Return the id under which a form about several tickets is recorded for one: also its batch."""
    return uuid.uuid5(submission, str(number))


def _perform_on(verb: Verb, subject: Any, given: dict[str, Any]) -> Outcome:
    try:
        result = verb(subject, **given)
    except HelpdeskError as error:
        return Outcome(_as_ticket(subject), refusal=Refusal.from_error(error))
    except OSError as error:
        if not given.get("files"):
            raise
        logger.exception("The files of a form could not be read")
        return Outcome(_as_ticket(subject), refusal=Refusal.from_error(NotStored(error)))
    return Outcome(result if isinstance(result, Ticket) else _as_ticket(subject), result=result)


def find_earlier_outcome(
    verb: str | Verb, by: User | None, submission: uuid.UUID, digest: str
) -> Outcome | None:
    """Return what a form about one ticket did when the same person sent it before, or None.

    For entry points that give ``perform`` a digest of the input: to be asked before the input is
    validated, because what was valid once may no longer be.
    """
    found = get_verb(verb) if isinstance(verb, str) else verb
    result = find_earlier_result(found.build_submission(submission, None, by, {}, digest))
    if result is None:
        return None
    return Outcome(result if isinstance(result, Ticket) else result.ticket, result=result)


def _claim(
    verb: Verb,
    subjects: list[Any],
    by: User | None,
    data: dict[str, Any],
    submission: uuid.UUID,
    digest: str | None,
) -> None:
    """Record a form about several tickets; raises ``SentBefore`` when it differs from the first."""
    row = verb.build_submission(submission, None, by, {**data, "tickets": subjects}, digest)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        known = Submission.objects.select_related("ticket").get(pk=submission)
        if not known.is_same_as(row):
            raise_sent_before(known, row)


def _as_ticket(subject: Any) -> Ticket | None:
    return subject if isinstance(subject, Ticket) else None
