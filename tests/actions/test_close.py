"""Closing a ticket (guide I.8)."""

import pytest

from tests.actions.refusals import history, refused
from tests.actions.scenarios import photo
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["taken", "incomplete", "postponed"])
def test_the_manager_in_charge_closes_and_the_requester_has_to_approve(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.close(ticket, by=people.karim, text="Vanne remplacée.")
    assert (ticket.status, ticket.assignee, ticket.is_open) == ("closed", people.karim, False)
    assert ticket.closed_at == ticket.awaiting_since == event.created_at
    assert event.text == "Vanne remplacée."


@pytest.mark.parametrize("stage", ["ticket", "taken", "incomplete", "postponed"])
def test_the_requester_closes_and_nobody_has_to_approve(request, stage, people):
    ticket = request.getfixturevalue(stage)
    actions.close(ticket, by=people.lea)
    assert (ticket.status, ticket.awaiting_since) == ("approved", None)
    assert ticket.closed_at is not None


def test_the_requester_in_charge_of_their_own_ticket_approves_at_once(heating, people):
    ticket = actions.open_ticket(heating, by=people.karim, subject="Clé", text="Perdue.")
    actions.take(ticket, by=people.karim)
    actions.close(ticket, by=people.karim)
    assert ticket.status == "approved"


def test_closing_may_release_as_well(taken, people):
    event = actions.close(taken, by=people.karim, release=True)
    assert (taken.status, taken.assignee) == ("closed", None)
    assert event.after["assignee"] is None


def test_a_requester_does_not_release_the_manager(taken, people):
    actions.close(taken, by=people.lea, release=True)
    assert (taken.status, taken.assignee) == ("approved", people.karim)


def test_the_day_it_was_put_off_to_is_forgotten(taken, people, a_day_to_come):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    actions.close(taken, by=people.karim)
    assert taken.resume_on is None


def test_a_stranger_may_not_close(taken, people):
    with refused(taken, NotYours):
        actions.close(taken, by=people.victor)


def test_a_manager_who_is_not_in_charge_may_not(taken, people):
    with refused(taken, NotYours):
        actions.close(taken, by=people.sophie)


def test_a_guest_may_not_close(invited, people):
    with refused(invited, NotYours):
        actions.close(invited, by=people.thomas)


def test_the_system_may_not_close(taken):
    with refused(taken, NotYours):
        actions.close(taken, by=None)


@pytest.mark.parametrize("person", ["lea", "karim"])
def test_an_ended_ticket_is_not_closed(approved, people, person):
    with refused(approved, NotNow):
        actions.close(approved, by=getattr(people, person))


def test_closing_twice_is_recorded_once(taken, people):
    actions.close(taken, by=people.karim)
    with refused(taken, NotNow):
        actions.close(taken, by=people.karim)
    assert history(taken).count("close") == 1


def test_a_ticket_that_changed_meanwhile_is_looked_at_first(taken, people):
    """D-20"""
    shown = Ticket.objects.get(pk=taken.pk)
    actions.change_visibility(taken, by=people.lea, to="public")
    with refused(shown, NotNow):
        actions.close(shown, by=people.karim)


def test_a_message_of_another_person_meanwhile_prevents_closing(taken, people):
    seen = taken.events.last().pk
    actions.comment(taken, by=people.lea, text="Attendez !")
    with refused(taken, NotNow):
        actions.close(taken, by=people.karim, seen=seen)


def test_a_file_sent_in_the_meantime_stops_the_closure(taken, people):
    seen = taken.events.last().pk
    actions.attach(taken, by=people.lea, files=[photo()])
    with refused(taken, NotNow):
        actions.close(taken, by=people.karim, seen=seen)


def test_a_message_of_the_author_does_not_stop_the_closure(taken, people):
    seen = taken.events.last().pk
    actions.comment(taken, by=people.karim, text="Je ferme.")
    actions.close(taken, by=people.karim, seen=seen)
    assert taken.status == "closed"


def test_an_action_without_message_does_not_stop_the_closure(taken, people):
    seen = taken.events.last().pk
    actions.change_priority(taken, by=people.sophie, to=5)
    actions.close(taken, by=people.karim, seen=seen)
    assert taken.status == "closed"


def test_a_message_hidden_from_the_author_does_not_stop_the_closure(taken, people):
    seen = taken.events.last().pk
    actions.note(taken, by=people.sophie, text="Entre nous.")
    actions.close(taken, by=people.lea, seen=seen)
    assert taken.status == "approved"


def test_a_note_of_a_colleague_stops_it(taken, people):
    seen = taken.events.last().pk
    actions.note(taken, by=people.sophie, text="Entre nous : pas encore.")
    with refused(taken, NotNow):
        actions.close(taken, by=people.karim, seen=seen)


def test_a_person_who_has_seen_every_event_closes_the_ticket(taken, people):
    actions.comment(taken, by=people.lea, text="C’est bon.")
    actions.close(taken, by=people.karim, seen=taken.events.last().pk)
    assert taken.status == "closed"
