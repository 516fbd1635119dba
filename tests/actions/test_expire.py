"""The end of a closure that its requester never answered."""

import pytest

from tests.actions.refusals import history, refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours


def test_a_closure_expires_after_fourteen_days(closed, people, travel):
    travel(days=14, seconds=1)
    event = actions.expire(closed)
    assert (closed.status, closed.awaiting_since) == ("expired", None)
    assert closed.assignee == people.karim
    assert event.actor is None


def test_a_closure_does_not_expire_before_the_delay(closed, travel):
    travel(days=13, hours=23)
    with refused(closed, NotPossible, None):
        actions.expire(closed)


def test_the_site_says_after_how_many_days(closed, travel, settings):
    settings.WAGTAIL_HELPDESK = {"EXPIRY_DAYS": 2}
    travel(days=2, seconds=1)
    actions.expire(closed)
    assert closed.status == "expired"


def test_a_requester_who_writes_has_the_whole_delay_again(closed, people, travel):
    travel(days=10)
    actions.comment(closed, by=people.lea, text="Je vérifie lundi.")
    travel(days=20)
    with refused(closed, NotPossible, None):
        actions.expire(closed)
    travel(days=25)
    actions.expire(closed)
    assert closed.status == "expired"


def test_a_manager_who_writes_does_not_change_the_delay(closed, people, travel):
    travel(days=10)
    actions.comment(closed, by=people.karim, text="C’est bon ?")
    travel(days=15)
    actions.expire(closed)
    assert closed.status == "expired"


def test_a_requester_who_invites_does_not_change_the_delay(closed, people, travel):
    before = closed.awaiting_since
    travel(days=10)
    actions.invite(closed, by=people.lea, users=[people.thomas])
    assert closed.awaiting_since == before


def test_a_deactivated_requester_does_not_hold_it_up(closed, people, travel):
    people.lea.is_active = False
    people.lea.save()
    travel(days=15)
    actions.expire(closed)
    assert closed.status == "expired"


@pytest.mark.parametrize("person", ["victor", "lea", "karim"])
def test_no_person_may_expire_a_closure(closed, people, person, travel):
    travel(days=15)
    with refused(closed, NotYours):
        actions.expire(closed, by=getattr(people, person))


# Marked, because the fixture asked for by name alone does not say that it needs the database.
@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["taken", "approved", "cancelled"])
def test_only_a_closure_expires(request, stage, travel):
    ticket = request.getfixturevalue(stage)
    travel(days=15)
    with refused(ticket, NotNow):
        actions.expire(ticket)


def test_expiring_twice_is_recorded_once(closed, travel):
    travel(days=15)
    actions.expire(closed)
    with refused(closed, NotNow):
        actions.expire(closed)
    assert history(closed).count("expire") == 1
