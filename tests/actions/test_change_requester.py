"""Making another person the requester."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["taken", "incomplete", "postponed"])
def test_the_manager_in_charge_changes_the_requester(request, stage, people):
    ticket = request.getfixturevalue(stage)
    before = ticket.status
    event = actions.change_requester(ticket, by=people.karim, to=people.emily, text="C’est elle.")
    assert (ticket.requester, ticket.creator, ticket.status) == (people.emily, people.lea, before)
    assert (event.before, event.after) == (
        {"requester": people.lea.pk},
        {"requester": people.emily.pk},
    )


def test_the_former_requester_sees_it_no_more(taken, people):
    actions.change_requester(taken, by=people.karim, to=people.emily)
    assert taken.roles_of(people.lea) == frozenset()


def test_the_former_requester_may_stay_as_a_guest(taken, people):
    event = actions.change_requester(taken, by=people.karim, to=people.emily, keep_as_guest=True)
    assert taken.guests.get().user == people.lea
    assert event.after["guests"] == [people.lea.pk]


def test_a_guest_who_becomes_requester_is_no_guest_any_more(invited, people):
    actions.change_requester(invited, by=people.karim, to=people.thomas)
    assert not invited.guests.exists()


def test_the_manager_in_charge_may_become_requester(taken, people):
    actions.change_requester(taken, by=people.karim, to=people.karim)
    assert (taken.requester, taken.assignee) == (people.karim, people.karim)


def test_the_new_requester_must_be_active(taken, people):
    with refused(taken, NotPossible, "to"):
        actions.change_requester(taken, by=people.karim, to=people.yvette)


@pytest.mark.parametrize("person", ["victor", "lea", "sophie"])
def test_nobody_else_may_change_the_requester(taken, people, person):
    with refused(taken, NotYours):
        actions.change_requester(taken, by=getattr(people, person), to=people.emily)


def test_an_ended_ticket_keeps_its_requester(closed, people):
    with refused(closed, NotNow):
        actions.change_requester(closed, by=people.karim, to=people.emily)


def test_a_ticket_that_changed_meanwhile_is_looked_at_first(taken, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.take(taken, by=people.sophie)
    with refused(shown, NotNow):
        actions.change_requester(shown, by=people.karim, to=people.emily)


def test_changing_the_requester_twice_is_recorded_once(taken, people):
    actions.change_requester(taken, by=people.karim, to=people.emily)
    with refused(taken, NotPossible, "to"):
        actions.change_requester(taken, by=people.karim, to=people.emily)
    assert history(taken).count("change_requester") == 1
