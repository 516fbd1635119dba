"""The queue of mails in the database: claiming them with a lease, and writing down how they fared.

Any number of processes may work on it at once. Attempts are counted when a mail is claimed, so that
one that kills its process is counted too. All times are the database's: hosts' clocks differ.
"""

from __future__ import annotations

import random
import time
import traceback
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from wagtail_helpdesk.characters import clean_line
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import (
    CircuitBreaker,
    HelpdeskPreferences,
    Kind,
    OutgoingMail,
    SkipReason,
    State,
)

from .addresses import select_preferences
from .smtp import LostLease, Outcome, Result

#: Mails claimed at once; those tried before are claimed one by one, so that one which kills its
#: process takes no others along.
CLAIM_SIZE = 20
#: Claims without an answer of the mail server after which a mail is given up.
UNANSWERED_LIMIT = 5
#: A mail that the server keeps putting off is given up after this time and so many attempts.
GIVE_UP_AFTER, GIVE_UP_ATTEMPTS = timedelta(hours=72), 10
MAX_PAUSE = 60

SMTP = "smtp"
DEAD: dict[str, Any] = {"state": State.DEAD, "failed_at": Now()}


@dataclass(frozen=True, slots=True)
class Claim:
    """Mails that are ours for the length of the lease."""

    token: uuid.UUID
    mails: list[OutgoingMail] = field(default_factory=list)


def get_lease() -> timedelta:
    """Return for how long a claimed mail belongs to its process."""
    return timedelta(seconds=helpdesk_settings.MAIL_LEASE)


def claim_mails(limit: int = CLAIM_SIZE) -> Claim:
    """Take mails that are due, the most urgent first; empty when there are none for us."""
    _give_up_on_the_unanswered()
    token = uuid.uuid4()
    for mails, order, most in (
        (_left_behind(), ("lease_until", "pk"), 1),
        (due_mails(), ("bulk", "next_at", "pk"), limit),
    ):
        if _take(mails, order, most, token):
            mine = OutgoingMail.objects.filter(token=token, state=State.SENDING)
            rows = mine.select_related(*select_preferences("user"))
            return Claim(token, list(rows.order_by("bulk", "next_at", "pk")))
    return Claim(token)


def due_mails() -> QuerySet[OutgoingMail]:
    """Return the mails that wait and may leave now."""
    return _known().filter(state=State.PENDING, next_at__lte=Now())


def _left_behind() -> QuerySet[OutgoingMail]:
    return _known().filter(state=State.SENDING, lease_until__lt=Now())


def _known() -> QuerySet[OutgoingMail]:
    # Known kinds only: what a newer version wrote keeps waiting for it.
    return OutgoingMail.objects.filter(kind__in=Kind.values)


def _take(mails: QuerySet[OutgoingMail], order: Sequence[str], most: int, token: uuid.UUID) -> int:
    with transaction.atomic():
        locked = mails.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        rows = list(locked.order_by(*order).values_list("pk", "attempts")[:most])
        fresh = [pk for pk, attempts in rows if not attempts]
        chosen = fresh if rows and not rows[0][1] else [pk for pk, _ in rows[:1]]
        # Where rows cannot be locked, the condition asked again keeps two claims apart.
        return mails.filter(pk__in=chosen).update(
            state=State.SENDING,
            sealed=True,
            attempts=F("attempts") + 1,
            unanswered=F("unanswered") + 1,
            ambiguous=F("ambiguous") + Case(When(handed_over=True, then=1), default=0),
            handed_over=False,
            lease_until=Now() + get_lease(),
            token=token,
        )


def _give_up_on_the_unanswered() -> None:
    """Settle the mails whose process died: a second hand-over without answer is uncertain."""
    lost = OutgoingMail.objects.filter(state=State.SENDING, lease_until__lt=Now())
    settled: dict[str, Any] = {"failed_at": Now(), "lease_until": None, "token": None}
    lost.filter(handed_over=True, ambiguous__gte=1).update(
        state=State.UNCERTAIN, ambiguous=2, handed_over=False, **settled
    )
    lost.filter(unanswered__gte=UNANSWERED_LIMIT).update(
        state=State.DEAD,
        **settled,
        last_error=Case(
            When(last_error="", then=Value("The process that sent it ended each time.")),
            default=F("last_error"),
        ),
    )


def mark_handed_over(mail: OutgoingMail, token: uuid.UUID) -> None:
    """Note that a mail is about to leave; raises ``LostLease`` if it is no longer ours.

    The lease starts again, so that nobody takes the mail over while the server thinks.
    """
    mine = OutgoingMail.objects.filter(
        pk=mail.pk, token=token, state=State.SENDING, lease_until__gt=Now()
    )
    if not mine.update(handed_over=True, lease_until=Now() + get_lease()):
        raise LostLease


def settle_result(mail: OutgoingMail, token: uuid.UUID, outcome: Outcome) -> State:
    """Write down what became of a mail, and return where that leaves it."""
    changes = _after(mail, outcome)
    _write(mail, token, last_error=outcome.error, unanswered=0, **changes)
    return State(changes["state"])


