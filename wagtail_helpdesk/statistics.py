"""The usual response time of services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from math import ceil
from typing import Any

from django.core.cache import cache
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from wagtail_helpdesk.lifecycle import MOVE, OPEN_TICKET, Audience
from wagtail_helpdesk.models import Event, Service, Ticket

#: The median is computed from this many tickets of the service, latest activity first.
MAX_SAMPLED_TICKETS = 200
#: Older tickets say nothing about today.
SAMPLED = timedelta(days=90)
#: Fewer answers are not typical, and might reveal something about one ticket.
MIN_ANSWERS = 5
#: In seconds.
CACHE_TIMEOUT = 6 * 3600

#: Times up to a day are given in hours, longer ones in days.
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def get_usual_first_answer(service: Service) -> timedelta | None:
    """Return the median time from opening to the first answer of a manager that requesters read.

    Of the service's tickets of the last 90 days, counted around the clock; None while there are too few.
    """
    key = _get_key(service.pk)
    seconds: float | None = cache.get(key)
    if seconds is None:
        seconds = _median(_seconds(service))
        cache.set(key, seconds, CACHE_TIMEOUT)
    return timedelta(seconds=seconds) if seconds >= 0 else None


def describe_delay(usual: timedelta) -> str:
    """Return a response time in words, rounded up."""
    if usual <= HOUR:
        return gettext("usually within an hour")
    if usual <= DAY:
        hours = ceil(usual / HOUR)
        words = ngettext(
            "usually within %(count)d hour",
            "usually within %(count)d hours",
            hours,
        )
        return words % {"count": hours}
    days = ceil(usual / DAY)
    words = ngettext("usually within %(count)d day", "usually within %(count)d days", days)
    return words % {"count": days}


def get_known_first_answers(services: Iterable[Any]) -> dict[Any, timedelta]:
    """Return the times that are in the cache by the ids of services, without any query.

    For lists of services: those that nobody looked at lately are left out.
    """
    keys = {_get_key(pk): pk for pk in services}
    known = cache.get_many(keys)
    return {keys[key]: timedelta(seconds=value) for key, value in known.items() if value >= 0}


def _get_key(service: Any) -> str:
    return f"wagtail_helpdesk.first_answer.{service}"


def _seconds(service: Service) -> list[float]:
    answers = (
        Event.objects.filter(
            ticket=OuterRef("pk"),
            audience__in=(Audience.EVERYONE, Audience.REQUESTER),
            actor__helpdesk_manager_rows__service=OuterRef("service"),
        )
        # Taking a ticket without a message is no answer, and a transfer is none even with one.
        .exclude(text="")
        .exclude(action__in=(OPEN_TICKET.name, MOVE.name))
        .exclude(actor=OuterRef("requester"))
        .order_by("pk")
    )
    rows = (
        Ticket.objects.filter(service=service, created_at__gte=timezone.now() - SAMPLED)
        .order_by("-last_activity_at", "-number")
        .values_list("created_at", Subquery(answers.values("created_at")[:1]))[:MAX_SAMPLED_TICKETS]
    )
    return [(answered - opened).total_seconds() for opened, answered in rows if answered]


def _median(seconds: list[float]) -> float:
    # Not None, which the cache returns when nothing is stored.
    return sorted(seconds)[len(seconds) // 2] if len(seconds) >= MIN_ANSWERS else -1.0
