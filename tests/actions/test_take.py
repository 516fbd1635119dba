"""Taking a ticket in charge (guide I.2)."""

import pytest

from tests.actions.refusals import history, refused
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotYours
from wagtail_helpdesk.models import Ticket


def test_a_manager_takes_a_free_ticket(ticket, people):
    event = actions.take(ticket, by=people.karim, text="Je passe demain.")
    assert (ticket.status, ticket.assignee) == ("in_progress", people.karim)
    assert (event.actor, event.text) == (people.karim, "Je passe demain.")
    assert event.before == {"status": "free", "assignee": None}
    assert event.after == {"status": "in_progress", "assignee": people.karim.pk}


def test_a_comment_is_not_required(ticket, people):
    assert actions.take(ticket, by=people.karim).text == ""


def test_a_manager_takes_over_from_a_colleague(taken, people):
    event = actions.take(taken, by=people.sophie)
    assert (taken.status, taken.assignee) == ("in_progress", people.sophie)
    assert event.before == {"assignee": people.karim.pk}


def test_an_incomplete_ticket_stays_incomplete(incomplete, people):
    actions.take(incomplete, by=people.sophie)
    assert (incomplete.status, incomplete.assignee) == ("incomplete", people.sophie)


def test_a_postponed_ticket_keeps_its_status_and_its_day(taken, people, a_day_to_come):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    actions.take(taken, by=people.sophie)
    assert (taken.status, taken.resume_on) == ("postponed", a_day_to_come)


def test_a_stranger_may_not_take(ticket, people):
    with refused(ticket, NotYours):
        actions.take(ticket, by=people.victor)


def test_a_superuser_who_manages_nothing_finds_no_messages(ticket, people):
    with refused(ticket, NotYours):
        actions.take(ticket, by=people.gilles)


def test_a_manager_of_another_service_may_not(ticket, dsi, people):
    with refused(ticket, NotYours):
        actions.take(ticket, by=people.nadia)


def test_the_requester_may_not_take(ticket, people):
    with refused(ticket, NotYours):
        actions.take(ticket, by=people.lea)


def test_a_guest_may_not_take(ticket, people):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    with refused(ticket, NotYours):
        actions.take(ticket, by=people.thomas)


def test_the_system_may_not_take(ticket):
    with refused(ticket, NotYours):
        actions.take(ticket, by=None)


def test_a_manager_without_the_privilege_to_take_free_tickets_may_not(ticket, general, people):
    privileged(general, people.karim, can_take_free=False)
    with refused(ticket, NotYours):
        actions.take(ticket, by=people.karim)


def test_the_privilege_to_take_free_tickets_is_not_enough_to_take_over(taken, general, people):
    privileged(general, people.sophie, can_take_assigned=False)
    with refused(taken, NotYours):
        actions.take(taken, by=people.sophie)


def test_the_privilege_to_take_over_is_not_enough_for_a_free_ticket(ticket, general, people):
    privileged(general, people.sophie, can_take_free=False)
    with refused(ticket, NotYours):
        actions.take(ticket, by=people.sophie)


def test_the_manager_in_charge_cannot_take_the_ticket_again(taken, people):
    with refused(taken, NotYours):
        actions.take(taken, by=people.karim)


@pytest.mark.parametrize("ended", ["closed", "approved", "cancelled"])
def test_an_ended_ticket_is_not_taken(request, ended, people):
    ticket = request.getfixturevalue(ended)
    with refused(ticket, NotNow):
        actions.take(ticket, by=people.sophie)


def test_the_second_of_two_people_who_take_a_ticket_is_refused_with_its_manager(ticket, people):
    seen_by_sophie = Ticket.objects.get(pk=ticket.pk)
    actions.take(ticket, by=people.karim)
    with refused(seen_by_sophie, NotNow) as refusal:
        actions.take(seen_by_sophie, by=people.sophie)
    assert refusal.value.ticket.assignee == people.karim


def test_taking_twice_is_recorded_once(ticket, people):
    actions.take(ticket, by=people.karim)
    with refused(ticket, NotYours):
        actions.take(ticket, by=people.karim)
    assert history(ticket).count("take") == 1
