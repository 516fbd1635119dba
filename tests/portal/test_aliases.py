"""Other names in the catalogue: where they stand, and that tickets arrive in the real place."""

import pytest

from tests.portal.budget import counted
from tests.portal.conftest import hidden
from wagtail_helpdesk.models import Alias, Category, Service, Ticket


def line(page, name):
    """Return the link of the catalogue with this name."""
    return page.find("a", string=name)


def headings(page):
    return [heading.text for heading in page.select(".hd-service h3")]


def test_a_category_stands_in_another_service(visit, people, general, network):
    Alias.objects.create(name="Wifi", service=general, to_category=network)
    for path in ("", "new/"):
        page = visit(people.lea).page(path)
        assert line(page, "Wifi")["href"] == f"/assistance/new/{network.pk}/"
        assert (
            line(page, "Wifi").find_parent("li", class_="hd-service").h3.text == "Services Généraux"
        )


def test_a_service_stands_in_another_service(visit, people, heating, dsi):
    Alias.objects.create(
        name="Informatique", service=heating.service, parent=heating, to_service=dsi
    )
    link = line(visit(people.lea).page("new/"), "Informatique")
    assert link["href"] == f"/assistance/new/?service={dsi.pk}"
    page = visit(people.lea).page("new/", service=dsi.pk)
    assert headings(page) == ["DSI"]


def test_a_service_stands_beside_the_services(visit, people, general, dsi):
    Alias.objects.create(name="Informatique", to_service=dsi)
    page = visit(people.lea).page("new/")
    assert set(headings(page)) == {"DSI", "Informatique", "Services Généraux"}
    [section] = [
        h.find_parent("li", class_="hd-service")
        for h in page.select("h3")
        if h.text == "Informatique"
    ]
    assert section.a["href"] == f"/assistance/new/?service={dsi.pk}"


def test_a_category_stands_beside_the_services(visit, people, general, network):
    Alias.objects.create(name="Wifi", to_category=network)
    page = visit(people.lea).page("new/")
    [section] = [
        h.find_parent("li", class_="hd-service") for h in page.select("h3") if h.text == "Wifi"
    ]
    assert section.a["href"] == f"/assistance/new/{network.pk}/"


def test_no_two_sections_share_an_id(visit, people, general, dsi, network):
    Alias.objects.create(name="Informatique", to_service=dsi)
    Alias.objects.create(name="Wifi", to_category=network)
    ids = [tag["id"] for tag in visit(people.lea).page("new/").select("[id]")]
    assert len(ids) == len(set(ids))


def test_below_a_heading_without_tickets_it_is_shown_too(visit, people, general, network):
    heading = Category.objects.create(service=general, name="Réseaux", takes_tickets=False)
    Alias.objects.create(name="Wifi", service=general, parent=heading, to_category=network)
    page = visit(people.lea).page("new/")
    assert line(page, "Wifi").find_parent("li")["class"] == ["hd-depth-1"]


def test_the_ticket_arrives_in_the_real_category(visit, people, general, dsi, network):
    Alias.objects.create(name="Wifi", service=general, to_category=network)
    lea = visit(people.lea)
    path = line(lea.page("new/"), "Wifi")["href"].removeprefix("/assistance/")
    page = lea.page(path)
    assert "Réseau" in page.find("select", {"name": "category"}).text
    form = hidden(lea.get(path)) | {"category": network.pk, "subject": "Wifi", "text": "Coupé."}
    assert lea.post(path, **form).status_code == 303
    ticket = Ticket.objects.get()
    assert (ticket.category, ticket.service) == (network, dsi)
    assert Ticket.objects.visible_to(people.nadia).exists()
    assert not Ticket.objects.visible_to(people.sophie).exists()


CLOSED = {"a service for others": {"everyone": False}, "a disabled service": {"enabled": False}}


@pytest.mark.parametrize("change", CLOSED.values(), ids=CLOSED.keys())
def test_the_access_rules_of_the_target_decide_about_an_alias(
    visit, people, general, dsi, network, change
):
    Alias.objects.create(name="Wifi", service=general, to_category=network)
    Alias.objects.create(name="Informatique", service=general, to_service=dsi)
    Alias.objects.create(name="Ordinateurs", to_service=dsi)
    Service.objects.filter(pk=dsi.pk).update(**change)
    lea = visit(people.lea)
    page = lea.page("new/").text
    assert not [name for name in ("Wifi", "Informatique", "Ordinateurs") if name in page]
    assert lea.get(f"new/{network.pk}/").status_code == 404
    refused = lea.post(f"new/{network.pk}/", category=network.pk, subject="x", text="x")
    assert refused.status_code == 409
    assert "Réseau" not in refused.text
    assert not Ticket.objects.exists()


def test_a_category_that_takes_no_tickets_has_no_alias(visit, people, general, network):
    Alias.objects.create(name="Wifi", service=general, to_category=network)
    Category.objects.filter(pk=network.pk).update(takes_tickets=False)
    assert not line(visit(people.lea).page("new/"), "Wifi")


def test_any_number_of_aliases_costs_one_statement(visit, people, general, dsi, network):
    lea = visit(people.lea)
    lea.get("new/")
    with counted() as without:
        lea.get("new/")
    for number in range(20):
        Alias.objects.create(name=f"Wifi {number}", service=general, to_category=network)
        Alias.objects.create(name=f"Informatique {number}", to_service=dsi)
        Alias.objects.create(name=f"Réseau {number}", to_category=network)
    with counted() as cost:
        lea.get("new/")
    assert cost.count == without.count + 1, cost.statements
