"""What the form of a new ticket promises: who will read the request, and how fast one usually answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wagtail_helpdesk import statistics
from wagtail_helpdesk.models import PermanentGuest, Service
from wagtail_helpdesk.names import get_display_name

#: Permanent guests who are named; the others are counted.
MAX_NAMED_GUESTS = 5


@dataclass(frozen=True, slots=True)
class Readers:
    """The people who read every ticket of a service."""

    managers: int
    guests: Sequence[str] = ()
    #: The number of permanent guests who are not named.
    others: int = 0


def find_readers(service: Service) -> Readers:
    """Return who reads the tickets of a service, in two statements."""
    managers = service.managers.filter(user__is_active=True).count()
    rows = PermanentGuest.objects.filter(service=service, user__is_active=True)
    guests = [row.user for row in rows.select_related("user").order_by("pk")]
    named = [get_display_name(user) for user in guests[:MAX_NAMED_GUESTS]]
    return Readers(managers, named, len(guests) - len(named))


def describe_usual_time(service: Service) -> str:
    """Return in words how fast a service usually answers, empty where that is not known."""
    usual = statistics.get_usual_first_answer(service)
    return "" if usual is None else statistics.describe_delay(usual)
