"""Removing a person from the list of guests (guide I.7)."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("person", ["lea", "karim", "hugo", "thomas"])
def test_requester_managers_and_the_guest_in_person_may(invited, people, person):
    event = actions.remove_guest(invited, by=getattr(people, person), user=people.thomas)
    assert not invited.guests.exists()
    assert event.after == {"removed": [people.thomas.pk]}
    assert Ticket.objects.visible_to(people.thomas).count() == 0


def test_an_ended_ticket_has_guests_to_remove_too(invited, people):
    actions.close(invited, by=people.karim)
    actions.remove_guest(invited, by=people.lea, user=people.thomas)
    assert invited.status == "closed"


def test_a_comment_may_come_with_it(invited, people):
    event = actions.remove_guest(invited, by=people.lea, user=people.thomas, text="Erreur.")
    assert event.text == "Erreur."


def test_a_guest_does_not_remove_another(invited, people):
    actions.invite(invited, by=people.lea, users=[people.emily])
    with refused(invited, NotYours):
        actions.remove_guest(invited, by=people.emily, user=people.thomas)


@pytest.mark.parametrize("person", ["victor", None])
def test_neither_a_stranger_nor_the_system_may_remove_a_guest(invited, people, person):
    with refused(invited, NotYours):
        actions.remove_guest(invited, by=person and getattr(people, person), user=people.thomas)


def test_a_viewer_may_not_remove_a_guest(invited, people):
    actions.change_visibility(invited, by=people.lea, to="public")
    with refused(invited, NotYours):
        actions.remove_guest(invited, by=people.victor, user=people.thomas)


def test_only_a_guest_can_be_removed(invited, people):
    with refused(invited, NotPossible, "user") as refusal:
        actions.remove_guest(invited, by=people.lea, user=people.emily)
    assert "Emily Carter" in str(refusal.value)


def test_removing_a_guest_twice_is_recorded_once(invited, people):
    actions.remove_guest(invited, by=people.lea, user=people.thomas)
    with refused(invited, NotPossible, "user"):
        actions.remove_guest(invited, by=people.lea, user=people.thomas)
    assert history(invited).count("remove_guest") == 1
