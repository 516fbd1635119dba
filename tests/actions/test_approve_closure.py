"""Agreeing that a ticket is done."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotYours
from wagtail_helpdesk.models import Ticket


def test_the_requester_approves_the_closure(closed, people):
    ended = closed.closed_at
    event = actions.approve_closure(closed, by=people.lea, text="Parfait.")
    assert (closed.status, closed.awaiting_since) == ("approved", None)
    assert (closed.closed_at, closed.assignee) == (ended, people.karim)
    assert event.text == "Parfait."


@pytest.mark.parametrize("person", ["victor", "karim", "sophie"])
def test_only_the_requester_may_approve_a_closure(closed, people, person):
    with refused(closed, NotYours):
        actions.approve_closure(closed, by=getattr(people, person))


def test_a_guest_may_not_approve_a_closure(invited, people):
    actions.close(invited, by=people.karim)
    with refused(invited, NotYours):
        actions.approve_closure(invited, by=people.thomas)


@pytest.mark.parametrize("stage", ["ticket", "taken", "cancelled"])
def test_only_a_closure_is_approved(request, stage, people):
    ticket = request.getfixturevalue(stage)
    with refused(ticket, NotNow):
        actions.approve_closure(ticket, by=people.lea)


def test_a_closure_taken_back_meanwhile_is_not_approved(closed, people):
    shown = Ticket.objects.get(pk=closed.pk)
    actions.reopen(closed, by=people.sophie)
    with refused(shown, NotNow):
        actions.approve_closure(shown, by=people.lea)


def test_approving_twice_is_recorded_once(closed, people):
    actions.approve_closure(closed, by=people.lea)
    with refused(closed, NotNow):
        actions.approve_closure(closed, by=people.lea)
    assert history(closed).count("approve_closure") == 1
