"""Internal notes."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible, NotYours


@pytest.mark.parametrize("stage", ["ticket", "taken", "incomplete", "postponed", "closed"])
def test_a_manager_writes_a_note_whatever_the_status(request, stage, people):
    ticket = request.getfixturevalue(stage)
    before = ticket.status
    event = actions.note(ticket, by=people.hugo, text="La chaudière est ancienne.")
    assert (event.audience, event.text) == ("managers", "La chaudière est ancienne.")
    assert ticket.status == before


def test_a_note_does_not_show_even_as_a_movement(taken, people, travel):
    before = taken.last_activity_at, taken.version
    travel(days=1)
    actions.note(taken, by=people.karim, text="Encore lui.")
    assert (taken.last_activity_at, taken.version) == before


def test_a_manager_who_is_the_requester_does_not_answer_by_a_note(heating, people):
    ticket = actions.open_ticket(heating, by=people.karim, subject="Clé", text="Perdue.")
    actions.take_and_ask(ticket, by=people.karim, text="Laquelle ?")
    actions.note(ticket, by=people.karim, text="Celle de la cave.")
    assert ticket.status == "incomplete"


@pytest.mark.parametrize("person", ["victor", "lea", "thomas"])
def test_nobody_else_may_write_notes(invited, people, person):
    with refused(invited, NotYours):
        actions.note(invited, by=getattr(people, person), text="Psst.")


def test_a_viewer_may_not_write_notes(public, people):
    with refused(public, NotYours):
        actions.note(public, by=people.victor, text="Psst.")


def test_the_system_may_not_write_notes(taken):
    with refused(taken, NotYours):
        actions.note(taken, by=None, text="Psst.")


def test_a_note_without_words_is_refused(taken, people):
    with refused(taken, NotPossible, "text"):
        actions.note(taken, by=people.karim)


def test_the_same_note_twice_is_two_notes(taken, people):
    actions.note(taken, by=people.karim, text="Encore lui.")
    actions.note(taken, by=people.karim, text="Encore lui.")
    assert history(taken).count("note") == 2
