"""Objects of another service in a URL or a form are treated as missing."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import ServiceManager

from .conftest import page_url
from .test_every_url import EVERY, address_of, everything, objects, registered  # noqa: F401

#: The URLs that name something within the service they are about.
WITHIN = [
    (space, name)
    for space, name in EVERY
    if {"alias", "manager", "absence", "guest"} & set(registered()[space, name])
]


@pytest.fixture
def nadia(people, general, dsi, client):
    """Nadia, who configures everything in DSI; Services Généraux is closed to her."""
    type(general).objects.filter(pk=general.pk).update(everyone=False)
    client.force_login(people.nadia)
    return people.nadia


@pytest.mark.parametrize(("space", "name"), WITHIN)
def test_objects_of_another_service_are_not_found_below_the_readers_own(
    space, name, nadia, dsi, network, objects, client  # noqa: F811
):  # fmt: skip
    url = address_of(space, name, objects, dsi, network)
    before = everything()
    assert client.get(url).status_code in (404, 405)
    assert client.post(url, {"to": "up", "can_refuse": "on", "then": "free"}).status_code == 404
    assert everything() == before


@pytest.fixture
def own_ticket(nadia, people, dsi, network):
    """A ticket of DSI that Julien is in charge of."""
    ticket = actions.open_ticket(network, by=people.lea, subject="Wifi", text="Rien.")
    return actions.assign(ticket, by=nadia, to=people.julien).ticket


@pytest.fixture
def row(dsi, people):
    return dsi.managers.get(user=people.julien)


@pytest.fixture
def other_service_objects(general, heating, people):
    """What a form of Nadia’s must not reach."""
    sophie = general.managers.get(user=people.sophie)
    return {"category": heating.pk, "service": general.pk, "manager": sophie.pk}


def sent(form, theirs, dsi, network, row):
    """Return the URL of a form and what is sent to it."""
    category, service, manager = theirs["category"], theirs["service"], theirs["manager"]
    return {
        "arrivals": (("edit", dsi), {"name": "DSI", "arrivals": category}),
        "parent": (("category:edit", network), {"name": "Réseau", "parent": category}),
        "members": (
            ("category:members", network),
            {"members": "name", "chosen": [manager], "shown": [manager]},
        ),
        "under": (
            ("alias_add", dsi),
            {"name": "Wifi", "parent": category, "to_category": network.pk},
        ),
        "alias": (("alias_add", dsi), {"name": "Froid", "to_category": category}),
        "alias_service": (("alias_add", dsi), {"name": "Froid", "to_service": service}),
        "name": (("name_add", dsi), {"name": "Froid", "category": category}),
        "transfer": (("transfer", dsi), {"to": category}),
        "transfer_category": (("category:transfer", network), {"to": category}),
        "colleague": (
            ("manager_remove", dsi, row),
            {"then": "colleague", "colleague": "sophie"},
        ),
    }[form]


@pytest.mark.parametrize(
    "form",
    [
        "arrivals",
        "parent",
        "members",
        "under",
        "alias",
        "alias_service",
        "name",
        "transfer",
        "transfer_category",
        "colleague",
    ],
)
def test_forms_accept_no_object_of_another_service(
    form, own_ticket, other_service_objects, dsi, network, row, client
):
    page, data = sent(form, other_service_objects, dsi, network, row)
    before = everything()
    response = client.post(page_url(*page), data)
    assert everything() == before
    assert response.status_code in (200, 403, 404)
    shown = response.content.decode()
    assert "Chauffage" not in shown
    assert "Services Généraux" not in shown


@pytest.mark.parametrize("crafted", ["abc", "999999999999999999999", "-1", "1;2", "\x00"])
def test_a_value_that_is_no_key_is_an_error_of_the_form(crafted, own_ticket, dsi, network, client):
    before = everything()
    for page, data in (
        (("transfer", dsi), {"to": crafted}),
        (("alias_add", dsi), {"name": "X", "to_category": crafted, "to_service": crafted}),
    ):
        assert client.post(page_url(*page), data).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("crafted", ["²", "9" * 5000])
def test_a_parameter_that_is_no_number_is_ignored(crafted, nadia, dsi, client):
    new = page_url("category:add")
    assert client.get(f"{new}?service={crafted}").status_code == 302
    assert client.get(f"{new}?service={dsi.pk}&parent={crafted}").status_code == 200


@pytest.mark.parametrize("parent", ["theirs", "999999"])
def test_a_category_cannot_be_added_below_one_of_another_service(
    nadia, dsi, other_service_objects, client, parent
):
    below = other_service_objects["category"] if parent == "theirs" else parent
    before = everything()
    url = f"{page_url('category:add')}?service={dsi.pk}&parent={below}"
    assert client.post(url, {"name": "Mine"}).status_code == 404
    url = f"{page_url('category:add')}?service={other_service_objects['service']}"
    assert client.post(url, {"name": "Mine"}).status_code == 404
    client.post(f"{page_url('category:add')}?service={dsi.pk}", {"name": "Mine", "parent": below})
    assert everything() == before


def test_privileges_in_one_service_give_none_in_another(nadia, general, dsi, people):
    """A manager of both, with everything in one and nothing in the other."""
    ServiceManager.objects.create(service=general, user=nadia, can_manage_categories=False)
    with pytest.raises(actions.NotYours):
        actions.configuration.change_service(general, by=nadia, name="Mine")
    with pytest.raises(actions.NotYours):
        actions.configuration.add_manager(general, people.victor, by=nadia)
    with pytest.raises(actions.NotYours):
        actions.configuration.create_category(general, by=nadia, name="Mine")
