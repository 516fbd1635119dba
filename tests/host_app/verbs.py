"""The verb ``confirm_visit``, its sentence, and the visits that were confirmed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

from django.utils import timezone

from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.actions import NotPossible
from wagtail_helpdesk.actions.registry import Form, site_verb
from wagtail_helpdesk.actions.transition import Change, transition
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.event_text import EventView
from wagtail_helpdesk.lifecycle import OPEN_STATUSES, Action, Role, Rule
from wagtail_helpdesk.models import Event, Ticket

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CONFIRM_VISIT = Action(
    name="confirm_visit",
    label="Confirm a visit",
    rules=(Rule(by=Role.IN_CHARGE, moves={status: status for status in OPEN_STATUSES}),),
)


@site_verb(CONFIRM_VISIT)
def confirm_visit(ticket: Ticket, *, by: User, on: datetime.date, **form: Unpack[Form]) -> Event:
    """Record the day of a visit. Raises ``NotPossible("on", …)`` for a day in the past."""

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if on < timezone.localdate():
            raise NotPossible("on", "Choose a date in the future.")
        return Change(facts={"visit_on": on})

    return transition(CONFIRM_VISIT, ticket, by, compute_change, **form)


def get_day(event: Event) -> datetime.date:
    """Return the day that an event of this verb recorded."""
    return datetime.date.fromisoformat(event.value_after("visit_on"))


def describe_visit(view: EventView) -> str:
    """Return the sentence of the history and of mails."""
    return f"{view.actor} confirmed a visit on {format_date(get_day(view.event))}."


def find_visits(numbers: Iterable[int]) -> dict[int, datetime.date]:
    """Return the day of the latest visit of each of these tickets that has one."""
    events = Event.objects.filter(action=CONFIRM_VISIT.name, ticket__in=numbers)
    return {event.ticket_id: get_day(event) for event in events.order_by("pk")}
