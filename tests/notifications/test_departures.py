"""Notifications about managers who leave: no ticket is left without a manager unnoticed."""

import pytest
from django.core.management import call_command

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import HandOverPolicy, configuration
from wagtail_helpdesk.directory import users
from wagtail_helpdesk.models import ServiceManager, Ticket


def remove(user, then=HandOverPolicy.FREE, colleague=None):
    """Remove a manager from their services, as the admin does."""
    for row in ServiceManager.objects.filter(user=user):
        configuration.remove_manager(row, by=None, then=then, colleague=colleague)


def deactivate(user):
    """Deactivate the account, as the site does; housekeeping finds it."""
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    call_command("helpdesk_housekeeping", verbosity=0)


@pytest.fixture
def remove_from_directory(monkeypatch):
    """Remove a user from the directory, and synchronise."""

    def vanish(user):
        monkeypatch.setattr(users.UserDirectory, "missing", lambda self, asked: [user])
        call_command("helpdesk_people", "--share-limit", "1", verbosity=0)

    return vanish


@pytest.fixture(params=["removed", "deactivated", "gone from the directory"])
def remove_manager(request, remove_from_directory):
    """Each way in which a manager leaves."""
    return {"removed": remove, "deactivated": deactivate}.get(request.param, remove_from_directory)


@pytest.fixture
def mails(taken, people, forget_notifications, remove_manager, send_mails):
    """The mails sent when Karim, in charge of Léa’s ticket, leaves."""

    def mails():
        forget_notifications()
        remove_manager(people.karim)
        return send_mails()

    return mails


def test_a_departure_frees_the_ticket_and_notifies_requester_and_managers(mails, taken, people):
    recipients = mails()
    taken.refresh_from_db()
    assert (taken.status, taken.assignee) == ("free", None)
    # Released: every manager of the service counts as member of the category (guide I.4).
    assert set(recipients) == {"lea", "sophie", "julien", "hugo"}
    assert "Your request is back in the queue" in recipients["lea"].body
    assert "nobody is in charge of it any more" in recipients["sophie"].body


def test_a_departure_records_an_automatic_release(mails, taken):
    mails()
    event = taken.events.last()
    assert (event.action, event.actor) == ("release", None)
    assert event.before["assignee"] is not None
    assert event.after["assignee"] is None


def test_a_manager_who_left_gets_no_more_mail(mails, taken, people):
    assert "karim" not in mails()
    people.karim.refresh_from_db()
    assert not Ticket.objects.visible_to(people.karim).exists()


def test_ended_tickets_keep_a_manager_who_left_without_mail(
    closed, people, forget_notifications, remove_manager, send_mails
):
    forget_notifications()
    remove_manager(people.karim)
    closed.refresh_from_db()
    assert closed.assignee == people.karim
    assert send_mails() == {}


def test_a_colleague_who_gets_the_tickets_is_notified(
    taken, people, forget_notifications, send_mails
):
    forget_notifications()
    remove(people.karim, HandOverPolicy.COLLEAGUE, people.sophie)
    recipients = send_mails()
    assert set(recipients) == {"lea", "sophie"}
    assert "This ticket was automatically assigned to you." in recipients["sophie"].body
    assert "Sophie Lambert is now working on your request." in recipients["lea"].body


@pytest.mark.parametrize("way", ["deactivated", "gone from the directory"])
def test_the_algorithm_assigns_the_tickets_of_a_manager_who_left(
    taken, general, people, forget_notifications, send_mails, remove_from_directory, way
):
    general.algorithm = "first"
    general.save()
    forget_notifications()
    (deactivate if way == "deactivated" else remove_from_directory)(people.karim)
    taken.refresh_from_db()
    assert taken.assignee == people.sophie
    assert "This ticket was automatically assigned to you." in send_mails()["sophie"].body


def test_the_requester_is_notified_when_the_last_manager_leaves(
    taken, general, people, forget_notifications, send_mails
):
    general.managers.exclude(user=people.karim).delete()
    forget_notifications()
    deactivate(people.karim)
    assert set(send_mails()) == {"lea"}


def test_a_category_whose_only_member_left_notifies_all_managers(
    heating, general, people, forget_notifications, remove_manager, send_mails
):
    configuration.set_members(heating, [general.managers.get(user=people.karim)], by=None)
    remove_manager(people.karim)
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très froid.")
    assert set(send_mails()) == {"sophie", "julien", "hugo"}


def test_a_category_whose_only_member_is_inactive_notifies_all_managers(
    heating, general, people, send_mails
):
    configuration.set_members(heating, [general.managers.get(user=people.karim)], by=None)
    type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très froid.")
    assert set(send_mails()) == {"sophie", "julien", "hugo"}


def test_a_departure_processed_twice_sends_one_mail(mails, remove_manager, people, send_mails):
    assert mails()
    remove_manager(people.karim)
    assert send_mails() == {}
