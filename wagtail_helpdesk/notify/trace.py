"""Who was told of an event, why, when and by which mail, or why not: for managers, for a while."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import (
    Envelope,
    Event,
    Notice,
    Reason,
    ServiceManager,
    Skipped,
    State,
)

from .addresses import name_of
from .surroundings import acts_of

ON_THEIR_WAY = (State.PENDING, State.SENDING)
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Line:
    """One person or address, and how the news reached or missed him."""

    name: str
    reason: str
    outcome: str
    told: bool
    when: datetime | None = None
    mail: str = ""
    error: str = ""


def trace_of(events: Collection[int]) -> dict[int, list[Line]]:
    """Return, for each of these events, who was told of it and who was not, in one statement.

    Whoever calls this has checked that its reader manages the ticket: names are in it.
    """
    lines: dict[int, list[Line]] = {event: [] for event in events}
    notices = Notice.objects.filter(event__in=events).select_related("user", "envelope")
    for notice in notices.order_by("event", "pk"):
        lines[notice.event_id].append(_line(notice))
    return lines


def _line(notice: Notice) -> Line:
    envelope = notice.envelope
    name = name_of(notice.user) if notice.user else notice.address
    reason = str(Reason(notice.reason).label)
    if notice.skipped:
        return Line(name, reason, str(Skipped(notice.skipped).label), told=False)
    if envelope is None:
        return Line(name, reason, _("the mail was forgotten"), told=False)
    return Line(
        name,
        reason,
        str(State(envelope.state).label),
        told=envelope.state == State.SENT,
        when=envelope.sent_at,
        mail=envelope.message_id,
        error=envelope.last_error,
    )


def not_concerned(event: Event) -> Iterator[str]:
    """Give the names of the managers, where the event left the ticket, who did not ask to hear of it."""
    (act,) = acts_of(event.ticket, [event])
    heard = Notice.objects.filter(event=event, user__isnull=False).values("user")
    others = ServiceManager.objects.filter(service=act.after.service)
    others = others.exclude(user__in=heard).exclude(user=event.actor_id).select_related("user")
    for manager in others[:AT_ONCE]:
        yield name_of(manager.user)


def is_complete(event: Event) -> bool:
    """Tell whether the trace of an event is still kept."""
    return event.created_at > _limit()


def old_notices() -> Iterator[list[int]]:
    """Yield the keys of the notices older than the site keeps traces, but for mails on their way."""
    return _old(Notice.objects.all(), "envelope__state")


def old_mails() -> Iterator[list[int]]:
    """Yield the keys of the mails older than that whose story is over."""
    return _old(Envelope.objects.all(), "state")


def _old(rows: QuerySet[Any], state: str) -> Iterator[list[int]]:
    # The lower the key the older the row: this stops at the first rows that are young.
    limit, last = _limit(), 0
    ordered = rows.order_by("pk").values_list("pk", "created_at", state)
    while some := list(ordered.filter(pk__gt=last)[:AT_ONCE]):
        old = [pk for pk, at, state in some if at < limit and state not in ON_THEIR_WAY]
        if old:
            yield old
        last, newest, _state = some[-1]
        if newest >= limit:
            return


def _limit() -> datetime:
    return timezone.now() - timedelta(days=helpdesk_settings.TRACE_DAYS)
