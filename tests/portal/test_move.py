"""Transferring a ticket from its page: the tree, the offer to stay, what is said afterwards."""

import pytest

from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket


def test_the_tree_shows_services_with_their_categories(visit, people, taken, dsi):
    page = visit(people.karim).page(f"tickets/{taken.pk}/move/")
    assert [s.text for s in page.select(".hd-branch summary")] == ["DSI", "Services Généraux"]
    assert "Réseau" in page.select(".hd-branch")[0].text


@pytest.mark.usefixtures("dsi")
def test_the_offer_to_stay_is_made_unticked(visit, people, taken):
    page = visit(people.karim).page(f"tickets/{taken.pk}/move/")
    assert not page.find("input", {"name": "become_guest"}).has_attr("checked")


def test_s_vis_03_without_the_box_the_mover_loses_sight(visit, people, taken, network):
    karim = visit(people.karim)
    response = karim.act(taken, "move", to=network.pk)
    assert response.url == "/assistance/desk/"
    assert "You cannot see this ticket any more." in karim.client.get(response.url).text
    assert karim.get(f"tickets/{taken.pk}/").status_code == 404
    assert karim.post(f"tickets/{taken.pk}/comment/", text="x").status_code == 404


def test_s_vis_04_with_the_box_the_mover_is_a_guest(visit, people, taken, network):
    karim = visit(people.karim)
    response = karim.act(taken, "move", to=network.pk, become_guest="on")
    assert response.url == f"/assistance/tickets/{taken.pk}/"
    assert "You are now a guest" in karim.client.get(response.url).text
    assert karim.get(f"tickets/{taken.pk}/take/").status_code == 403


def test_a_service_with_one_category_is_enough(visit, people, taken, dsi):
    dsi.categories.exclude(name="Réseau").update(takes_tickets=False)
    visit(people.karim).act(taken, "move", to=f"service-{dsi.pk}")
    assert Ticket.objects.get(pk=taken.pk).category.name == "Réseau"


def test_a_service_with_several_categories_opens_its_tree_and_asks(visit, people, taken, dsi):
    response = visit(people.karim).act(taken, "move", to=f"service-{dsi.pk}", text="Ordinateur.")
    assert response.status_code == 422
    page = soup(response)
    assert "Choose a category of this service." in page.text
    assert page.select(".hd-branch")[0].has_attr("open")
    assert page.find("textarea").text.strip() == "Ordinateur."


def test_guests_can_be_removed_on_the_way(visit, people, taken, network):
    actions.invite(taken, by=people.karim, users=[people.thomas, people.marcel])
    visit(people.karim).act(taken, "move", to=network.pk, without=[people.thomas.pk])
    assert [guest.user for guest in taken.guests.all()] == [people.marcel]


def test_s_vis_02_a_category_that_is_no_target_is_refused(visit, people, taken, network):
    type(network).objects.filter(pk=network.pk).update(takes_tickets=False)
    response = visit(people.karim).act(taken, "move", to=network.pk)
    assert response.status_code == 422
    taken.refresh_from_db()
    assert taken.category.name == "Chauffage"


def test_the_guests_ticked_for_removal_stay_ticked_when_the_form_comes_back(visit, people, taken):
    actions.invite(taken, by=people.karim, users=[people.marion])
    response = visit(people.karim).act(taken, "move", to="999999", without=people.marion.pk)
    assert response.status_code == 422
    assert soup(response).select_one("input[name=without]").has_attr("checked")
