"""Putting a ticket off."""

import datetime

import pytest
from django.utils import timezone

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.models import Ticket


@pytest.mark.parametrize("stage", ["taken", "incomplete"])
def test_the_one_in_charge_puts_it_off_without_a_date(request, stage, people):
    ticket = request.getfixturevalue(stage)
    actions.postpone(ticket, by=people.karim)
    assert (ticket.status, ticket.assignee, ticket.resume_on) == ("postponed", people.karim, None)


def test_the_manager_in_charge_postpones_a_ticket_to_a_day(taken, people, a_day_to_come):
    event = actions.postpone(taken, by=people.karim, until=a_day_to_come, text="Pièce commandée.")
    assert taken.resume_on == a_day_to_come
    assert event.after == {"status": "postponed", "resume_on": a_day_to_come.isoformat()}
    assert event.text == "Pièce commandée."


def test_a_ticket_can_be_postponed_to_tomorrow(taken, people):
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    actions.postpone(taken, by=people.karim, until=tomorrow)
    assert taken.resume_on == tomorrow


@pytest.mark.parametrize("days", [0, -1, -400])
def test_today_and_days_gone_by_are_refused(taken, people, days):
    day = timezone.localdate() + datetime.timedelta(days=days)
    with refused(taken, NotPossible, "until"):
        actions.postpone(taken, by=people.karim, until=day)


def test_a_stranger_may_not_postpone(taken, people):
    with refused(taken, NotYours):
        actions.postpone(taken, by=people.victor)


@pytest.mark.parametrize("person", ["sophie", "lea"])
def test_nobody_else_may_postpone(taken, people, person):
    with refused(taken, NotYours):
        actions.postpone(taken, by=getattr(people, person))


def test_an_ended_ticket_is_not_put_off(closed, people):
    with refused(closed, NotNow):
        actions.postpone(closed, by=people.karim)


def test_a_ticket_taken_over_meanwhile_is_not_put_off(taken, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.take(taken, by=people.sophie)
    with refused(shown, NotNow):
        actions.postpone(shown, by=people.karim)


def test_postponing_twice_is_recorded_once(taken, people):
    actions.postpone(taken, by=people.karim)
    with refused(taken, NotNow):
        actions.postpone(taken, by=people.karim)
    assert history(taken).count("postpone") == 1
