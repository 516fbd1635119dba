"""Whether mails go out, the house is kept, and somebody is there to act: what the health command, the
monitor's address and the admin look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from wagtail_helpdesk.models import CircuitBreaker, Event, Heartbeat, OutgoingMail, Service, State

#: Later than this, something is wrong; much later, nothing works.
LATE, TOO_LATE = timedelta(minutes=2), timedelta(minutes=5)
#: So many times as long for mails to thousands, which only a slow mail server makes late.
BULK_PATIENCE = 15
#: Attempts, which take half an hour, after which a mail that the server puts off is to be looked at.
PUT_OFF = 5
#: Jobs that run all the time, and how long they may be silent.
JOBS = {
    "deliver": timedelta(minutes=5),
    "reports": timedelta(minutes=30),
    # Where a process beside a frozen cluster does the other two, it alone falls silent.
    "house": timedelta(hours=3),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: 0 well, 1 to be looked at, 2 failed."""

    name: str
    level: int
    value: Any


@dataclass(frozen=True)
class Health:
    """Everything looked at."""

    findings: list[Finding] = field(default_factory=list)

    @property
    def level(self) -> int:
        """The worst level found."""
        return max((finding.level for finding in self.findings), default=0)


def examine_health() -> Health:
    """Look at everything."""
    now = timezone.now()
    return Health([*_waiting(now), *_failed(now), *_beats(now), *_channels(now), *_services()])


def _waiting(now: datetime) -> Iterator[Finding]:
    not_dispatched = Event.objects.not_dispatched().values_list("created_at", flat=True).first()
    yield Finding(
        "oldest_event_not_announced", _lateness(now, not_dispatched), _age(now, not_dispatched)
    )
    for name, bulk, patience in (
        ("oldest_mail_due", False, 1),
        ("oldest_bulk_mail_due", True, BULK_PATIENCE),
    ):
        due = OutgoingMail.objects.filter(state=State.PENDING, bulk=bulk, next_at__lte=now)
        oldest = due.order_by("next_at").values_list("next_at", flat=True).first()
        yield Finding(name, _lateness(now, oldest, patience), _age(now, oldest))
    lost = OutgoingMail.objects.filter(state=State.SENDING, lease_until__lt=now - LATE).count()
    yield Finding("mails_past_their_lease", 1 if lost else 0, lost)


def _failed(now: datetime) -> Iterator[Finding]:
    put_off = OutgoingMail.objects.filter(state=State.PENDING, attempts__gte=PUT_OFF).count()
    yield Finding("mails_put_off", int(put_off > 0), put_off)
    recent = OutgoingMail.objects.filter(failed_at__gt=now - timedelta(days=1))
    for state in (State.DEAD, State.UNCERTAIN):
        count = recent.filter(state=state).count()
        yield Finding(f"mails_{state}_today", 1 if count else 0, count)


def _beats(now: datetime) -> Iterator[Finding]:
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    for job, silence in JOBS.items():
        at = beats.get(job)
        silent = at is None or now - at > silence
        level = 2 if silent and job == "deliver" else int(silent)
        yield Finding(f"last_{job}", level, at.isoformat() if at else None)


def _channels(now: datetime) -> Iterator[Finding]:
    for channel in CircuitBreaker.objects.all():
        is_open = channel.open_until is not None and channel.open_until > now
        yield Finding(f"channel_{channel.name}", int(is_open), channel.last_error or None)


def _services() -> Iterator[Finding]:
    for name, alone in (
        ("services_without_managers", Service.objects.without_managers()),
        ("services_without_holders", Service.objects.without_holders()),
    ):
        named = ", ".join(str(service) for service in alone[:10])
        yield Finding(name, 1 if named else 0, named or None)


def _lateness(now: datetime, since: datetime | None, patience: int = 1) -> int:
    if since is None:
        return 0
    return (now - since > LATE * patience) + (now - since > TOO_LATE * patience)


def _age(now: datetime, since: datetime | None) -> int | None:
    return int((now - since).total_seconds()) if since else None
