"""Making a ticket public or private."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["taken", "closed", "approved"])
def test_the_manager_in_charge_changes_the_visibility_in_any_status(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.change_visibility(ticket, by=people.karim, to="public")
    assert ticket.visibility == "public"
    assert event.after == {"visibility": "public"}


def test_the_requester_may_while_it_is_open(ticket, people):
    actions.change_visibility(ticket, by=people.lea, to="public")
    assert ticket.visibility == "public"


def test_the_requester_may_not_once_it_has_ended(closed, people):
    with refused(closed, NotNow):
        actions.change_visibility(closed, by=people.lea, to="public")


def test_a_viewer_loses_a_ticket_that_turns_private_and_their_comment_stays(public, people):
    actions.comment(public, by=people.victor, text="Chez nous aussi.")
    actions.change_visibility(public, by=people.lea, to="private")
    assert public.roles_of(people.victor) == frozenset()
    assert public.events.visible_to(people.lea).filter(actor=people.victor).exists()


@pytest.mark.parametrize("person", ["victor", "sophie", "thomas"])
def test_nobody_else_may_change_the_visibility(invited, people, person):
    with refused(invited, NotYours):
        actions.change_visibility(invited, by=getattr(people, person), to="public")


@pytest.mark.parametrize("visibility", ["", "secret", None])
def test_there_are_two_visibilities(taken, people, visibility):
    with refused(taken, NotPossible, "to"):
        actions.change_visibility(taken, by=people.karim, to=visibility)


def test_only_managers_are_notified_by_default_of_people_who_change_the_visibility(taken, people):
    assert not actions.change_visibility(taken, by=people.karim, to="public").notifies_everyone
    event = actions.change_visibility(taken, by=people.karim, to="private", notifies_everyone=True)
    assert event.notifies_everyone


def test_a_ticket_that_changed_meanwhile_is_looked_at_first(taken, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.ask_information(taken, by=people.karim, text="Où ?")
    with refused(shown, NotNow):
        actions.change_visibility(shown, by=people.lea, to="public")


def test_changing_the_visibility_twice_is_recorded_once(taken, people):
    actions.change_visibility(taken, by=people.karim, to="public")
    with refused(taken, NotPossible, "to"):
        actions.change_visibility(taken, by=people.karim, to="public")
    assert history(taken).count("change_visibility") == 1
