"""The permanent guests of a service, from its panel (guide III.3)."""

import pytest

from wagtail_helpdesk.models import PermanentGuest

from .conftest import page_url
from .test_services import text


def test_a_manager_of_managers_adds_a_permanent_guest(people, general, browse):
    """Guide III.3."""
    response = browse(people.sophie).post("guest_add", general, people="ines")
    assert response.url == page_url("guests", general)
    assert general.permanent_guests.get().user == people.ines
    assert "Inès Robert" in text(browse(people.sophie).get("guests", general))


def test_a_manager_of_managers_removes_a_permanent_guest(people, general, browse):
    """Guide III.3."""
    guest = PermanentGuest.objects.create(service=general, user=people.ines)
    browse(people.sophie).post("guest_remove", general, guest)
    assert not general.permanent_guests.exists()


def test_a_permanent_guest_is_removed_only_after_a_question(people, general, browse):
    guest = PermanentGuest.objects.create(service=general, user=people.ines)
    page = text(browse(people.sophie).get("guest_remove", general, guest))
    assert "Inès Robert will not be invited to new tickets" in page
    assert general.permanent_guests.exists()


def test_permanent_guests_are_searched_and_filtered(people, general, browse):
    for user in (people.ines, people.thomas):
        PermanentGuest.objects.create(service=general, user=user)
    type(people.ines).objects.filter(pk=people.ines.pk).update(is_active=False)
    sophie = browse(people.sophie)
    for query in ({"q": "robert"}, {"account": "false"}):
        page = sophie.get("guests", general, **query)
        assert [row.user for row in page.context["object_list"]] == [people.ines]


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
    people, general, browse, client, count_statements, sixty_people
):
    PermanentGuest.objects.create(service=general, user=people.ines)
    browse(people.sophie)
    before = count_statements("guests", general)
    PermanentGuest.objects.bulk_create(
        PermanentGuest(service=general, user=u) for u in sixty_people
    )
    assert count_statements("guests", general) == before
    assert client.get(page_url("guests", general)).content.decode().count("/remove/") == 25
