"""The queue of mails in the database: claiming them with a lease, and recording the outcome.

Any number of processes may work on it at once. Attempts are counted when a mail is claimed, so that
a mail that crashes its process is counted too. All times are the database's: hosts' clocks differ.
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
    MailState,
    OutgoingMail,
    SkipReason,
)

from . import kinds
from .addresses import select_preferences
from .smtp import DeliveryResult, DeliveryStatus, LostLease

#: Mails claimed at once. Mails tried before are claimed one by one, so that a mail that crashes its
#: process holds up no others.
CLAIM_SIZE = 20
#: Claims without an answer of the mail server after which a mail is abandoned.
MAX_UNANSWERED = 5
#: A mail that the server keeps deferring is abandoned after this time and this many attempts, which
#: take nearly as long: some mails wait for days before the first.
GIVE_UP_AFTER, GIVE_UP_ATTEMPTS = timedelta(hours=72), 70
#: Each fails only when another process claims a mail at the same moment. A worker must not try for ever.
MAX_JOIN_ATTEMPTS = 50
#: In minutes.
MAX_RETRY_DELAY = 60

SMTP = "smtp"
DEAD: dict[str, Any] = {"state": MailState.DEAD, "failed_at": Now()}


@dataclass(frozen=True, slots=True)
class Claim:
    """The mails that this process may send until their lease ends."""

    token: uuid.UUID
    mails: list[OutgoingMail] = field(default_factory=list)


def get_lease() -> timedelta:
    """Return how long a claimed mail belongs to the process that claimed it."""
    return timedelta(seconds=helpdesk_settings.MAIL_LEASE)


def claim_mails(limit: int = CLAIM_SIZE) -> Claim:
    """Claim mails that are due, the most urgent first; the claim is empty when none are due."""
    _settle_expired_leases()
    token = uuid.uuid4()
    for mails, order, most in (
        (_abandoned_mails(), ("lease_until", "pk"), 1),
        (find_due_mails(), ("bulk", "next_at", "pk"), limit),
    ):
        if _claim(mails, order, most, token):
            mine = OutgoingMail.objects.filter(token=token, state=MailState.SENDING)
            rows = mine.select_related(*select_preferences("user"))
            return Claim(token, list(rows.order_by("bulk", "next_at", "pk")))
    return Claim(token)


def join_waiting_mails(
    fresh: list[OutgoingMail], mails: QuerySet[OutgoingMail]
) -> list[OutgoingMail]:
    """Return the unsealed mail of each recipient, locked; those who have none get the new one.

    Created in the order of recipients and locked in the order of creation, so that two processes
    that join the same mails wait for each other instead of deadlocking. Raises ``RuntimeError`` when
    there is not one mail for each in the end: ``mails`` does not find the new ones.
    """
    for _attempt in range(MAX_JOIN_ATTEMPTS):
        OutgoingMail.objects.bulk_create(fresh, ignore_conflicts=True)
        waiting = list(mails.filter(sealed=False).select_for_update().order_by("pk"))
        # Fewer when one was sealed between the two statements: its recipient gets another.
        if len(waiting) == len(fresh):
            return waiting
    raise RuntimeError(f"{len(waiting)} mails are waiting for {len(fresh)} recipients.")


def find_due_mails() -> QuerySet[OutgoingMail]:
    """Return the mails that may be sent now."""
    return _mails_of_known_kinds().filter(state=MailState.PENDING, next_at__lte=Now())


def _abandoned_mails() -> QuerySet[OutgoingMail]:
    return _mails_of_known_kinds().filter(state=MailState.SENDING, lease_until__lt=Now())


def _mails_of_known_kinds() -> QuerySet[OutgoingMail]:
    # Mails of other kinds wait: an app that is missing here, or a newer version, wrote them.
    return OutgoingMail.objects.filter(kind__in=[kind.name for kind in kinds.get_kinds()])


def _claim(mails: QuerySet[OutgoingMail], order: Sequence[str], most: int, token: uuid.UUID) -> int:
    with transaction.atomic():
        locked = mails.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        rows = list(locked.order_by(*order).values_list("pk", "attempts")[:most])
        fresh = [pk for pk, attempts in rows if not attempts]
        chosen = fresh if rows and not rows[0][1] else [pk for pk, _ in rows[:1]]
        # Where rows cannot be locked, repeating the condition keeps two claims apart.
        return mails.filter(pk__in=chosen).update(
            state=MailState.SENDING,
            sealed=True,
            attempts=F("attempts") + 1,
            unanswered=F("unanswered") + 1,
            ambiguous=F("ambiguous") + Case(When(handed_over=True, then=1), default=0),
            handed_over=False,
            lease_until=Now() + get_lease(),
            token=token,
        )


def _settle_expired_leases() -> None:
    """Settle the mails whose process died: a second hand-over without an answer is uncertain."""
    lost = OutgoingMail.objects.filter(state=MailState.SENDING, lease_until__lt=Now())
    settled: dict[str, Any] = {"failed_at": Now(), "lease_until": None, "token": None}
    lost.filter(handed_over=True, ambiguous__gte=1).update(
        state=MailState.UNCERTAIN, ambiguous=2, handed_over=False, **settled
    )
    lost.filter(unanswered__gte=MAX_UNANSWERED).update(
        state=MailState.DEAD,
        **settled,
        last_error=Case(
            When(last_error="", then=Value("The process that sent it ended each time.")),
            default=F("last_error"),
        ),
    )


def mark_handed_over(mail: OutgoingMail, token: uuid.UUID) -> None:
    """Record that a mail is about to be handed over. Raises ``LostLease`` if the claim was lost.

    The lease starts again, so that no other process claims the mail before the server answers.
    """
    mine = OutgoingMail.objects.filter(
        pk=mail.pk, token=token, state=MailState.SENDING, lease_until__gt=Now()
    )
    if not mine.update(handed_over=True, lease_until=Now() + get_lease()):
        raise LostLease


def settle_result(mail: OutgoingMail, token: uuid.UUID, result: DeliveryResult) -> MailState:
    """Record the outcome of an attempt, and return the state of the mail after it."""
    changes = _get_changes(mail, result)
    _write(mail, token, last_error=result.error, unanswered=0, **changes)
    return MailState(changes["state"])


def _get_changes(mail: OutgoingMail, result: DeliveryResult) -> dict[str, Any]:
    match result.status:
        case DeliveryStatus.SENT:
            return {"state": MailState.SENT, "sent_at": Now()}
        case DeliveryStatus.REFUSED | DeliveryStatus.NO_SUCH_EMAIL:
            return DEAD
        case DeliveryStatus.AMBIGUOUS if mail.ambiguous:
            return {"state": MailState.UNCERTAIN, "failed_at": Now(), "ambiguous": 2}
        case DeliveryStatus.AMBIGUOUS:
            return {
                "state": MailState.PENDING,
                "ambiguous": 1,
                "next_at": Now() + get_retry_delay(1),
            }
        case _ if _is_hopeless(mail):
            return DEAD
    return {"state": MailState.PENDING, "next_at": Now() + get_retry_delay(mail.attempts)}


def _is_hopeless(mail: OutgoingMail) -> bool:
    age = timezone.now() - mail.created_at
    return age > GIVE_UP_AFTER and mail.attempts >= GIVE_UP_ATTEMPTS


def get_retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after this many attempts: 1, 2, 4 … 60 minutes, give or take a fifth."""
    minutes = min(2 ** (attempts - 1), MAX_RETRY_DELAY)
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311


