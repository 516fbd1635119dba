"""Refusing a request."""

import pytest

from tests.actions.refusals import history, refused
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["taken", "incomplete", "postponed"])
def test_the_manager_in_charge_refuses_with_a_reason(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.refuse(ticket, by=people.karim, text="Bâtiment fermé.")
    assert (ticket.status, ticket.resume_on, ticket.awaiting_since) == ("refused", None, None)
    assert ticket.closed_at == event.created_at
    assert event.text == "Bâtiment fermé."


def test_a_reason_is_required(taken, people):
    with refused(taken, NotPossible, "text"):
        actions.refuse(taken, by=people.karim, text="")


@pytest.mark.parametrize("person", ["victor", "lea", "sophie"])
def test_nobody_else_may_refuse(taken, people, person):
    with refused(taken, NotYours):
        actions.refuse(taken, by=getattr(people, person), text="Non.")


def test_a_manager_in_charge_without_the_privilege_may_not_refuse(taken, general, people):
    privileged(general, people.karim, can_refuse=False)
    with refused(taken, NotYours):
        actions.refuse(taken, by=people.karim, text="Non.")


def test_an_ended_ticket_is_not_refused(closed, people):
    with refused(closed, NotNow):
        actions.refuse(closed, by=people.karim, text="Non.")


def test_a_ticket_that_changed_meanwhile_is_looked_at_first(taken, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.take(taken, by=people.sophie)
    with refused(shown, NotNow):
        actions.refuse(shown, by=people.karim, text="Non.")


def test_a_message_of_another_person_meanwhile_prevents_refusing(taken, people):
    seen = taken.events.last().pk
    actions.comment(taken, by=people.lea, text="C’est le bâtiment d’à côté.")
    with refused(taken, NotNow):
        actions.refuse(taken, by=people.karim, text="Bâtiment fermé.", seen=seen)


def test_refusing_twice_is_recorded_once(taken, people):
    actions.refuse(taken, by=people.karim, text="Non.")
    with refused(taken, NotNow):
        actions.refuse(taken, by=people.karim, text="Non.")
    assert history(taken).count("refuse") == 1
