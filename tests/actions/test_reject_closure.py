"""Disagreeing with a closure."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import ServiceManager, Ticket


def test_the_ticket_goes_back_to_its_manager(closed, people):
    event = actions.reject_closure(closed, by=people.lea, text="Toujours froid.")
    assert (closed.status, closed.assignee, closed.is_open) == ("in_progress", people.karim, True)
    assert (closed.closed_at, closed.awaiting_since) == (None, None)
    assert event.text == "Toujours froid."


def test_a_rejected_ticket_is_free_when_its_manager_left_the_service(closed, people):
    ServiceManager.objects.filter(user=people.karim).delete()
    actions.reject_closure(closed, by=people.lea, text="Toujours froid.")
    assert (closed.status, closed.assignee) == ("free", None)


def test_a_rejected_ticket_is_free_when_its_manager_was_deactivated(closed, people):
    people.karim.is_active = False
    people.karim.save()
    actions.reject_closure(closed, by=people.lea, text="Toujours froid.")
    assert (closed.status, closed.assignee) == ("free", None)


def test_a_rejected_ticket_is_free_when_it_was_released_with_the_closure(taken, people):
    actions.close(taken, by=people.karim, release=True)
    actions.reject_closure(taken, by=people.lea, text="Toujours froid.")
    assert (taken.status, taken.assignee) == ("free", None)


def test_the_algorithm_does_not_run_when_a_closure_is_rejected(taken, general, people):
    general.algorithm = "first"
    general.save()
    actions.close(taken, by=people.karim, release=True)
    actions.reject_closure(taken, by=people.lea, text="Toujours froid.")
    assert taken.assignee is None


@pytest.mark.parametrize("person", ["victor", "karim", "sophie"])
def test_nobody_else_may_refuse_a_closure(closed, people, person):
    with refused(closed, NotYours):
        actions.reject_closure(closed, by=getattr(people, person), text="Non.")


@pytest.mark.parametrize("stage", ["ticket", "taken", "approved", "cancelled"])
def test_only_a_closure_is_rejected(request, stage, people):
    ticket = request.getfixturevalue(stage)
    with refused(ticket, NotNow):
        actions.reject_closure(ticket, by=people.lea, text="Non.")


def test_a_reason_is_required(closed, people):
    with refused(closed, NotPossible, "text"):
        actions.reject_closure(closed, by=people.lea, text="")


def test_a_ticket_reopened_meanwhile_is_looked_at_first(closed, people):
    shown = Ticket.objects.get(pk=closed.pk)
    actions.reopen(closed, by=people.sophie)
    with refused(shown, NotNow):
        actions.reject_closure(shown, by=people.lea, text="Non.")


def test_rejecting_twice_is_recorded_once(closed, people):
    actions.reject_closure(closed, by=people.lea, text="Non.")
    with refused(closed, NotNow):
        actions.reject_closure(closed, by=people.lea, text="Non.")
    assert history(closed).count("reject_closure") == 1
