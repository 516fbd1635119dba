"""Who is said to be alerted before an action is those who are alerted of it afterwards."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from wagtail_helpdesk import actions, lifecycle
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import (
    Guest,
    HelpdeskPreferences,
    Monitoring,
    Notification,
    ServiceManager,
    Subscription,
    Ticket,
)
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.notifications.forecast import MAX_PEOPLE, foresee_recipients


def seen_by(ticket, user):
    """The ticket as a page fetches it."""
    return Ticket.objects.visible_to(user).with_access(user).get(pk=ticket.pk)


def foresee(ticket, user, action, **form):
    return foresee_recipients(action, seen_by(ticket, user), user, **form)


@pytest.fixture
def world(people, general, taken):
    """Karim is in charge; a guest, a follower, a muted manager, one at *always*, one without e-mail."""
    actions.invite(taken, by=people.lea, users=[people.thomas, people.marcel])
    Subscription.objects.create(ticket=taken, user=people.hugo, following=True)
    Subscription.objects.create(ticket=taken, user=people.julien, muted=True)
    for user in (people.sophie, people.julien):
        Monitoring.objects.create(
            user=user, service=general, any_ticket="always", member="always", in_charge="always"
        )
    dispatch_waiting_events()
    return taken


ACTS = {
    "comment": (lifecycle.COMMENT, {"text": "x"}, {}),
    "comment for the requester": (
        lifecycle.COMMENT,
        {"text": "x", "audience": Audience.REQUESTER},
        {"audience": Audience.REQUESTER},
    ),
    "note": (lifecycle.NOTE, {"text": "x"}, {}),
    "ask": (lifecycle.ASK_INFORMATION, {"text": "x"}, {}),
    "close": (lifecycle.CLOSE, {}, {}),
    "close and release": (lifecycle.CLOSE, {"release": True}, {"release": True}),
    "release": (lifecycle.RELEASE, {}, {}),
    "postpone": (lifecycle.POSTPONE, {"until": None}, {}),
    "refuse": (lifecycle.REFUSE, {"text": "x"}, {}),
}


@pytest.mark.parametrize("act", ACTS)
def test_forecast_of_the_manager_in_charge_is_what_the_dispatch_does(world, people, act):
    action, data, form = ACTS[act]
    expected = foresee(world, people.karim, action, **form)
    check(expected, world, people.karim, action, data)


@pytest.mark.parametrize(
    "action", [lifecycle.TAKE, lifecycle.TAKE_AND_ASK, lifecycle.TAKE_AND_CLOSE]
)
@pytest.mark.parametrize("state", ["free", "taken"])
def test_forecast_of_taking_is_what_the_dispatch_does(world, people, action, state):
    if state == "free":
        actions.release(world, by=people.karim)
        dispatch_waiting_events()
    expected = foresee(world, people.sophie, action)
    check(expected, world, people.sophie, action, {"text": "x"})


def check(expected, ticket, user, action, data):
    """Perform the action and compare whom the dispatch alerts."""
    Notification.objects.all().delete()
    result = actions.perform(action.name, seen_by(ticket, user), user, data)
    assert result.is_done, result.refusal
    dispatch_waiting_events()
    notified = Notification.objects.select_related("user")
    alerted = {get_display_name(one.user) for one in notified if not one.skipped}
    skipped = {get_display_name(one.user) for one in notified if one.skipped} - alerted
    assert set(expected.alerted.names) == alerted
    assert {*expected.silent.names, *expected.unreachable.names} == skipped


def test_forecast_says_who_is_not_alerted_and_why(world, people):
    expected = foresee(world, people.karim, lifecycle.COMMENT)
    assert set(expected.alerted.names) == {
        "Léa Fournier", "Thomas Girard", "Sophie Lambert", "Hugo Perrin",
    }  # fmt: skip
    assert expected.silent.names == ["Julien Moreau"]
    assert expected.unreachable.names == ["Marcel Pons"]


def test_forecast_respects_switches_but_for_questions(world, people):
    HelpdeskPreferences.objects.update_or_create(
        user=people.lea, defaults={"alerts_as_requester": False}
    )
    assert "Léa Fournier" in foresee(world, people.karim, lifecycle.COMMENT).silent.names
    assert "Léa Fournier" in foresee(world, people.karim, lifecycle.ASK_INFORMATION).alerted.names


@pytest.mark.parametrize("action", [lifecycle.TAKE, lifecycle.MOVE, lifecycle.CHANGE_PRIORITY])
def test_no_forecast_of_what_is_not_possible_or_depends_on_choices(world, people, action):
    assert foresee(world, people.karim, action) is None


def test_statements_do_not_grow_with_managers_and_guests(world, people, django_user_model):
    with CaptureQueriesContext(connection) as few:
        foresee(world, people.karim, lifecycle.COMMENT)
    names = (f"somebody{number}" for number in range(MAX_PEOPLE + 50))
    users = django_user_model.objects.bulk_create(
        django_user_model(username=name, email=f"{name}@arvelle.example") for name in names
    )
    ServiceManager.objects.bulk_create(
        ServiceManager(service=world.service, user=user) for user in users
    )
    Guest.objects.bulk_create(Guest(ticket=world, user=user) for user in users)
    with CaptureQueriesContext(connection) as many:
        expected = foresee(world, people.karim, lifecycle.COMMENT)
    assert len(many) == len(few) <= 18
    assert not expected.is_complete
    assert len(expected.alerted.names) == 12
    assert expected.alerted.others > 100
