"""The verb ``confirm_visit``: a manager confirms the date of a visit on site."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Unpack

from django.utils import timezone

from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.actions import NotPossible
from wagtail_helpdesk.actions.registry import Form, site_verb
from wagtail_helpdesk.actions.transition import Change, transition
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
    """Write to the requester on which day a technician comes."""

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if on < timezone.localdate():
            raise NotPossible("on", "Choose a day that is still to come.")
        return Change(facts={"visit_on": on})

    return transition(CONFIRM_VISIT, ticket, by, compute_change, **form)
