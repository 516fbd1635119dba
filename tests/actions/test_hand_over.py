"""What becomes of the open tickets of a manager who leaves."""

import pytest

from tests.actions.refusals import history, nothing_done
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import HandOverPolicy, NotPossible, hand_over
from wagtail_helpdesk.models import ServiceManager
from wagtail_helpdesk.models.guards import unguarded


@pytest.fixture
def ticket_of_former_manager(taken, general, people):
    """Karim’s ticket, after he left the service."""
    ServiceManager.objects.filter(service=general, user=people.karim).delete()
    return taken


def test_open_tickets_of_a_manager_who_left_are_released(ticket_of_former_manager, general, people):
    """S-VIS-07"""
    event = hand_over(general, people.karim)[0]
    ticket_of_former_manager.refresh_from_db()
    assert (event.action, event.actor) == ("release", None)
    assert (ticket_of_former_manager.status, ticket_of_former_manager.assignee) == ("free", None)


def test_open_tickets_of_a_manager_who_left_go_to_a_colleague(
    ticket_of_former_manager, general, people
):
    hand_over(general, people.karim, then=HandOverPolicy.COLLEAGUE, colleague=people.sophie)
    ticket_of_former_manager.refresh_from_db()
    assert ticket_of_former_manager.assignee == people.sophie
    assert history(ticket_of_former_manager)[-1] == "assign"


def test_open_tickets_of_a_manager_who_left_are_assigned_by_the_algorithm(
    ticket_of_former_manager, general, people
):
    general.algorithm = "first"
    general.save()
    hand_over(general, people.karim, then=HandOverPolicy.ALGORITHM)
    ticket_of_former_manager.refresh_from_db()
    assert ticket_of_former_manager.assignee == people.sophie


def test_tickets_become_free_when_the_algorithm_finds_nobody(
    ticket_of_former_manager, general, people
):
    hand_over(general, people.karim, then=HandOverPolicy.ALGORITHM)
    ticket_of_former_manager.refresh_from_db()
    assert ticket_of_former_manager.status == "free"


@pytest.mark.parametrize("stage", ["incomplete", "postponed"])
def test_a_ticket_that_waits_goes_on_waiting_for_the_colleague(request, stage, general, people):
    ticket = request.getfixturevalue(stage)
    hand_over(general, people.karim, then=HandOverPolicy.COLLEAGUE, colleague=people.sophie)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == (stage, people.sophie)


def test_ended_tickets_of_a_manager_who_left_are_not_changed(closed, general, people):
    with nothing_done(closed):
        assert hand_over(general, people.karim) == []


def test_tickets_of_another_service_are_left_alone(ticket, dsi, people):
    actions.take(ticket, by=people.julien)
    with nothing_done(ticket):
        assert hand_over(dsi, people.julien) == []


def test_each_ticket_handed_over_has_its_own_event(
    ticket_of_former_manager, general, plumbing, people
):
    for subject in ("Fuite", "Lavabo"):
        other = actions.open_ticket(plumbing, by=people.lea, subject=subject, text="Urgent.")
        actions.assign(other, by=people.sophie, to=people.julien)
        with unguarded():
            type(other).objects.filter(pk=other.pk).update(assignee=people.karim)
    events = hand_over(general, people.karim)
    assert len({event.ticket_id for event in events}) == 3
    assert len({event.batch for event in events}) == 3


def test_a_colleague_who_cannot_take_them_leaves_everything_as_it_is(
    ticket_of_former_manager, general, people
):
    privileged(general, people.sophie, available=False)
    with nothing_done(ticket_of_former_manager), pytest.raises(NotPossible):
        hand_over(general, people.karim, then=HandOverPolicy.COLLEAGUE, colleague=people.sophie)


def test_handing_over_twice_changes_nothing_more(ticket_of_former_manager, general, people):
    hand_over(general, people.karim)
    assert hand_over(general, people.karim) == []
