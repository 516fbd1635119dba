"""The choosers of services and categories list and reveal only what the editor can see."""

import json

import pytest
from django.urls import reverse

from wagtail_helpdesk.models import Category, Service

SPACE = "wagtailsnippetchoosers_wagtail_helpdesk_"


@pytest.fixture
def restricted_service(dsi):
    """DSI, which only some may ask."""
    Service.objects.filter(pk=dsi.pk).update(everyone=False)
    return dsi


def choose(client, user, kind, view, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"{SPACE}{kind}:{view}", args=args), query)


def test_the_chooser_lists_services_that_the_editor_can_use(
    people, general, restricted_service, client
):
    page = choose(client, people.alice, "service", "choose_results").content.decode()
    assert "Services Généraux" in page
    assert "DSI" not in page


def test_the_chooser_lists_services_that_the_editor_configures(people, restricted_service, client):
    assert b"DSI" in choose(client, people.nadia, "service", "choose_results").content


def test_a_service_outside_the_list_cannot_be_chosen(people, restricted_service, client):
    assert (
        choose(client, people.alice, "service", "chosen", restricted_service.pk).status_code == 404
    )


def test_services_outside_the_list_are_dropped_from_a_multiple_choice(
    people, general, restricted_service, client
):
    response = choose(
        client,
        people.alice,
        "service",
        "chosen_multiple",
        id=[general.pk, restricted_service.pk, "x"],
    )
    assert [one["string"] for one in json.loads(response.content)["result"]] == [
        "Services Généraux"
    ]


def test_a_value_that_is_no_key_chooses_nothing(people, general, client):
    for kind in ("service", "category"):
        assert choose(client, people.alice, kind, "chosen", "abc").status_code == 404


def test_categories_of_a_hidden_service_are_not_listed(
    people, general, restricted_service, network, client
):
    page = choose(client, people.alice, "category", "choose_results").content.decode()
    assert "Chauffage" in page
    assert "Réseau" not in page
    assert choose(client, people.alice, "category", "chosen", network.pk).status_code == 404


def test_a_hidden_category_is_listed_for_its_managers_only(people, heating, client):
    Category.objects.filter(pk=heating.pk).update(hidden=True)
    assert choose(client, people.alice, "category", "chosen", heating.pk).status_code == 404
    assert choose(client, people.karim, "category", "chosen", heating.pk).status_code == 200


def test_the_chooser_is_searched_by_name(people, general, client):
    page = choose(client, people.karim, "category", "choose_results", q="chauff").content.decode()
    assert "Chauffage" in page
    assert "Plomberie" not in page


@pytest.mark.parametrize("query", ['"', "\x00", "%", "'"])
def test_odd_characters_do_not_break_the_search(people, general, client, query):
    for kind in ("service", "category"):
        assert choose(client, people.karim, kind, "choose_results", q=query).status_code == 200


def test_a_chosen_category_shows_its_whole_path(people, heating, client):
    response = choose(client, people.karim, "category", "chosen", heating.pk)
    assert json.loads(response.content)["result"]["string"] == "Services Généraux › Chauffage"


def test_categories_are_listed_in_the_order_of_their_services(people, general, network, client):
    page = choose(client, people.karim, "category", "choose_results").content.decode()
    assert page.index("Plomberie") < page.index("Réseau")


@pytest.mark.parametrize("kind", ["service", "category"])
def test_a_disabled_service_is_listed_for_its_managers_only(people, dsi, network, client, kind):
    Service.objects.filter(pk=dsi.pk).update(enabled=False)
    named = dsi if kind == "service" else network
    assert choose(client, people.alice, kind, "chosen", named.pk).status_code == 404
    assert named.name not in choose(client, people.alice, kind, "choose_results").content.decode()
    assert choose(client, people.nadia, kind, "chosen", named.pk).status_code == 200


def test_categories_are_narrowed_to_the_service_chosen_beside_the_field(
    people, general, network, client
):
    page = choose(
        client, people.karim, "category", "choose_results", service=general.pk
    ).content.decode()
    assert "Chauffage" in page
    assert "Réseau" not in page


@pytest.mark.parametrize("service", ["", "x", "\x00", "9" * 30])
def test_a_service_that_is_no_key_narrows_nothing(people, dsi, client, service):
    page = choose(client, people.nadia, "category", "choose_results", service=service)
    assert "Réseau" in page.content.decode()


@pytest.mark.parametrize(
    ("model", "changes", "state"),
    [
        (Service, {"enabled": False}, "not enabled"),
        (Category, {"takes_tickets": False}, "does not accept tickets"),
        (Category, {"hidden": True}, "hidden"),
    ],
)
def test_a_category_that_takes_no_tickets_is_marked_in_the_list_and_once_chosen(
    people, dsi, network, client, model, changes, state
):
    model.objects.filter(pk=dsi.pk if model is Service else network.pk).update(**changes)
    assert state in choose(client, people.nadia, "category", "choose_results").content.decode()
    chosen = choose(client, people.nadia, "category", "chosen", network.pk)
    assert json.loads(chosen.content)["result"]["string"] == f"DSI › Réseau ({state})"
