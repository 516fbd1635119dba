"""Whether mails are sent, jobs run and services have managers: for the command, the monitor and the admin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from wagtail_helpdesk.models import (
    CircuitBreaker,
    Event,
    Heartbeat,
    MailState,
    OutgoingMail,
    Service,
)

#: How late work may be: later is a warning, much later a failure.
LATE, TOO_LATE = timedelta(minutes=2), timedelta(minutes=5)
#: Bulk mails may be this many times as late: only a slow mail server delays them.
BULK_PATIENCE = 15
#: A mail that the server deferred this often (about half an hour) is reported.
DEFERRED_ATTEMPTS = 5
#: Jobs that run all the time, and after which time without a heartbeat they are reported.
JOBS = {
    "deliver": timedelta(minutes=5),
    "reports": timedelta(minutes=30),
    # When another process does the first two for a frozen cluster, only this one stops.
    "housekeeping": timedelta(hours=3),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. Level 0 is good, 1 a warning, 2 a failure."""

    name: str
    level: int
    value: Any


@dataclass(frozen=True)
class Health:
    """The results of all checks."""

    findings: list[Finding] = field(default_factory=list)

    @property
    def level(self) -> int:
        """The worst level."""
        return max((finding.level for finding in self.findings), default=0)


def examine_health() -> Health:
    """Run all checks."""
    now = timezone.now()
    return Health(
        [
            *_check_waiting(now),
            *_check_failed(now),
            *_check_heartbeats(now),
            *_check_circuit_breakers(now),
            *_check_services(),
        ]
    )


def is_delivery_silent() -> bool:
    """Return whether mails have waited too long and nothing has sent any; one or two statements."""
    now = timezone.now()
    if Heartbeat.objects.filter(name="deliver", at__gt=now - JOBS["deliver"]).exists():
        return False
    waiting = OutgoingMail.objects.filter(state=MailState.PENDING, next_at__lt=now - TOO_LATE)
    lost = Event.objects.not_dispatched().filter(created_at__lt=now - TOO_LATE)
    return waiting.exists() or lost.exists()


def _check_waiting(now: datetime) -> Iterator[Finding]:
    not_dispatched = Event.objects.not_dispatched().values_list("created_at", flat=True).first()
    yield Finding(
        "oldest_event_not_dispatched", _rate(now, not_dispatched), _get_age(now, not_dispatched)
    )
    for name, bulk, patience in (
        ("oldest_mail_due", False, 1),
        ("oldest_bulk_mail_due", True, BULK_PATIENCE),
    ):
        due = OutgoingMail.objects.filter(state=MailState.PENDING, bulk=bulk, next_at__lte=now)
        oldest = due.order_by("next_at").values_list("next_at", flat=True).first()
        yield Finding(name, _rate(now, oldest, patience), _get_age(now, oldest))
    lost = OutgoingMail.objects.filter(state=MailState.SENDING, lease_until__lt=now - LATE).count()
    yield Finding("mails_past_their_lease", 1 if lost else 0, lost)


def _check_failed(now: datetime) -> Iterator[Finding]:
    pending = OutgoingMail.objects.filter(state=MailState.PENDING)
    deferred = pending.filter(attempts__gte=DEFERRED_ATTEMPTS).count()
    yield Finding("mails_deferred", int(deferred > 0), deferred)
    recent = OutgoingMail.objects.filter(failed_at__gt=now - timedelta(days=1))
    for state in (MailState.DEAD, MailState.UNCERTAIN):
        count = recent.filter(state=state).count()
        yield Finding(f"mails_{state}_today", 1 if count else 0, count)


def _check_heartbeats(now: datetime) -> Iterator[Finding]:
    heartbeats = dict(Heartbeat.objects.values_list("name", "at"))
    for job, limit in JOBS.items():
        at = heartbeats.get(job)
        is_silent = at is None or now - at > limit
        level = 2 if is_silent and job == "deliver" else int(is_silent)
        yield Finding(f"last_{job}", level, at.isoformat() if at else None)


def _check_circuit_breakers(now: datetime) -> Iterator[Finding]:
    for breaker in CircuitBreaker.objects.all():
        is_open = breaker.open_until is not None and breaker.open_until > now
        yield Finding(f"channel_{breaker.name}", int(is_open), breaker.last_error or None)


def _check_services() -> Iterator[Finding]:
    for name, services in (
        ("services_without_managers", Service.objects.without_managers()),
        ("services_without_holders", Service.objects.without_holders()),
    ):
        named = ", ".join(str(service) for service in services[:10])
        yield Finding(name, 1 if named else 0, named or None)


def _rate(now: datetime, since: datetime | None, patience: int = 1) -> int:
    if since is None:
        return 0
    return (now - since > LATE * patience) + (now - since > TOO_LATE * patience)


def _get_age(now: datetime, since: datetime | None) -> int | None:
    """Return an age in seconds."""
    return int((now - since).total_seconds()) if since else None
