"""Aliases: another name elsewhere, open to everyone who may ask the target."""

import pytest

from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.models import Alias, Service


def test_a_category_is_shown_elsewhere_under_another_name(
    people, general, network, sophie, read_log
):
    alias = configuration.add_alias("Wifi en panne", network, by=sophie, service=general)
    assert alias.target == network
    assert list(Alias.objects.open_to(people.lea)) == [alias]
    [(_, _, data)] = read_log("add_alias")
    assert data["to"] == "DSI › Réseau"


def test_an_alias_is_hidden_from_people_who_may_not_ask_its_target(
    people, general, network, sophie
):
    configuration.add_alias("Wifi en panne", network, by=sophie, service=general)
    Service.objects.filter(pk=network.service_id).update(everyone=False)
    assert not Alias.objects.open_to(people.lea).exists()


@pytest.mark.parametrize("closed", [{"enabled": False}, {"everyone": False}])
def test_a_closed_service_closes_its_aliases(people, general, dsi, network, sophie, closed):
    configuration.add_alias("L’informatique", dsi, by=sophie, service=general)
    Service.objects.filter(pk=dsi.pk).update(**closed)
    assert not Alias.objects.open_to(people.lea).exists()


def test_the_place_must_be_ones_own(people, general, dsi, network, sophie):
    with pytest.raises(NotYours):
        configuration.add_alias("Wifi", network, by=people.karim, service=general)


def test_an_alias_at_the_top_level_belongs_to_the_managers_of_its_target(
    people, dsi, network, sophie
):
    for to in (dsi, network):
        with pytest.raises(NotYours):
            configuration.add_alias("L’informatique", to, by=sophie)
        alias = configuration.add_alias("L’informatique", to, by=people.nadia)
        assert (alias.service, alias.target) == (None, to)
        with pytest.raises(NotYours):
            configuration.remove_alias(alias, by=sophie)
        configuration.remove_alias(alias, by=people.nadia)
    assert not Alias.objects.exists()


def test_beside_the_services_an_administrator_adds_any(people, dsi):
    configuration.add_alias("L’informatique", dsi, by=people.gilles)
    assert Alias.objects.get().service is None


def test_an_alias_cannot_be_below_a_category_of_another_service(general, network, dsi, sophie):
    with pytest.raises(NotPossible, match="belongs to another service"):
        configuration.add_alias("Wifi", dsi, by=sophie, service=general, parent=network)


def test_an_alias_leads_somewhere_else(general, heating, sophie):
    for to, parent in ((general, None), (heating, heating)):
        with pytest.raises(NotPossible, match="point to something else"):
            configuration.add_alias("Ici", to, by=sophie, service=general, parent=parent)


def test_a_removed_alias_is_deleted_and_recorded(people, general, network, sophie, read_log):
    alias = configuration.add_alias("Wifi", network, by=sophie, service=general)
    configuration.remove_alias(alias, by=sophie)
    assert not Alias.objects.exists()
    assert len(read_log("remove_alias")) == 1
