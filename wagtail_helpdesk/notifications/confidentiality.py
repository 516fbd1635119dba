"""What mails never contain: text written in a confidential service, wherever its ticket is now."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Min

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.models import Event, Service


def find_confidential_services() -> frozenset[int]:
    """Return the ids of the services whose mails contain a link, not the content."""
    return frozenset(Service.objects.filter(confidential=True).values_list("pk", flat=True))


def find_moved_out(tickets: Collection[int], services: Collection[int]) -> dict[int, int]:
    """Return the tickets that ever left one of these services, with the event of the first time.

    Their subjects were written there, so mails do not contain them.
    """
    if not services:
        return {}
    moves = Event.objects.filter(
        ticket__in=tickets, action=lifecycle.MOVE.name, before__service__in=services
    )
    first = moves.order_by().values("ticket").annotate(first=Min("pk"))
    return dict(first.values_list("ticket", "first"))
