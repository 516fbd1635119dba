"""The generated history of the example site."""

from typing import Any

import pytest
from django.utils import timezone

from demo.history import write_history
from tests import cast
from wagtail_helpdesk.lifecycle import Audience, Status, Visibility
from wagtail_helpdesk.models import Attachment, Event, Guest, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def users(settings: Any, tmp_path: Any) -> dict[str, Any]:
    settings.LANGUAGE_CODE = "fr"
    users = cast.people()
    write_history(users, cast.services(users))
    return users


def private_tickets_of_others(user: Any) -> Any:
    visible = Ticket.objects.visible_to(user).filter(visibility=Visibility.PRIVATE)
    return visible.exclude(requester=user)


def test_the_history_has_every_status_audience_and_kind_of_ticket(users: dict[str, Any]) -> None:
    assert set(Ticket.objects.values_list("status", flat=True)) == set(Status.values)
    assert set(Event.objects.values_list("audience", flat=True)) == set(Audience.values)
    assert set(Ticket.objects.values_list("visibility", flat=True)) == set(Visibility.values)
    assert Attachment.objects.exists()
    assert Guest.objects.filter(user=users["ines"]).exists()
    assert Ticket.objects.filter(service__confidential=True).exists()
    assert (
        Ticket.objects.exclude(creator=users["marcel"]).filter(requester=users["marcel"]).exists()
    )


def test_the_history_covers_months_and_ends_before_now(users: dict[str, Any]) -> None:
    first, last = Event.objects.order_by("created_at").first(), Event.objects.latest("created_at")
    assert (last.created_at - first.created_at).days > 150
    assert last.created_at < timezone.now()


def test_ticket_numbers_follow_the_order_of_opening(users: dict[str, Any]) -> None:
    tickets = list(Ticket.objects.order_by("number"))
    assert tickets == sorted(tickets, key=lambda ticket: ticket.created_at)


def test_only_events_of_today_are_waiting_to_be_dispatched(users: dict[str, Any]) -> None:
    to_be_told = Event.objects.filter(dispatched_at=None)
    assert {event.ticket.subject for event in to_be_told} == {"Radiateur froid en salle A 12"}


@pytest.mark.parametrize("username", ["victor", "alice", "gilles", "yvette"])
def test_people_outside_a_service_see_no_private_ticket_of_others(
    users: dict[str, Any], username: str
) -> None:
    assert not private_tickets_of_others(users[username]).exists()


def test_people_who_left_and_closed_services_are_inactive_after_loading(
    users: dict[str, Any],
) -> None:
    users["yvette"].refresh_from_db()
    assert not users["yvette"].is_active
    assert not Ticket.objects.get(requester=users["yvette"]).is_open
    assert not Ticket.objects.get(category__name="Travaux d’impression").service.enabled
