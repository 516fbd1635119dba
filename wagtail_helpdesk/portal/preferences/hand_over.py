"""Handing over one's tickets before an absence: leads to the form that assigns several tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import ASSIGN, Role
from wagtail_helpdesk.models import Absence, Ticket
from wagtail_helpdesk.portal.desk.selection import MAX_TICKETS
from wagtail_helpdesk.portal.request import HelpdeskRequest

#: Tickets that are counted; of more, the first ones are offered, and then the others.
MAX_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class HandOver:
    """The tickets of one service, or of all, and the page that assigns them."""

    label: str
    count: int
    url: str


def build_hand_overs(request: HelpdeskRequest, absences: Sequence[Absence]) -> list[HandOver]:
    """Return what the user can hand over, all services first; empty without open tickets.

    The replacement of the next absence is proposed. One statement.
    """
    managed = Ticket.objects.visible_to(request.user, through=(Role.MANAGER,))
    own = managed.filter(assignee=request.user, is_open=True).order_by("pk")
    rows = list(own.values_list("pk", "service")[:MAX_COUNTED])
    to = next((absence.replacement_id for absence in absences if absence.replacement_id), None)
    by_service = [
        (str(service), [number for number, place in rows if place == service.pk])
        for service in request.services
    ]
    found = [(label, numbers) for label, numbers in by_service if numbers]
    if len(found) > 1:
        found.insert(0, (_("All services"), [number for number, _place in rows]))
    return [
        HandOver(label, len(numbers), _get_url(request, numbers, to)) for label, numbers in found
    ]


def _get_url(request: HelpdeskRequest, numbers: Sequence[int], to: Any) -> str:
    # One more than the page takes: it says that the others follow.
    return request.url("bulk", ASSIGN.slug, ticket=numbers[: MAX_TICKETS + 1], to=to)
