"""Who was told of an event, why, when and by which mail, or why not: for managers, for a while."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

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

#: Mails whose story is over.
OVER = (State.SENT, State.SKIPPED, State.UNCERTAIN, State.DEAD)
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
    """Give the names of the managers whose monitoring did not ask to hear of an event."""
    heard = Notice.objects.filter(event=event).values("user")
    others = ServiceManager.objects.filter(service=event.ticket.service_id)
    others = others.exclude(user__in=heard).exclude(user=event.actor_id).select_related("user")
    for manager in others[:AT_ONCE]:
        yield name_of(manager.user)


def is_complete(event: Event) -> bool:
    """Tell whether the trace of an event is still kept."""
    return event.created_at > _limit()


def forget() -> int:
    """Forget who was told of what long ago, and the mails that told it; return how many notices.

    Costs one small statement when there is nothing to forget.
    """
    limit, forgotten = _limit(), 0
    while (oldest := Notice.objects.order_by("pk").first()) and oldest.created_at < limit:
        some = list(Notice.objects.order_by("pk").values_list("pk", "created_at")[:AT_ONCE])
        old = [pk for pk, created in some if created < limit]
        forgotten += Notice.objects.filter(pk__in=old).delete()[0]
    while (first := Envelope.objects.order_by("pk").first()) and first.created_at < limit:
        pks = list(Envelope.objects.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        gone = Envelope.objects.filter(pk__in=pks, created_at__lt=limit, state__in=OVER).delete()[0]
        if not gone:
            break
    return forgotten


def _limit() -> datetime:
    return timezone.now() - timedelta(days=helpdesk_settings.TRACE_DAYS)
