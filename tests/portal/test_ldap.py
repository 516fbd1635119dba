"""People who exist only in an LDAP directory, named in the forms of a ticket."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from tests.portal.conftest import soup
from wagtail_helpdesk.models import Guest

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def karim(visit, people, taken, ldap_directory):
    return visit(people.karim)


def account(username):
    return get_user_model().objects.filter(username=username).first()


@pytest.mark.parametrize("typed", ["p001", "P001", "p001@arvelle.example"])
def test_somebody_is_invited_by_identifier_or_address(karim, taken, typed):
    assert account("p001") is None
    assert karim.act(taken, "invite", users=typed).status_code == 303
    assert Guest.objects.get(ticket=taken).user == account("p001")


def test_r_36_with_the_directory_down_nobody_is_invited_and_nothing_typed_is_lost(
    karim, taken, ldap_directory
):
    with ldap_directory.stopped():
        response = karim.act(taken, "invite", users="ines, p001", text="Venez.")
    assert response.status_code == 422
    page = soup(response)
    assert "directory is not answering" in page.text
    assert page.find("input", {"name": "users"})["value"] == "ines, p001"
    assert "Venez." in page.find("textarea").text
    assert not Guest.objects.exists()
    assert account("p001") is None


def test_r_36_people_known_already_are_invited_all_the_same(karim, people, taken, ldap_directory):
    with ldap_directory.stopped():
        assert karim.act(taken, "invite", users="ines").status_code == 303
    assert Guest.objects.get().user == people.ines


def test_the_requester_has_unit_phone_and_office(karim, taken):
    rows = karim.page(f"tickets/{taken.pk}/").select(".hd-requester-card")
    assert {row.dt.text: row.dd.text for row in rows} == {
        "Unit": "UFR d’histoire",
        "Phone": "+33 1 23 45 67 89",
        "Office": "A 12",
    }


def test_r_36_with_the_directory_down_the_ticket_is_read_without_them(karim, taken, ldap_directory):
    with ldap_directory.stopped():
        page = karim.page(f"tickets/{taken.pk}/")
    assert not page.select(".hd-requester-card")
