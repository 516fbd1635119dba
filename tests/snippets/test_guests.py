"""The permanent guests of a service, from its panel (guide III.3)."""

import pytest

from wagtail_helpdesk.models import PermanentGuest

from .conftest import address
from .test_services import text


def test_a_manager_of_managers_adds_a_permanent_guest(people, general, browse):
    """Guide III.3."""
    response = browse(people.sophie).post("guest_add", general, people="ines")
    assert response.url == address("guests", general)
    assert general.permanent_guests.get().user == people.ines
    assert "Inès Robert" in text(browse(people.sophie).get("guests", general))


def test_a_manager_of_managers_removes_a_permanent_guest(people, general, browse):
    """Guide III.3."""
    guest = PermanentGuest.objects.create(service=general, user=people.ines)
    browse(people.sophie).post("guest_remove", general, guest)
    assert not general.permanent_guests.exists()


def test_a_get_request_removes_no_permanent_guest(people, general, browse):
    guest = PermanentGuest.objects.create(service=general, user=people.ines)
    assert browse(people.sophie).get("guest_remove", general, guest).status_code == 405


def test_a_permanent_guest_of_another_service_cannot_be_removed(people, general, dsi, browse):
    guest = PermanentGuest.objects.create(service=dsi, user=people.ines)
    assert browse(people.sophie).post("guest_remove", general, guest).status_code == 404
    assert dsi.permanent_guests.exists()


@pytest.mark.parametrize("who", ["karim", "hugo", "nadia", "alice", "victor"])
def test_people_without_the_privilege_add_no_permanent_guest(people, general, dsi, browse, who):
    response = browse(getattr(people, who)).post("guest_add", general, people="ines")
    assert response.status_code in (302, 404)
    assert not general.permanent_guests.exists()


def test_other_managers_see_the_permanent_guests_and_whom_to_ask(people, general, browse):
    """Guide III.3."""
    PermanentGuest.objects.create(service=general, user=people.ines)
    karim = browse(people.karim)
    panel = text(karim.get("panel", general))
    assert "1 permanent guest" in panel
    assert panel.count("Please ask: Sophie Lambert") == 2
    page = text(karim.get("guests", general))
    assert "Inès Robert" in page
    assert "Please ask: Sophie Lambert" in page
    assert "/guests/add/" not in panel + page
    assert "/remove/" not in page


def test_the_list_of_guests_takes_as_many_statements_for_a_crowd(
    people, general, browse, client, statements, crowd
):
    PermanentGuest.objects.create(service=general, user=people.ines)
    browse(people.sophie)
    before = statements("guests", general)
    PermanentGuest.objects.bulk_create(PermanentGuest(service=general, user=u) for u in crowd)
    assert statements("guests", general) == before
    assert client.get(address("guests", general)).content.decode().count("/remove/") == 25
