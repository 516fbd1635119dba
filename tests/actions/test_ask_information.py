"""Asking the requester for information."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["taken", "incomplete", "postponed"])
def test_the_manager_in_charge_asks_for_information(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.ask_information(ticket, by=people.karim, text="Quel étage ?")
    assert (ticket.status, ticket.assignee) == ("incomplete", people.karim)
    assert event.text == "Quel étage ?"


def test_the_day_it_was_put_off_to_is_forgotten(taken, people, a_day_to_come):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    actions.ask_information(taken, by=people.karim, text="Quel étage ?")
    assert taken.resume_on is None


def test_a_stranger_may_not_ask_for_information(taken, people):
    with refused(taken, NotYours):
        actions.ask_information(taken, by=people.victor, text="Quoi ?")


@pytest.mark.parametrize("person", ["sophie", "lea"])
def test_nobody_else_may_ask_for_information(taken, people, person):
    with refused(taken, NotYours):
        actions.ask_information(taken, by=getattr(people, person), text="Quoi ?")


def test_nobody_asks_about_a_free_ticket(ticket, people):
    with refused(ticket, NotYours):
        actions.ask_information(ticket, by=people.karim, text="Quoi ?")


def test_an_ended_ticket_is_asked_nothing(closed, people):
    with refused(closed, NotNow):
        actions.ask_information(closed, by=people.karim, text="Quoi ?")


def test_a_question_without_words_is_refused(taken, people):
    with refused(taken, NotPossible, "text"):
        actions.ask_information(taken, by=people.karim, text="")


def test_a_ticket_answered_meanwhile_is_looked_at_first(incomplete, people):
    shown = Ticket.objects.get(pk=incomplete.pk)
    actions.comment(incomplete, by=people.lea, text="Au second.")
    with refused(shown, NotNow):
        actions.ask_information(shown, by=people.karim, text="Quel étage ?")


def test_asking_again_records_another_question(incomplete, people):
    actions.ask_information(incomplete, by=people.karim, text="Et quelle salle ?")
    assert history(incomplete).count("ask_information") == 2
    assert incomplete.status == "incomplete"