def _after(mail: OutgoingMail, outcome: Outcome) -> dict[str, Any]:
    match outcome.result:
        case Result.SENT:
            return {"state": State.SENT, "sent_at": Now()}
        case Result.REFUSED | Result.NO_SUCH_ADDRESS:
            return DEAD
        case Result.AMBIGUOUS if mail.ambiguous:
            return {"state": State.UNCERTAIN, "failed_at": Now(), "ambiguous": 2}
        case Result.AMBIGUOUS:
            return {"state": State.PENDING, "ambiguous": 1, "next_at": Now() + pause_channel(1)}
        case _ if _is_hopeless(mail):
            return DEAD
    return {"state": State.PENDING, "next_at": Now() + pause_channel(mail.attempts)}


def _is_hopeless(mail: OutgoingMail) -> bool:
    age = timezone.now() - mail.created_at
    return age > GIVE_UP_AFTER and mail.attempts >= GIVE_UP_ATTEMPTS


def pause_channel(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts: 1, 2, 4 … 60 minutes, a little scattered."""
    minutes = min(2 ** (attempts - 1), MAX_PAUSE)
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311


def settle_broken(mail: OutgoingMail, token: uuid.UUID, error: Exception) -> State:
    """Write down that a mail could not be made; after some attempts it is given up."""
    changes = DEAD
    if mail.unanswered < UNANSWERED_LIMIT:
        changes = {"state": State.PENDING, "next_at": Now() + pause_channel(mail.attempts)}
    said = traceback.format_exception_only(error)[-1]
    _write(mail, token, last_error=said, **changes)
    return State(changes["state"])


def settle_skipped(mail: OutgoingMail, token: uuid.UUID, why: SkipReason) -> None:
    """Write down that a mail is not to be sent, and why."""
    _write(mail, token, state=State.SKIPPED, skipped=why, unanswered=0)


def send_again(mail: OutgoingMail) -> bool:
    """Put a mail that failed, or is uncertain, back into the queue; tell whether that was possible.

    It has as many attempts as at first, however old it is.
    """
    failed = OutgoingMail.objects.filter(pk=mail.pk, failed_at__isnull=False)
    if mail.user_id is not None:
        HelpdeskPreferences.objects.filter(user=mail.user_id).update(refused_address="")
    return bool(
        failed.update(
            state=State.PENDING,
            failed_at=None,
            next_at=Now(),
            attempts=0,
            ambiguous=0,
            unanswered=0,
            handed_over=False,
        )
    )


def release_mails(outgoing_mails: Sequence[OutgoingMail], token: uuid.UUID) -> None:
    """Put mails back as if they had not been claimed."""
    mine = OutgoingMail.objects.filter(
        pk__in=[mail.pk for mail in outgoing_mails], token=token, state=State.SENDING
    )
    mine.update(
        state=State.PENDING,
        attempts=F("attempts") - 1,
        unanswered=F("unanswered") - 1,
        lease_until=None,
        token=None,
    )


def _write(mail: OutgoingMail, token: uuid.UUID, **changes: Any) -> None:
    """Write the end of an attempt, unless somebody else has taken the mail over.

    Tried again when the database is away for a moment: forgetting that a mail was sent means
    sending it twice.
    """
    mine = OutgoingMail.objects.filter(pk=mail.pk, token=token, state=State.SENDING)
    changes |= {"handed_over": False, "lease_until": None, "token": None}
    if "last_error" in changes:
        # What a server or a template said may hold characters that no database keeps.
        changes["last_error"] = clean_line(changes["last_error"])[:500]
    for seconds in (0.2, 0.5, 1, 2, 4):
        try:
            mine.update(**changes)
        except (OperationalError, InterfaceError):
            if not _may_try_again():
                raise
            time.sleep(seconds)
        else:
            return
    mine.update(**changes)


def _may_try_again() -> bool:
    """Forget a connection that broke, unless a transaction has broken with it."""
    if connection.in_atomic_block:
        return False
    connection.close()
    return True


# -- the circuit breaker -----------------------------------------------------------------------


def get_circuit_breaker() -> CircuitBreaker:
    """Return how the way to the mail server is."""
    return CircuitBreaker.objects.filter(name=SMTP).first() or CircuitBreaker(name=SMTP)


def is_circuit_open() -> bool:
    """Tell whether mails wait because the server itself failed a moment ago."""
    return CircuitBreaker.objects.filter(name=SMTP, open_until__gt=Now()).exists()


def open_circuit(error: str) -> None:
    """Stop trying for a while: 15 seconds after the first failure, at most ten minutes."""
    CircuitBreaker.objects.get_or_create(name=SMTP)
    failures = get_circuit_breaker().failures + 1
    seconds = min(15 * 2 ** (failures - 1), 600)
    CircuitBreaker.objects.filter(name=SMTP).update(
        failures=failures, open_until=Now() + timedelta(seconds=seconds), last_error=error
    )


def close_circuit() -> None:
    """Go on as usual: a mail went through."""
    CircuitBreaker.objects.filter(name=SMTP).update(failures=0, open_until=None)
