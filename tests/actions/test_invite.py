"""Inviting people to follow a ticket (guide I.7)."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("person", ["lea", "karim", "hugo"])
@pytest.mark.parametrize("stage", ["ticket", "incomplete", "closed", "approved"])
def test_requester_and_managers_invite_whatever_the_status(request, stage, person, people):
    ticket = request.getfixturevalue(stage)
    before = ticket.status
    event = actions.invite(
        ticket, by=getattr(people, person), users=[people.thomas], text="Pour information."
    )
    guest = ticket.guests.get()
    assert (guest.user, guest.permanent) == (people.thomas, False)
    assert event.after == {"guests": [people.thomas.pk]}
    assert event.text == "Pour information."
    assert ticket.status == before


def test_a_guest_reads_and_comments(invited, people):
    assert Ticket.objects.visible_to(people.thomas).get() == invited
    actions.comment(invited, by=people.thomas, text="Merci de l’invitation.")


def test_inviting_several_people_at_once_is_one_event(ticket, people):
    event = actions.invite(ticket, by=people.lea, users=[people.thomas, people.emily])
    assert event.after["guests"] == [people.thomas.pk, people.emily.pk]
    assert history(ticket).count("invite") == 1


def test_a_person_named_twice_is_invited_once(ticket, people):
    actions.invite(ticket, by=people.lea, users=[people.thomas, people.thomas])
    assert ticket.guests.count() == 1


def test_managers_invite_themselves(ticket, people):
    actions.invite(ticket, by=people.karim, users=[people.karim])
    assert ticket.guests.get().user == people.karim


def test_who_is_on_the_ticket_already_is_passed_over(invited, people):
    event = actions.invite(
        invited, by=people.karim, users=[people.thomas, people.lea, people.emily]
    )
    assert event.after["guests"] == [people.emily.pk]


def test_a_deactivated_person_is_named_and_nobody_is_invited(ticket, people):
    with refused(ticket, NotPossible, "users") as refusal:
        actions.invite(ticket, by=people.lea, users=[people.thomas, people.yvette])
    assert "Yvette Caron" in str(refusal.value)


def test_an_invitation_must_name_a_person(ticket, people):
    with refused(ticket, NotPossible, "users"):
        actions.invite(ticket, by=people.lea, users=[])


def test_the_requester_is_not_invited_to_their_own_ticket(ticket, people):
    with refused(ticket, NotPossible, "users"):
        actions.invite(ticket, by=people.karim, users=[people.lea])


def test_a_stranger_may_not_invite(ticket, people):
    with refused(ticket, NotYours):
        actions.invite(ticket, by=people.victor, users=[people.victor])


def test_a_guest_may_not_invite(invited, people):
    with refused(invited, NotYours):
        actions.invite(invited, by=people.thomas, users=[people.emily])


def test_a_viewer_may_not_invite(public, people):
    with refused(public, NotYours):
        actions.invite(public, by=people.victor, users=[people.victor])


def test_a_stale_page_may_still_invite(ticket, people):
    shown = Ticket.objects.get(pk=ticket.pk)
    actions.take(ticket, by=people.karim)
    actions.invite(shown, by=people.lea, users=[people.thomas])
    assert shown.assignee == people.karim


def test_inviting_twice_is_recorded_once(ticket, people):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    with refused(ticket, NotPossible, "users") as refusal:
        actions.invite(ticket, by=people.lea, users=[people.thomas])
    assert "Thomas Girard" in str(refusal.value)
    assert history(ticket).count("invite") == 1
