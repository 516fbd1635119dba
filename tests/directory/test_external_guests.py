"""External guests have fewer rights than people of the organisation."""

import pytest

from tests.portal.conftest import Visitor, soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.directory import ForInsiders, find_person, search_people, search_with_limits
from wagtail_helpdesk.models import Guest, Service, Ticket


@pytest.fixture
def guest(people, settings):
    """A person invited by an address outside the organisation."""
    settings.WAGTAIL_HELPDESK = {"EXTERNAL_GUESTS": True}
    return find_person("partner@elsewhere.example", external=True)


def test_a_service_open_to_everybody_is_not_open_to_external_guests(guest, general, people):
    assert not Service.objects.visible_to(guest).exists()
    assert not Service.objects.open_to(guest).exists()
    assert general in Service.objects.open_to(people.lea)


def test_an_external_guest_opens_tickets_where_their_group_may(guest, general):
    general.groups.add(guest.groups.get())
    assert general in Service.objects.open_to(guest)


def test_an_external_guest_opens_no_ticket_by_address_of_its_form(guest, helpdesk, heating):
    visitor = Visitor(guest)
    path = f"new/{heating.pk}/"
    assert visitor.get(path).status_code == 404
    sent = visitor.post(path, category=heating.pk, subject="Hello", text="Hello")
    assert sent.status_code in (404, 409)
    assert "Chauffage" not in sent.text
    assert not Ticket.objects.exists()


def test_the_verb_refuses_an_external_guest_where_everybody_may_open(guest, heating):
    with pytest.raises(actions.NotYours):
        actions.open_ticket(heating, by=guest, subject="Hello", text="Hello")


def test_an_external_guest_finds_no_service_on_the_home_page(guest, helpdesk, heating):
    assert "Chauffage" not in Visitor(guest).page("").text


def test_an_external_guest_reads_the_ticket_they_are_invited_to_and_no_public_one(
    guest, people, public, network
):
    mine = actions.open_ticket(network, by=people.lea, subject="S", text="T")
    Guest.objects.create(ticket=mine, user=guest)
    assert set(Ticket.objects.visible_to(guest)) == {mine}


def test_an_external_guest_does_not_search_the_directory(guest):
    with pytest.raises(ForInsiders):
        search_people("fournier", by=guest)
    assert not search_with_limits("fournier", by=guest).candidates


def test_an_external_requester_who_invites_finds_nobody_by_search(guest, helpdesk, people, taken):
    actions.change_requester(taken, by=people.karim, to=guest)
    page = soup(Visitor(guest).submit_action(taken, "invite", query="moreau", find="1"))
    assert "Julien" not in page.text
    assert "Only people of the organisation" in page.text


def test_people_of_the_organisation_go_on_searching(guest, people):
    assert [found.identifier for found in search_people("fournier", by=people.lea)] == ["lea"]
