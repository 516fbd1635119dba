"""Other names in the tree of a service."""

import pytest

from wagtail_helpdesk.models import Alias, Service

from .conftest import page_url
from .test_services import text


def test_an_alias_is_added_and_listed(people, general, heating, network, browse):
    response = browse(people.karim).post(
        "alias_add", general, name="Wifi", parent=heating.pk, to_category=network.pk
    )
    assert response.url == page_url("aliases", general)
    page = text(browse(people.karim).get("aliases", general))
    assert "DSI › Réseau" in page
    assert "under Chauffage" in page


def test_an_alias_can_point_to_a_whole_service(people, general, dsi, browse):
    browse(people.karim).post("alias_add", general, name="Informatique", to_service=dsi.pk)
    assert Alias.objects.get().target == dsi


def test_an_alias_points_to_exactly_one_target(people, general, dsi, network, browse):
    for targets in ({}, {"to_service": dsi.pk, "to_category": network.pk}):
        response = browse(people.karim).post("alias_add", general, name="Wifi", **targets)
        assert "Choose either a category or a service" in text(response)


def test_an_alias_cannot_point_to_a_service_hidden_from_its_author(people, general, dsi, browse):
    Service.objects.filter(pk=dsi.pk).update(everyone=False)
    browse(people.karim).post("alias_add", general, name="Informatique", to_service=dsi.pk)
    assert not Alias.objects.exists()


def test_an_alias_is_removed(people, general, dsi, browse):
    alias = Alias.objects.create(name="Informatique", service=general, to_service=dsi)
    browse(people.karim).post("alias_remove", general, alias)
    assert not Alias.objects.exists()


@pytest.mark.parametrize("who", ["hugo", "nadia", "alice", "victor"])
def test_people_without_the_privilege_add_no_alias(people, general, dsi, browse, who):
    browse(getattr(people, who)).post("alias_add", general, name="Mine", to_service=dsi.pk)
    assert not Alias.objects.exists()


# -- Other names at the top level --------


@pytest.mark.parametrize("category", [True, False])
def test_another_name_is_added_at_the_top_level_of_the_catalogue(
    people, general, heating, browse, category
):
    chosen = heating.pk if category else ""
    response = browse(people.karim).post("name_add", general, name="Pannes", category=chosen)
    assert response.url == page_url("aliases", general)
    alias = Alias.objects.get()
    assert (alias.service, alias.target) == (None, heating if category else general)
    assert "at the top level of the catalogue" in text(browse(people.karim).get("aliases", general))


def test_another_name_cannot_point_to_a_category_of_another_service(
    people, general, network, browse
):
    browse(people.karim).post("name_add", general, name="Wifi", category=network.pk)
    assert not Alias.objects.exists()


def test_another_name_is_removed(people, general, browse):
    alias = Alias.objects.create(name="Pannes", to_service=general)
    browse(people.karim).post("name_remove", general, alias)
    assert not Alias.objects.exists()


def test_aliases_made_by_other_services_are_listed_without_a_button(people, general, dsi, browse):
    alias = Alias.objects.create(name="Pannes", service=dsi, to_service=general)
    page = text(browse(people.karim).get("aliases", general))
    assert "in DSI" in page
    assert "/remove/" not in page
    assert browse(people.karim).post("name_remove", general, alias).status_code == 404
    assert Alias.objects.exists()


def test_the_aliases_name_no_service_hidden_from_its_reader(people, general, dsi, network, browse):
    Alias.objects.create(name="Pannes", service=dsi, to_service=general)
    Alias.objects.create(name="Informatique", service=general, to_service=dsi)
    Alias.objects.create(name="Wifi", service=general, to_category=network)
    Service.objects.filter(pk=dsi.pk).update(everyone=False)
    page = text(browse(people.karim).get("aliases", general))
    assert page.count(" another service ") == 3
    assert "DSI" not in page


def test_aliases_are_searched_and_filtered(people, general, dsi, browse):
    Alias.objects.create(name="Informatique", service=general, to_service=dsi)
    Alias.objects.create(name="Pannes", to_service=general)
    karim = browse(people.karim)
    for query, found in (
        ({"q": "panne"}, ["Pannes"]),
        ({"kind": "here"}, ["Informatique"]),
        ({"kind": "elsewhere"}, ["Pannes"]),
    ):
        page = karim.get("aliases", general, **query)
        assert [alias.name for alias in page.context["object_list"]] == found


@pytest.mark.parametrize("who", ["hugo", "nadia", "alice", "victor"])
def test_people_without_the_privilege_add_no_other_name(people, general, dsi, browse, who):
    browse(getattr(people, who)).post("name_add", general, name="Mine")
    assert not Alias.objects.exists()
