"""Taking a ticket and asking its requester for information (guide I.2)."""

from tests.actions.refusals import history, refused
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours


def test_take_and_ask_records_taking_then_asking(ticket, people):
    event = actions.take_and_ask(ticket, by=people.karim, text="Quel étage ?")
    assert history(ticket) == ["open_ticket", "take", "ask_information"]
    assert (ticket.status, ticket.assignee) == ("incomplete", people.karim)
    assert (event.action, event.text) == ("ask_information", "Quel étage ?")


def test_a_postponed_ticket_becomes_incomplete(taken, people, a_day_to_come):
    actions.postpone(taken, by=people.karim, until=a_day_to_come)
    actions.take_and_ask(taken, by=people.sophie, text="Toujours froid ?")
    assert (taken.status, taken.assignee, taken.resume_on) == ("incomplete", people.sophie, None)


def test_a_question_without_words_stops_it_whole(ticket, people):
    with refused(ticket, NotPossible, "text"):
        actions.take_and_ask(ticket, by=people.karim, text=" \n ")


def test_a_stranger_may_not_take_and_ask(ticket, people):
    with refused(ticket, NotYours):
        actions.take_and_ask(ticket, by=people.victor, text="Quoi ?")


def test_the_requester_may_not_take_and_ask(ticket, people):
    with refused(ticket, NotYours):
        actions.take_and_ask(ticket, by=people.lea, text="Quoi ?")


def test_a_manager_without_the_privilege_may_not(taken, general, people):
    privileged(general, people.sophie, can_take_assigned=False)
    with refused(taken, NotYours):
        actions.take_and_ask(taken, by=people.sophie, text="Quoi ?")


def test_an_ended_ticket_is_asked_nothing(closed, people):
    with refused(closed, NotNow):
        actions.take_and_ask(closed, by=people.sophie, text="Quoi ?")


def test_to_take_and_ask_twice_is_refused(ticket, people):
    actions.take_and_ask(ticket, by=people.karim, text="Quel étage ?")
    with refused(ticket, NotYours):
        actions.take_and_ask(ticket, by=people.karim, text="Quel étage ?")
