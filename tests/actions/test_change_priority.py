"""Changing how urgent a ticket is."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["ticket", "taken", "closed", "approved"])
def test_managers_change_the_priority_in_every_status(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.change_priority(ticket, by=people.hugo, to=5)
    assert ticket.priority == 5
    assert (event.before, event.after) == ({"priority": 3}, {"priority": 5})


def test_the_requester_may_while_it_is_open(taken, people):
    actions.change_priority(taken, by=people.lea, to=1)
    assert taken.priority == 1


def test_the_requester_may_not_once_it_has_ended(closed, people):
    with refused(closed, NotNow):
        actions.change_priority(closed, by=people.lea, to=1)


@pytest.mark.parametrize("person", ["victor", "thomas", None])
def test_nobody_else_may_change_the_priority(invited, people, person):
    with refused(invited, NotYours):
        actions.change_priority(invited, by=person and getattr(people, person), to=5)


@pytest.mark.parametrize("priority", [0, 6, None])
def test_there_are_five_priorities(taken, people, priority):
    with refused(taken, NotPossible, "to"):
        actions.change_priority(taken, by=people.karim, to=priority)


def test_only_managers_are_notified_by_default_of_people_who_change_the_priority(taken, people):
    assert not actions.change_priority(taken, by=people.karim, to=5).notifies_everyone
    assert actions.change_priority(
        taken, by=people.karim, to=4, notifies_everyone=True
    ).notifies_everyone


def test_a_stale_page_may_still_change_the_priority(taken, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.take(taken, by=people.sophie)
    actions.change_priority(shown, by=people.karim, to=5)
    assert shown.priority == 5


def test_changing_the_priority_twice_is_recorded_once(taken, people):
    actions.change_priority(taken, by=people.karim, to=5)
    with refused(taken, NotPossible, "to"):
        actions.change_priority(taken, by=people.karim, to=5)
    assert history(taken).count("change_priority") == 1