def settle_broken(mail: OutgoingMail, token: uuid.UUID, error: Exception) -> MailState:
    """Record that a mail could not be composed; after some attempts it is abandoned."""
    changes = DEAD
    if mail.unanswered < MAX_UNANSWERED:
        changes = {"state": MailState.PENDING, "next_at": Now() + get_retry_delay(mail.attempts)}
    message = traceback.format_exception_only(error)[-1]
    _write(mail, token, last_error=message, **changes)
    return MailState(changes["state"])


def settle_skipped(mail: OutgoingMail, token: uuid.UUID, reason: SkipReason) -> None:
    """Record that a mail is not to be sent, and why."""
    _write(mail, token, state=MailState.SKIPPED, skipped=reason, unanswered=0)


def send_again(mail: OutgoingMail) -> bool:
    """Put a failed or uncertain mail back into the queue; return whether it was one.

    Its attempts are counted from zero again.
    """
    failed = OutgoingMail.objects.filter(pk=mail.pk, failed_at__isnull=False)
    if mail.user_id is not None:
        HelpdeskPreferences.objects.filter(user=mail.user_id).update(refused_email="")
    return bool(
        failed.update(
            state=MailState.PENDING,
            failed_at=None,
            next_at=Now(),
            attempts=0,
            ambiguous=0,
            unanswered=0,
            handed_over=False,
        )
    )


def release_mails(outgoing_mails: Sequence[OutgoingMail], token: uuid.UUID) -> None:
    """Put mails back into the queue as if they had not been claimed."""
    mine = OutgoingMail.objects.filter(
        pk__in=[mail.pk for mail in outgoing_mails], token=token, state=MailState.SENDING
    )
    mine.update(
        state=MailState.PENDING,
        attempts=F("attempts") - 1,
        unanswered=F("unanswered") - 1,
        lease_until=None,
        token=None,
    )


def _write(mail: OutgoingMail, token: uuid.UUID, **changes: Any) -> None:
    """Record the end of an attempt, unless another process has claimed the mail meanwhile.

    Retried while the database is unavailable: not recording that a mail was sent means sending it
    twice.
    """
    mine = OutgoingMail.objects.filter(pk=mail.pk, token=token, state=MailState.SENDING)
    changes |= {"handed_over": False, "lease_until": None, "token": None}
    if "last_error" in changes:
        # The message of a server or a template may contain characters that no database stores.
        changes["last_error"] = clean_line(changes["last_error"])[:500]
    for seconds in (0.2, 0.5, 1, 2, 4):
        try:
            mine.update(**changes)
        except (OperationalError, InterfaceError):
            if not _reset_connection():
                raise
            time.sleep(seconds)
        else:
            return
    mine.update(**changes)


def _reset_connection() -> bool:
    """Close a broken connection; return False inside a transaction, which is lost with it."""
    if connection.in_atomic_block:
        return False
    connection.close()
    return True


# -- the circuit breaker -----------------------------------------------------------------------


def get_circuit_breaker() -> CircuitBreaker:
    """Return the state of the connection to the mail server."""
    return CircuitBreaker.objects.filter(name=SMTP).first() or CircuitBreaker(name=SMTP)


def is_circuit_open() -> bool:
    """Return whether nothing is sent because the mail server itself failed recently."""
    return CircuitBreaker.objects.filter(name=SMTP, open_until__gt=Now()).exists()


def open_circuit(error: str) -> None:
    """Send nothing for a while: 15 seconds after the first failure, ten minutes at most."""
    CircuitBreaker.objects.get_or_create(name=SMTP)
    failures = get_circuit_breaker().failures + 1
    seconds = min(15 * 2 ** (failures - 1), 600)
    CircuitBreaker.objects.filter(name=SMTP).update(
        failures=failures, open_until=Now() + timedelta(seconds=seconds), last_error=error
    )


def close_circuit() -> None:
    """Resume sending: the server accepted a mail."""
    CircuitBreaker.objects.filter(name=SMTP).update(failures=0, open_until=None)
