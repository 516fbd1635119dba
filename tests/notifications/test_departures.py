"""Managers who leave, told end to end: no ticket in the hands of nobody without somebody hearing."""

import pytest
from django.core.management import call_command

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import HandOverPolicy, configuration
from wagtail_helpdesk.directory import users
from wagtail_helpdesk.models import ServiceManager, Ticket


def remove(user, then=HandOverPolicy.FREE, colleague=None):
    """Take somebody out of the services they manage, as the admin does."""
    for row in ServiceManager.objects.filter(user=user):
        configuration.remove_manager(row, by=None, then=then, colleague=colleague)


def deactivate(user):
    """Deactivate the account, as the site does; housekeeping finds it."""
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    call_command("helpdesk_housekeeping", verbosity=0)


@pytest.fixture
def vanish(monkeypatch):
    """Let the directory know somebody no more, and synchronise."""

    def vanish(user):
        monkeypatch.setattr(users.UserDirectory, "missing", lambda self, asked: [user])
        call_command("helpdesk_people", "--share-limit", "1", verbosity=0)

    return vanish


@pytest.fixture(params=["removed", "deactivated", "gone from the directory"])
def leave(request, vanish):
    """Somebody leaves, in each of the ways there are."""
    return {"removed": remove, "deactivated": deactivate}.get(request.param, vanish)


@pytest.fixture
def mails(taken, people, forget_notifications, leave, send_mails):
    """The mails sent when Karim, in charge of Léa’s ticket, leaves."""

    def mails():
        forget_notifications()
        leave(people.karim)
        return send_mails()

    return mails


def test_the_ticket_is_freed_and_the_requester_and_all_managers_hear(mails, taken, people):
    recipients = mails()
    taken.refresh_from_db()
    assert (taken.status, taken.assignee) == ("free", None)
    # Released: every manager of the service counts as member of the category (guide I.4).
    assert set(recipients) == {"lea", "sophie", "julien", "hugo"}
    assert "Your ticket is back in the queue" in recipients["lea"].body
    assert "nobody is in charge of it any more" in recipients["sophie"].body


def test_the_record_says_so(mails, taken):
    mails()
    event = taken.events.last()
    assert (event.action, event.actor) == ("release", None)
    assert event.before["assignee"] is not None
    assert event.after["assignee"] is None


def test_whoever_left_hears_nothing_more(mails, taken, people):
    assert "karim" not in mails()
    people.karim.refresh_from_db()
    assert not Ticket.objects.visible_to(people.karim).exists()


def test_ended_tickets_keep_their_name_and_nobody_hears(
    closed, people, forget_notifications, leave, send_mails
):
    forget_notifications()
    leave(people.karim)
    closed.refresh_from_db()
    assert closed.assignee == people.karim
    assert send_mails() == {}


def test_a_colleague_who_takes_over_hears_of_it(taken, people, forget_notifications, send_mails):
    forget_notifications()
    remove(people.karim, HandOverPolicy.COLLEAGUE, people.sophie)
    recipients = send_mails()
    assert set(recipients) == {"lea", "sophie"}
    assert "This ticket was automatically assigned to you." in recipients["sophie"].body
    assert "Sophie Lambert is now working on your ticket." in recipients["lea"].body


@pytest.mark.parametrize("way", ["deactivated", "gone from the directory"])
def test_the_algorithm_finds_a_colleague_where_there_is_one(
    taken, general, people, forget_notifications, send_mails, vanish, way
):
    general.algorithm = "first"
    general.save()
    forget_notifications()
    (deactivate if way == "deactivated" else vanish)(people.karim)
    taken.refresh_from_db()
    assert taken.assignee == people.sophie
    assert "This ticket was automatically assigned to you." in send_mails()["sophie"].body


def test_the_last_manager_gone_the_requester_still_hears(
    taken, general, people, forget_notifications, send_mails
):
    general.managers.exclude(user=people.karim).delete()
    forget_notifications()
    deactivate(people.karim)
    assert set(send_mails()) == {"lea"}


def test_a_category_that_only_he_was_member_of_tells_all_managers(
    heating, general, people, forget_notifications, leave, send_mails
):
    configuration.set_members(heating, [general.managers.get(user=people.karim)], by=None)
    leave(people.karim)
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très froid.")
    assert set(send_mails()) == {"sophie", "julien", "hugo"}


def test_and_so_it_does_before_anything_else_noticed(heating, general, people, send_mails):
    configuration.set_members(heating, [general.managers.get(user=people.karim)], by=None)
    type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très froid.")
    assert set(send_mails()) == {"sophie", "julien", "hugo"}


def test_r_twice_it_is_told_once(mails, leave, people, send_mails):
    assert mails()
    leave(people.karim)
    assert send_mails() == {}
