"""Giving up a request."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["ticket", "taken", "incomplete", "postponed"])
def test_the_requester_cancels_a_ticket(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.cancel(ticket, by=people.lea, text="Plus besoin.")
    assert (ticket.status, ticket.resume_on, ticket.awaiting_since) == ("cancelled", None, None)
    assert ticket.closed_at == event.created_at
    assert event.text == "Plus besoin."


@pytest.mark.parametrize("person", ["victor", "karim", "sophie", "thomas"])
def test_nobody_else_may_cancel(invited, people, person):
    with refused(invited, NotYours):
        actions.cancel(invited, by=getattr(people, person))


@pytest.mark.parametrize("stage", ["closed", "approved"])
def test_an_ended_ticket_is_not_cancelled(request, stage, people):
    ticket = request.getfixturevalue(stage)
    with refused(ticket, NotNow):
        actions.cancel(ticket, by=people.lea)


def test_a_ticket_taken_meanwhile_is_looked_at_first(ticket, people):
    shown = Ticket.objects.get(pk=ticket.pk)
    actions.take(ticket, by=people.karim)
    with refused(shown, NotNow):
        actions.cancel(shown, by=people.lea)


def test_a_message_of_another_person_meanwhile_prevents_cancelling(ticket, people):
    seen = ticket.events.last().pk
    actions.comment(ticket, by=people.karim, text="On arrive.")
    with refused(ticket, NotNow):
        actions.cancel(ticket, by=people.lea, seen=seen)


def test_cancelling_twice_is_recorded_once(ticket, people):
    actions.cancel(ticket, by=people.lea)
    with refused(ticket, NotNow):
        actions.cancel(ticket, by=people.lea)
    assert history(ticket).count("cancel") == 1
