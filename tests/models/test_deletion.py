"""What deleting a row takes with it, and what stands in its way."""

import pytest
from django.db.models import ProtectedError

from tests.actions.scenarios import photo
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import Attachment, Event, ServiceManager, Ticket
from wagtail_helpdesk.models.guards import unguarded


@pytest.mark.parametrize("person", ["lea", "karim", "thomas", "sophie"])
def test_who_stands_on_a_ticket_is_not_deleted(invited, people, person):
    """R-26, D-09: requester, in charge, guest, author of a message."""
    actions.comment(invited, by=people.sophie, text="Bonjour.")
    with pytest.raises(ProtectedError):
        getattr(people, person).delete()
    assert Ticket.objects.get(pk=invited.pk).assignee == people.karim


def test_who_opened_a_ticket_for_another_person_is_not_deleted(heating, people):
    """R-26"""
    actions.open_ticket(heating, by=people.karim, requester=people.lea, subject="S", text="T")
    with pytest.raises(ProtectedError):
        people.karim.delete()


def test_a_manager_is_not_deleted(ticket, people):
    """R-26: they are removed from their services first, on record, and the last one is not."""
    with pytest.raises(ProtectedError):
        people.julien.delete()
    assert ServiceManager.objects.filter(user=people.julien).exists()


def test_a_manager_who_never_did_anything_is_deleted_once_removed(ticket, people):
    """R-26"""
    for manager in people.julien.helpdesk_manager_rows.all():
        configuration.remove_manager(manager, by=None)
    people.julien.delete()


def test_a_person_remembered_by_an_algorithm_is_deleted(heating, people):
    heating.last_assigned = people.victor
    heating.save()
    people.victor.delete()
    heating.refresh_from_db()
    assert heating.last_assigned is None


def test_a_follower_is_deleted_with_their_wish(ticket, people):
    actions.change_visibility(ticket, by=people.lea, to="public")
    actions.follow(ticket, by=people.victor)
    people.victor.delete()
    assert not ticket.subscriptions.exists()


def test_a_service_with_tickets_is_not_deleted(ticket):
    """R-27"""
    with pytest.raises(ProtectedError):
        ticket.service.delete()


def test_a_category_with_tickets_is_not_deleted(approved):
    """R-27: ended tickets count as well."""
    with pytest.raises(ProtectedError):
        approved.category.delete()


def test_a_category_with_children_is_not_deleted(heating, general):
    """R-27"""
    general.categories.create(name="Radiateurs", parent=heating)
    with pytest.raises(ProtectedError):
        heating.delete()


def test_a_service_with_categories_is_not_deleted(dsi, network):
    """R-27"""
    with pytest.raises(ProtectedError):
        dsi.delete()


def test_an_empty_category_then_its_service_are_deleted(dsi):
    for category in dsi.categories.all():
        category.delete()
    dsi.delete()


def test_a_ticket_takes_history_guests_and_files_with_it(invited, people):
    """D-09"""
    actions.attach(invited, by=people.lea, files=[photo()])
    with unguarded():
        invited.delete()
    assert not Event.objects.exists()
    assert not Attachment.objects.exists()
