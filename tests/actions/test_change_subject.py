"""Saying better what a ticket is about."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["taken", "closed", "approved"])
def test_the_manager_in_charge_changes_the_subject_in_any_status(request, stage, people):
    ticket = request.getfixturevalue(stage)
    event = actions.change_subject(ticket, by=people.karim, to="Vanne bloquée")
    assert ticket.subject == "Vanne bloquée"
    assert event.before == {"subject": "Radiateur froid en salle A12"}
    assert event.after == {"subject": "Vanne bloquée"}


def test_the_requester_may_while_it_is_open(ticket, people):
    actions.change_subject(ticket, by=people.lea, to="Radiateur froid en salle A13")
    assert ticket.subject == "Radiateur froid en salle A13"


def test_the_requester_may_not_once_it_has_ended(closed, people):
    with refused(closed, NotNow):
        actions.change_subject(closed, by=people.lea, to="Autre chose")


@pytest.mark.parametrize("person", ["victor", "sophie", "thomas"])
def test_nobody_else_may_change_the_subject(invited, people, person):
    with refused(invited, NotYours):
        actions.change_subject(invited, by=getattr(people, person), to="Autre chose")


@pytest.mark.parametrize("subject", ["", " \r\n ", "x" * 201])
def test_empty_and_endless_subjects_are_refused(taken, people, subject):
    with refused(taken, NotPossible, "to"):
        actions.change_subject(taken, by=people.karim, to=subject)


def test_a_subject_is_on_one_line(taken, people):
    actions.change_subject(taken, by=people.karim, to="Vanne\r\nBcc: x@y.z")
    assert taken.subject == "Vanne Bcc: x@y.z"


def test_only_managers_are_notified_by_default_of_people_who_change_the_subject(taken, people):
    assert not actions.change_subject(taken, by=people.karim, to="A").notifies_everyone
    assert actions.change_subject(
        taken, by=people.karim, to="B", notifies_everyone=True
    ).notifies_everyone


def test_a_stale_page_may_still_change_the_subject(taken, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.change_visibility(taken, by=people.lea, to="public")
    actions.change_subject(shown, by=people.karim, to="Vanne bloquée")
    assert shown.visibility == "public"


def test_changing_the_subject_twice_is_recorded_once(taken, people):
    actions.change_subject(taken, by=people.karim, to="Vanne bloquée")
    with refused(taken, NotPossible, "to"):
        actions.change_subject(taken, by=people.karim, to="Vanne bloquée")
    assert history(taken).count("change_subject") == 1
