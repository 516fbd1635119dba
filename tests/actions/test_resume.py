"""Going on with a ticket that waited."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["postponed", "incomplete"])
def test_the_manager_in_charge_resumes_the_ticket(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.resume(ticket, by=people.karim, text="La pièce est là.")
    assert (ticket.status, ticket.assignee) == ("in_progress", people.karim)
    assert event.text == "La pièce est là."


def test_a_postponed_ticket_can_be_resumed_before_its_day(taken, people, a_day_to_come):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    actions.resume(taken, by=people.karim)
    assert (taken.status, taken.resume_on) == ("in_progress", None)


def test_the_system_resumes_on_the_day(taken, people, a_day_to_come, travel):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    travel(to=a_day_to_come)
    event = actions.resume(taken, by=None)
    assert (taken.status, event.actor) == ("in_progress", None)


def test_the_system_does_not_resume_before(taken, people, a_day_to_come):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    with refused(taken, NotPossible, None):
        actions.resume(taken, by=None)


def test_the_system_does_not_resume_what_has_no_day(postponed):
    with refused(postponed, NotPossible, None):
        actions.resume(postponed, by=None)


def test_the_system_does_not_resume_what_waits_for_an_answer(incomplete):
    with refused(incomplete, NotNow):
        actions.resume(incomplete, by=None)


@pytest.mark.parametrize("person", ["victor", "sophie", "lea"])
def test_nobody_else_may_resume(postponed, people, person):
    with refused(postponed, NotYours):
        actions.resume(postponed, by=getattr(people, person))


def test_a_ticket_that_ended_is_not_resumed(closed, people):
    with refused(closed, NotNow):
        actions.resume(closed, by=people.karim)


def test_a_ticket_answered_meanwhile_is_looked_at_first(incomplete, people):
    shown = Ticket.objects.get(pk=incomplete.pk)
    actions.comment(incomplete, by=people.lea, text="Au second.")
    with refused(shown, NotNow):
        actions.resume(shown, by=people.karim)


def test_resuming_twice_is_recorded_once(postponed, people):
    actions.resume(postponed, by=people.karim)
    with refused(postponed, NotNow):
        actions.resume(postponed, by=people.karim)
    assert history(postponed).count("resume") == 1
