"""Commenting on a ticket (guide I.5)."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("person", ["lea", "karim", "sophie", "hugo", "thomas"])
def test_requester_managers_and_guests_comment(invited, people, person):
    event = actions.comment(invited, by=getattr(people, person), text="Il fait **froid**.")
    assert (event.action, event.audience) == ("comment", "everyone")
    assert event.text == "Il fait **froid**."
    assert "<strong>froid</strong>" in event.html
    assert (event.before, event.after) == ({}, {})
    assert invited.status == "in_progress"


@pytest.mark.parametrize("stage", ["ticket", "taken", "postponed", "closed", "approved"])
@pytest.mark.parametrize("person", ["lea", "karim"])
def test_a_comment_changes_no_status(request, stage, person, people):
    ticket = request.getfixturevalue(stage)
    before = ticket.status
    actions.comment(ticket, by=getattr(people, person), text="Merci.")
    assert ticket.status == before


def test_the_requester_answers_an_incomplete_ticket(incomplete, people):
    event = actions.comment(incomplete, by=people.lea, text="Au second.")
    assert incomplete.status == "in_progress"
    assert event.after == {"status": "in_progress"}


@pytest.mark.parametrize("person", ["karim", "sophie", "thomas"])
def test_nobody_else_answers_for_the_requester(incomplete, people, person):
    actions.invite(incomplete, by=people.lea, users=[people.thomas])
    actions.comment(incomplete, by=getattr(people, person), text="Au second, je crois.")
    assert incomplete.status == "incomplete"


def test_a_manager_who_is_the_requester_answers_as_such(heating, people):
    ticket = actions.open_ticket(heating, by=people.karim, subject="Clé", text="Perdue.")
    actions.take_and_ask(ticket, by=people.karim, text="Laquelle ?")
    actions.comment(ticket, by=people.karim, text="Celle de la cave.")
    assert ticket.status == "in_progress"


def test_a_viewer_comments_on_a_public_ticket(public, people):
    actions.comment(public, by=people.victor, text="Chez nous aussi.")
    assert history(public)[-1] == "comment"


def test_a_viewer_does_not_comment_on_an_ended_one(public, people):
    actions.cancel(public, by=people.lea)
    with refused(public, NotNow):
        actions.comment(public, by=people.victor, text="Chez nous aussi.")


@pytest.mark.parametrize("person", ["lea", "karim", "thomas"])
def test_a_comment_may_be_for_requester_and_managers_only(invited, people, person):
    event = actions.comment(
        invited, by=getattr(people, person), text="En privé.", audience="requester"
    )
    assert event.audience == "requester"


@pytest.mark.parametrize("audience", ["managers", "", "nobody", None])
def test_other_audiences_are_refused(taken, people, audience):
    with refused(taken, NotPossible, "audience"):
        actions.comment(taken, by=people.karim, text="Bonjour.", audience=audience)


def test_the_requester_who_writes_after_the_closure_has_all_their_time_again(
    closed, people, travel
):
    before = closed.awaiting_since
    travel(days=3)
    actions.comment(closed, by=people.lea, text="Merci !")
    assert closed.status == "closed"
    assert (closed.awaiting_since - before).days == 3


def test_comments_of_managers_after_the_closure_do_not_extend_the_time_to_answer(
    closed, people, travel
):
    before = closed.awaiting_since
    travel(days=3)
    actions.comment(closed, by=people.sophie, text="Bravo !")
    assert closed.awaiting_since == before


def test_a_comment_that_guests_may_not_read_does_not_move_the_ticket_in_their_lists(
    invited, people, travel
):
    before = invited.last_activity_at
    travel(days=1)
    actions.comment(invited, by=people.lea, text="En privé.", audience="requester")
    assert invited.last_activity_at == before


def test_a_comment_moves_the_ticket_up(taken, people, travel):
    before = taken.last_activity_at
    travel(days=1)
    actions.comment(taken, by=people.lea, text="Alors ?")
    assert taken.last_activity_at > before


def test_a_comment_never_conflicts(taken, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.take(taken, by=people.sophie)
    actions.comment(shown, by=people.lea, text="Bonjour.")
    assert shown.assignee == people.sophie


def test_a_stranger_may_not_comment(taken, people):
    with refused(taken, NotYours):
        actions.comment(taken, by=people.victor, text="Bonjour.")


def test_the_creator_of_a_ticket_for_another_person_is_a_stranger(heating, people):
    ticket = actions.open_ticket(
        heating, by=people.karim, requester=people.lea, subject="Fuite", text="Urgent."
    )
    people.karim.helpdesk_manager_rows.all().delete()
    with refused(ticket, NotYours):
        actions.comment(ticket, by=people.karim, text="Bonjour.")


def test_the_system_may_not_comment(taken):
    with refused(taken, NotYours):
        actions.comment(taken, by=None, text="Bonjour.")


def test_a_comment_without_words_is_refused(taken, people):
    with refused(taken, NotPossible, "text"):
        actions.comment(taken, by=people.lea, text="")


def test_the_same_comment_twice_is_two_comments(taken, people):
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert history(taken).count("comment") == 2
