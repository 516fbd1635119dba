"""Other names in the tree of a service."""

import pytest

from wagtail_helpdesk.models import Alias, Service

from .conftest import address
from .test_services import text


def test_an_alias_is_added_and_shown_in_the_tree(people, general, heating, network, browse):
    response = browse(people.karim).post(
        "alias_add", general, name="Wifi", parent=heating.pk, to_category=network.pk
    )
    assert response.url == address("tree", general)
    page = text(browse(people.karim).get("tree", general))
    assert "→ DSI › Réseau" in page
    assert "(under Chauffage)" in page


def test_it_may_lead_to_a_whole_service(people, general, dsi, browse):
    browse(people.karim).post("alias_add", general, name="Informatique", to_service=dsi.pk)
    assert Alias.objects.get().target == dsi


def test_it_leads_to_one_thing(people, general, dsi, network, browse):
    for targets in ({}, {"to_service": dsi.pk, "to_category": network.pk}):
        response = browse(people.karim).post("alias_add", general, name="Wifi", **targets)
        assert "Choose either a category or a service" in text(response)


def test_not_to_what_one_does_not_see(people, general, dsi, browse):
    Service.objects.filter(pk=dsi.pk).update(everyone=False)
    browse(people.karim).post("alias_add", general, name="Informatique", to_service=dsi.pk)
    assert not Alias.objects.exists()


def test_it_is_taken_out(people, general, dsi, browse):
    alias = Alias.objects.create(name="Informatique", service=general, to_service=dsi)
    browse(people.karim).post("alias_remove", general, alias)
    assert not Alias.objects.exists()


@pytest.mark.parametrize("who", ["hugo", "nadia", "alice", "victor"])
def test_others_add_none(people, general, dsi, browse, who):
    browse(getattr(people, who)).post("alias_add", general, name="Mine", to_service=dsi.pk)
    assert not Alias.objects.exists()
