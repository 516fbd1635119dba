"""Taking a ticket and closing it in the same action (guide I.2)."""

import pytest

from tests.actions.refusals import history, refused
from tests.actions.scenarios import photo
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


def test_take_and_close_records_taking_then_closing(ticket, people):
    event = actions.take_and_close(ticket, by=people.karim, text="Radiateur purgé.")
    assert history(ticket) == ["open_ticket", "take", "close"]
    assert (ticket.status, ticket.assignee) == ("closed", people.karim)
    assert (event.action, event.text) == ("close", "Radiateur purgé.")


def test_message_and_files_go_with_the_closure(ticket, people):
    event = actions.take_and_close(ticket, by=people.karim, text="Voilà.", files=[photo()])
    assert event.attachments.count() == 1
    taking = ticket.events.get(action="take")
    assert (taking.text, taking.attachments.count()) == ("", 0)


def test_take_and_close_takes_over_from_a_colleague(taken, people):
    actions.take_and_close(taken, by=people.sophie)
    assert (taken.status, taken.assignee) == ("closed", people.sophie)


def test_a_manager_who_is_the_requester_approves_at_once(heating, people):
    ticket = actions.open_ticket(heating, by=people.karim, subject="Clé", text="Perdue.")
    actions.take_and_close(ticket, by=people.karim)
    assert ticket.status == "approved"


def test_a_stranger_may_not_take_and_close(ticket, people):
    with refused(ticket, NotYours):
        actions.take_and_close(ticket, by=people.victor)


def test_the_requester_may_not_take_and_close(ticket, people):
    with refused(ticket, NotYours):
        actions.take_and_close(ticket, by=people.lea)


def test_a_manager_without_the_privilege_may_not(ticket, general, people):
    privileged(general, people.karim, can_take_free=False)
    with refused(ticket, NotYours):
        actions.take_and_close(ticket, by=people.karim)


def test_an_ended_ticket_is_not_closed_again(closed, people):
    with refused(closed, NotNow):
        actions.take_and_close(closed, by=people.sophie)


def test_to_take_and_close_twice_is_refused(ticket, people):
    actions.take_and_close(ticket, by=people.karim)
    with refused(ticket, NotYours):
        actions.take_and_close(ticket, by=people.karim)


def test_a_message_in_the_meantime_stops_both_taking_and_closing(ticket, people):
    seen = ticket.events.last().pk
    actions.comment(ticket, by=people.lea, text="Il fait 12 degrés maintenant.")
    with refused(ticket, NotNow):
        actions.take_and_close(ticket, by=people.karim, seen=seen)
    assert ticket.assignee is None


def test_a_colleague_who_was_faster_stops_it_whole(ticket, people):
    shown = Ticket.objects.get(pk=ticket.pk)
    actions.take(ticket, by=people.sophie)
    with refused(shown, NotNow):
        actions.take_and_close(shown, by=people.karim)


def test_a_file_that_is_refused_stops_it_whole(ticket, people, empty_file):
    with refused(ticket, NotPossible, "files"):
        actions.take_and_close(ticket, by=people.karim, files=[empty_file])


@pytest.mark.parametrize("stage", ["incomplete", "postponed"])
def test_a_ticket_that_waits_is_closed_as_well(request, stage, people):
    ticket = request.getfixturevalue(stage)
    actions.take_and_close(ticket, by=people.sophie)
    assert (ticket.status, ticket.resume_on) == ("closed", None)
