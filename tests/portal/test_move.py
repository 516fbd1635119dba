"""The transfer form: targets, the offer to stay as a guest, the answer."""

import pytest

from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket


def test_transfer_form_shows_services_with_their_categories(visit, people, taken, dsi):
    page = visit(people.karim).page(f"tickets/{taken.pk}/move/")
    assert [s.text.strip() for s in page.select(".hd-branch summary")] == [
        "DSI",
        "Services Généraux",
    ]
    assert "Réseau" in page.select(".hd-branch")[0].text


@pytest.mark.usefixtures("dsi")
def test_box_to_stay_as_a_guest_is_unticked(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/move/")
    assert not page.find("input", {"name": "become_guest"}).has_attr("checked")


def test_mover_who_does_not_stay_as_a_guest_loses_access(visit, people, taken, network):
    karim = visit(people.karim)
    response = karim.submit_action(taken, "move", to=network.pk)
    assert response.url == "/assistance/desk/"
    assert "You can no longer see it." in karim.client.get(response.url).text
    assert karim.get(f"tickets/{taken.pk}/").status_code == 404
    assert karim.post(f"tickets/{taken.pk}/comment/", text="x").status_code == 404


def test_mover_who_ticks_the_box_becomes_a_guest(visit, people, taken, network):
    karim = visit(people.karim)
    response = karim.submit_action(taken, "move", to=network.pk, become_guest="on")
    assert response.url == f"/assistance/tickets/{taken.pk}/"
    assert "You are now a guest" in karim.client.get(response.url).text
    assert karim.get(f"tickets/{taken.pk}/take/").status_code == 403


def test_mover_who_manages_the_target_is_not_called_a_guest(visit, people, taken, network, dsi):
    julien = visit(people.julien)
    response = julien.submit_action(taken, "move", to=network.pk, become_guest="on")
    text = julien.client.get(response.url).text
    assert "The ticket has been transferred." in text
    assert "You are now a guest" not in text


def test_transfer_form_cuts_long_lists_and_finds_the_rest_by_name(
    visit, people, taken, plumbing, network, monkeypatch
):
    monkeypatch.setattr("wagtail_helpdesk.portal.tickets.forms.moving.MAX_CATEGORIES", 1)
    karim = visit(people.karim)
    page = karim.page(f"tickets/{taken.pk}/move/")
    assert len(page.select("input[name=to]")) == 1
    assert "Search to find the others" in page.text
    page = soup(karim.submit_action(taken, "move", query="plomb", find="1", text="Une fuite."))
    assert page.select_one("input[name=to]")["value"] == str(plumbing.pk)
    assert page.find("textarea").text.strip() == "Une fuite."
    assert karim.submit_action(taken, "move", query="plomb", to=plumbing.pk).status_code == 303


def test_search_in_the_transfer_form_keeps_what_was_chosen(visit, people, taken, plumbing, network):
    actions.invite(taken, by=people.karim, users=[people.marion, people.thomas])
    page = soup(
        visit(people.karim).submit_action(
            taken, "move", query="plomb", find="1", to=network.pk, without=[people.marion.pk]
        )
    )
    chosen = {field["value"] for field in page.select("input[checked]")}
    assert chosen == {str(network.pk), str(people.marion.pk)}


def test_choosing_a_service_with_one_category_is_enough(visit, people, taken, dsi):
    dsi.categories.exclude(name="Réseau").update(takes_tickets=False)
    visit(people.karim).submit_action(taken, "move", to=f"service-{dsi.pk}")
    assert Ticket.objects.get(pk=taken.pk).category.name == "Réseau"


def test_choosing_a_service_uses_its_default_category_for_transfers(
    visit, people, taken, dsi, network
):
    dsi.arrivals = network
    dsi.save()
    visit(people.karim).submit_action(taken, "move", to=f"service-{dsi.pk}")
    assert Ticket.objects.get(pk=taken.pk).category == network


def test_default_category_that_accepts_no_tickets_is_not_used(visit, people, taken, dsi, network):
    dsi.arrivals = network
    dsi.save()
    type(network).objects.filter(pk=network.pk).update(takes_tickets=False)
    visit(people.karim).submit_action(taken, "move", to=f"service-{dsi.pk}")
    assert Ticket.objects.get(pk=taken.pk).category.name == "Postes de travail"


def test_choosing_a_service_with_several_categories_asks_for_one(visit, people, taken, dsi):
    response = visit(people.karim).submit_action(
        taken, "move", to=f"service-{dsi.pk}", text="Ordinateur."
    )
    assert response.status_code == 422
    page = soup(response)
    assert "Choose a category of this service." in page.text
    assert page.select(".hd-branch")[0].has_attr("open")
    assert page.find("textarea").text.strip() == "Ordinateur."


def test_guests_can_be_removed_in_the_transfer_form(visit, people, taken, network):
    actions.invite(taken, by=people.karim, users=[people.thomas, people.marcel])
    visit(people.karim).submit_action(taken, "move", to=network.pk, without=[people.thomas.pk])
    assert [guest.user for guest in taken.guests.all()] == [people.marcel]


def test_removing_a_guest_who_has_left_meanwhile_does_not_stop_the_transfer(
    visit, people, taken, network
):
    actions.invite(taken, by=people.lea, users=[people.thomas])
    left = [people.ines.pk, people.thomas.pk]
    response = visit(people.karim).submit_action(taken, "move", to=network.pk, without=left)
    assert response.status_code == 303
    assert not taken.guests.filter(user=people.thomas).exists()


def test_transfer_to_a_category_that_accepts_no_tickets_is_refused(visit, people, taken, network):
    type(network).objects.filter(pk=network.pk).update(takes_tickets=False)
    response = visit(people.karim).submit_action(taken, "move", to=network.pk)
    assert response.status_code == 422
    taken.refresh_from_db()
    assert taken.category.name == "Chauffage"


def test_guests_ticked_for_removal_stay_ticked_in_a_refused_form(visit, people, taken):
    actions.invite(taken, by=people.karim, users=[people.marion])
    response = visit(people.karim).submit_action(
        taken, "move", to="999999", without=people.marion.pk
    )
    assert response.status_code == 422
    assert soup(response).select_one("input[name=without]").has_attr("checked")
