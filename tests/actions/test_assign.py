"""Putting a colleague in charge (guide I.3)."""

import datetime

import pytest
from django.utils import timezone

from tests.actions.refusals import history, refused
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Absence, Ticket


def test_a_free_ticket_goes_to_a_colleague(ticket, people):
    event = actions.assign(ticket, by=people.karim, to=people.sophie, text="C’est ton étage.")
    assert (ticket.status, ticket.assignee) == ("in_progress", people.sophie)
    assert event.text == "C’est ton étage."
    assert event.after == {"status": "in_progress", "assignee": people.sophie.pk}


def test_a_ticket_one_is_in_charge_of_goes_to_a_colleague(taken, people):
    actions.assign(taken, by=people.karim, to=people.sophie)
    assert taken.assignee == people.sophie


def test_a_ticket_of_another_manager_goes_to_a_third(taken, people):
    event = actions.assign(taken, by=people.sophie, to=people.julien)
    assert event.before == {"assignee": people.karim.pk}


@pytest.mark.parametrize("stage", ["incomplete", "postponed"])
def test_a_ticket_that_waits_goes_on_waiting(request, stage, people):
    ticket = request.getfixturevalue(stage)
    actions.assign(ticket, by=people.sophie, to=people.julien)
    assert (ticket.status, ticket.assignee) == (stage, people.julien)


def test_the_colleague_needs_no_privilege(ticket, people):
    actions.assign(ticket, by=people.karim, to=people.hugo)
    assert ticket.assignee == people.hugo


def test_the_system_assigns_a_ticket(ticket, people):
    event = actions.assign(ticket, by=None, to=people.karim)
    assert (ticket.assignee, event.actor) == (people.karim, None)


def test_a_stranger_may_not_assign(ticket, people):
    with refused(ticket, NotYours):
        actions.assign(ticket, by=people.victor, to=people.karim)


def test_the_requester_may_not_assign(ticket, people):
    with refused(ticket, NotYours):
        actions.assign(ticket, by=people.lea, to=people.karim)


def test_a_manager_without_the_privilege_may_not(taken, general, people):
    privileged(general, people.karim, can_assign=False)
    with refused(taken, NotYours):
        actions.assign(taken, by=people.karim, to=people.sophie)


def test_an_ended_ticket_is_not_assigned(closed, people):
    with refused(closed, NotNow):
        actions.assign(closed, by=people.karim, to=people.sophie)


def test_a_manager_cannot_assign_a_ticket_to_themselves(ticket, people):
    with refused(ticket, NotPossible, "to"):
        actions.assign(ticket, by=people.karim, to=people.karim)


def test_the_one_in_charge_is_not_put_in_charge_again(taken, people):
    with refused(taken, NotPossible, "to"):
        actions.assign(taken, by=people.sophie, to=people.karim)


def test_a_person_who_does_not_manage_the_service_is_not_put_in_charge(ticket, dsi, people):
    with refused(ticket, NotPossible, "to") as refusal:
        actions.assign(ticket, by=people.karim, to=people.nadia)
    assert "Nadia Haddad" in str(refusal.value)


def test_an_unavailable_manager_is_not_put_in_charge(ticket, general, people):
    privileged(general, people.sophie, available=False)
    with refused(ticket, NotPossible, "to"):
        actions.assign(ticket, by=people.karim, to=people.sophie)


def test_a_manager_absent_today_is_not_put_in_charge(ticket, people):
    today = timezone.localdate()
    Absence.objects.create(user=people.sophie, starts_on=today, ends_on=today)
    with refused(ticket, NotPossible, "to"):
        actions.assign(ticket, by=people.karim, to=people.sophie)


def test_a_manager_back_from_an_absence_is_put_in_charge(ticket, people):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Absence.objects.create(user=people.sophie, starts_on=yesterday, ends_on=yesterday)
    actions.assign(ticket, by=people.karim, to=people.sophie)
    assert ticket.assignee == people.sophie


def test_a_deactivated_manager_is_not_put_in_charge(ticket, people):
    people.sophie.is_active = False
    people.sophie.save()
    with refused(ticket, NotPossible, "to"):
        actions.assign(ticket, by=people.karim, to=people.sophie)


def test_the_form_offers_the_available_managers_but_the_one_in_charge(taken, general, people):
    privileged(general, people.julien, available=False)
    from wagtail_helpdesk.actions.assigning import find_assignable_managers

    assert {row.user for row in find_assignable_managers(taken)} == {people.sophie, people.hugo}


def test_a_ticket_taken_meanwhile_is_not_assigned(ticket, people):
    shown = Ticket.objects.get(pk=ticket.pk)
    actions.take(ticket, by=people.julien)
    with refused(shown, NotNow):
        actions.assign(shown, by=people.karim, to=people.sophie)


def test_assigning_twice_is_recorded_once(ticket, people):
    actions.assign(ticket, by=people.karim, to=people.sophie)
    with refused(ticket, NotPossible, "to"):
        actions.assign(ticket, by=people.karim, to=people.sophie)
    assert history(ticket).count("assign") == 1
