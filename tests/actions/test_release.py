"""Releasing a ticket (guide I.4)."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotYours
from wagtail_helpdesk.models import ServiceManager, Ticket


@pytest.mark.parametrize("stage", ["taken", "incomplete", "postponed"])
def test_the_manager_in_charge_releases_the_ticket(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.release(ticket, by=people.karim, text="Je pars en congé.")
    assert (ticket.status, ticket.assignee) == ("free", None)
    assert event.text == "Je pars en congé."
    assert event.before["assignee"] == people.karim.pk


def test_the_day_it_was_put_off_to_is_forgotten(taken, people, a_day_to_come):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    actions.release(taken, by=people.karim)
    assert taken.resume_on is None


def test_the_algorithm_does_not_give_it_to_another_manager(taken, general, people):
    general.algorithm = "first"
    general.save()
    actions.release(taken, by=people.karim)
    assert history(taken)[-1] == "release"
    assert taken.assignee is None


def test_the_system_releases_a_ticket(taken):
    assert actions.release(taken, by=None).actor is None
    assert taken.status == "free"


def test_a_stranger_may_not_release(taken, people):
    with refused(taken, NotYours):
        actions.release(taken, by=people.victor)


@pytest.mark.parametrize("person", ["sophie", "lea"])
def test_nobody_else_may_release(taken, people, person):
    with refused(taken, NotYours):
        actions.release(taken, by=getattr(people, person))


def test_the_one_in_charge_who_manages_the_service_no_more_may_not(taken, people):
    ServiceManager.objects.filter(user=people.karim).delete()
    with refused(taken, NotYours):
        actions.release(taken, by=people.karim)


def test_a_closed_ticket_is_not_released(closed, people):
    with refused(closed, NotNow):
        actions.release(closed, by=people.karim)


def test_a_ticket_taken_over_meanwhile_is_not_released(taken, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.take(taken, by=people.sophie)
    with refused(shown, NotNow):
        actions.release(shown, by=people.karim)


def test_releasing_twice_is_recorded_once(taken, people):
    actions.release(taken, by=people.karim)
    with refused(taken, NotYours):
        actions.release(taken, by=people.karim)
    assert history(taken).count("release") == 1
