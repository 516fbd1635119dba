"""Taking an ended ticket up again (guide I.9)."""

import pytest

from tests.actions.refusals import history, refused
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotYours
from wagtail_helpdesk.models import ServiceManager, Ticket


@pytest.mark.parametrize("stage", ["closed", "approved", "cancelled"])
@pytest.mark.parametrize("person", ["lea", "sophie", "karim"])
def test_requester_and_managers_reopen_for_its_manager(request, stage, person, people):
    ticket = request.getfixturevalue(stage)
    event = actions.reopen(ticket, by=getattr(people, person), text="Ça recommence.")
    assert (ticket.status, ticket.assignee) == ("in_progress", people.karim)
    assert (ticket.closed_at, ticket.awaiting_since, ticket.is_open) == (None, None, True)
    assert event.text == "Ça recommence."


@pytest.mark.parametrize("person", ["lea", "sophie"])
def test_a_refused_ticket_is_reopened(taken, people, person):
    actions.refuse(taken, by=people.karim, text="Non.")
    actions.reopen(taken, by=getattr(people, person))
    assert taken.status == "in_progress"


def test_an_expired_ticket_is_reopened(closed, people, travel):
    travel(days=30)
    actions.expire(closed, by=None)
    actions.reopen(closed, by=people.lea)
    assert closed.status == "in_progress"


def test_a_reopened_ticket_is_free_when_nobody_was_in_charge(ticket, people):
    actions.cancel(ticket, by=people.lea)
    actions.reopen(ticket, by=people.lea)
    assert (ticket.status, ticket.assignee) == ("free", None)


def test_a_reopened_ticket_is_free_when_its_manager_left_the_service(closed, people):
    ServiceManager.objects.filter(user=people.karim).delete()
    actions.reopen(closed, by=people.sophie)
    assert (closed.status, closed.assignee) == ("free", None)


def test_a_reopened_ticket_is_free_when_its_manager_was_deactivated(closed, people):
    people.karim.is_active = False
    people.karim.save()
    actions.reopen(closed, by=people.sophie)
    assert (closed.status, closed.assignee) == ("free", None)


def test_the_algorithm_does_not_run_when_a_ticket_is_reopened(ticket, general, people):
    general.algorithm = "first"
    general.save()
    actions.cancel(ticket, by=people.lea)
    actions.reopen(ticket, by=people.lea)
    assert ticket.assignee is None


def test_a_closure_after_a_reopening_counts_from_then(closed, people, travel):
    travel(days=5)
    actions.reopen(closed, by=people.lea)
    event = actions.close(closed, by=people.karim)
    assert closed.closed_at == closed.awaiting_since == event.created_at


def test_a_stranger_may_not_reopen(closed, people):
    with refused(closed, NotYours):
        actions.reopen(closed, by=people.victor)


def test_a_guest_may_not_reopen(invited, people):
    actions.close(invited, by=people.karim)
    with refused(invited, NotYours):
        actions.reopen(invited, by=people.thomas)


def test_a_manager_without_the_privilege_may_not(closed, general, people):
    privileged(general, people.sophie, can_reopen=False)
    with refused(closed, NotYours):
        actions.reopen(closed, by=people.sophie)


def test_being_in_charge_does_not_replace_the_privilege(closed, general, people):
    privileged(general, people.karim, can_reopen=False)
    with refused(closed, NotYours):
        actions.reopen(closed, by=people.karim)


@pytest.mark.parametrize("person", ["lea", "sophie"])
def test_an_open_ticket_is_not_reopened(taken, people, person):
    with refused(taken, NotNow):
        actions.reopen(taken, by=getattr(people, person))


def test_a_closure_approved_meanwhile_is_looked_at_first(closed, people):
    shown = Ticket.objects.get(pk=closed.pk)
    actions.approve_closure(closed, by=people.lea)
    with refused(shown, NotNow):
        actions.reopen(shown, by=people.sophie)


def test_reopening_twice_is_recorded_once(closed, people):
    actions.reopen(closed, by=people.lea)
    with refused(closed, NotNow):
        actions.reopen(closed, by=people.lea)
    assert history(closed).count("reopen") == 1
