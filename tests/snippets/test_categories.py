"""The tree of a service and the panel of a category (guide III.1)."""

import pytest

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service

from .conftest import grant, page_url
from .test_services import text


@pytest.fixture
def karim(people, manager):
    """Karim, who may manage categories and nothing else."""
    grant(manager(people.karim), Privilege.MANAGE_CATEGORIES)
    return people.karim


def values(**changes):
    """Return what the form of a category sends."""
    form = {
        "name": "Chauffage",
        "parent": "",
        "takes_tickets": "on",
        "default_subject": "",
        "default_message": "",
        "default_priority": "",
        "default_visibility": "",
        "algorithm": "",
        "alert_address": "",
    }
    return form | changes


# -- the tree --------------------------------------------------------------------------------------


def test_the_tree_shows_each_category_below_its_parent(people, general, heating, karim, browse):
    configuration.create_category(general, by=None, parent=heating, name="Radiateurs")
    page = text(browse(karim).get("tree", general))
    assert page.index("Chauffage") < page.index("Radiateurs") < page.index("Plomberie")


def test_the_tree_shows_where_the_members_of_a_category_come_from(
    people, general, heating, manager, karim, browse
):
    configuration.create_category(general, by=None, parent=heating, name="Radiateurs")
    configuration.set_members(heating, [manager(people.karim)], by=None)
    page = text(browse(karim).get("tree", general))
    assert "1 chosen" in page
    assert "as in Chauffage" in page


def test_members_who_have_all_left_are_replaced_by_all_managers_in_the_tree(
    people, general, heating, manager, karim, browse
):
    configuration.set_members(heating, [manager(people.hugo)], by=None)
    type(people.hugo).objects.filter(pk=people.hugo.pk).update(is_active=False)
    assert "no active member: all managers" in text(browse(karim).get("tree", general))
    assert "no active member: all managers" in text(browse(karim).get("category:edit", heating))
    members = text(browse(karim).get("category:members", heating))
    assert "Nobody active is chosen here. Current members, all managers" in members


def test_the_tree_takes_as_many_statements_for_many_categories(
    people, general, karim, browse, count_statements
):
    browse(karim)
    before = count_statements("tree", general)
    for number in range(20):
        Category.objects.create(service=general, name=f"Catégorie {number}")
    assert count_statements("tree", general) == before


def test_a_category_is_dragged_to_another_place(people, general, karim, browse, client):
    plumbing = general.categories.get(name="Plomberie")
    browse(karim)
    client.post(f"{page_url('tree_reorder', general, plumbing)}?position=1")
    order = list(general.categories.values_list("name", flat=True))
    assert order == ["Électricité", "Plomberie", "Chauffage"]


def test_a_get_request_moves_no_category(people, general, heating, karim, browse):
    assert browse(karim).get("tree_reorder", general, heating).status_code == 405


def test_siblings_are_dragged_level_by_level(people, general, heating, karim, browse):
    page = browse(karim).get("tree", general)
    assert "w-orderable" in text(page)
    for name in ("Radiateurs", "Tuyaux"):
        configuration.create_category(general, by=None, parent=heating, name=name)
    page = browse(karim).get("tree", general)
    assert "w-orderable" not in text(page)
    assert f"ordering=order&amp;parent={heating.pk}" in text(page)
    below = browse(karim).get("tree", general, ordering="order", parent=heating.pk)
    assert "w-orderable" in text(below)
    assert [c.name for c in below.context["object_list"]] == ["Radiateurs", "Tuyaux"]
    top = browse(karim).get("tree", general, ordering="order", parent="")
    assert [c.name for c in top.context["object_list"]] == ["Électricité", "Chauffage", "Plomberie"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "radia"}, ["Radiateurs"]),
        ({"hidden": "true"}, ["Radiateurs"]),
        ({"takes_tickets": "false"}, ["Chauffage"]),
        ({"q": "nothing"}, []),
    ],
)
def test_categories_are_searched_and_filtered(
    people, general, heating, karim, browse, query, found
):
    configuration.create_category(general, by=None, parent=heating, name="Radiateurs", hidden=True)
    configuration.change_category(heating, by=None, takes_tickets=False)
    page = browse(karim).get("tree", general, **query)
    assert [category.name for category in page.context["object_list"]] == found


def test_a_category_found_by_search_shows_its_parents(people, general, heating, karim, browse):
    middle = configuration.create_category(general, by=None, parent=heating, name="Radiateurs")
    configuration.create_category(general, by=None, parent=middle, name="Vannes")
    assert "Chauffage › Radiateurs" in text(browse(karim).get("tree", general, q="vannes"))


# -- the list of all of them -----------------------------------------------------------------------


def test_the_list_shows_only_categories_that_the_reader_manages(
    people, general, network, karim, browse
):
    page = text(browse(karim).get("category:list"))
    assert "Chauffage" in page
    assert "Réseau" not in page


def test_all_categories_are_filtered_by_service(people, general, dsi, heating, browse):
    gilles = browse(people.gilles)
    page = gilles.get("category:list", service=dsi.pk)
    assert [category.name for category in page.context["object_list"]] == ["Réseau"]


def test_the_filter_by_service_names_no_service_of_others(people, general, dsi, karim, browse):
    assert "DSI" not in text(browse(karim).get("category:list"))


# -- making ----------------------------------------------------------------------------------------


def test_a_category_is_added_below_another(people, general, heating, karim, browse, client):
    browse(karim)
    url = f"{page_url('category:add')}?service={general.pk}&parent={heating.pk}"
    assert client.get(url).status_code == 200
    response = client.post(url, values(name="Radiateurs", parent=heating.pk))
    assert response.url == page_url("tree", general)
    assert (
        Category.objects.get(name="Radiateurs").path == "Services Généraux › Chauffage › Radiateurs"
    )


def test_the_form_for_a_new_category_asks_for_the_service_first(people, karim, browse):
    assert browse(karim).get("category:add").url == page_url("list")


def test_a_category_cannot_be_added_to_a_service_managed_by_others(
    people, dsi, karim, browse, client
):
    browse(karim)
    response = client.post(f"{page_url('category:add')}?service={dsi.pk}", values(name="Mine"))
    assert response.status_code == 404
    assert not Category.objects.filter(name="Mine").exists()


# -- the ticket template ---------------------------------------------------------------------------


def test_a_manager_of_categories_writes_the_ticket_template(people, heating, karim, browse):
    """Guide III.1."""
    response = browse(karim).post(
        "category:edit",
        heating,
        **values(default_subject="Chauffage, salle …", default_message="Depuis quand ?"),
    )
    assert response.url == page_url("tree", heating.service)
    heating.refresh_from_db()
    assert heating.default_subject == "Chauffage, salle …"
    assert heating.default_message == "Depuis quand ?"


def test_a_blank_field_shows_the_inherited_value_and_its_source(
    people, general, heating, karim, browse
):
    """Guide III.1."""
    configuration.change_service(general, by=None, default_subject="Bâtiment …")
    page = text(browse(karim).get("category:edit", heating))
    assert "Default value: “Bâtiment …” (inherited from Services Généraux)" in page


def test_a_category_inherits_from_its_parent_before_its_service(
    people, general, heating, karim, browse
):
    """Guide III.1."""
    configuration.change_service(general, by=None, default_subject="Bâtiment …")
    configuration.change_category(heating, by=None, default_subject="Radiateur …")
    below = configuration.create_category(general, by=None, parent=heating, name="Radiateurs")
    page = text(browse(karim).get("category:edit", below))
    assert "Default value: “Radiateur …” (inherited from Chauffage)" in page


def test_a_category_is_moved_below_another(people, general, heating, karim, browse):
    plumbing = general.categories.get(name="Plomberie")
    browse(karim).post("category:edit", heating, **values(parent=plumbing.pk))
    heating.refresh_from_db()
    assert heating.parent == plumbing


def test_a_category_cannot_be_moved_below_itself_or_into_another_service(
    people, general, heating, network, karim, browse
):
    below = configuration.create_category(general, by=None, parent=heating, name="Radiateurs")
    for parent in (heating, below, network):
        response = browse(karim).post("category:edit", heating, **values(parent=parent.pk))
        assert response.status_code == 200
    heating.refresh_from_db()
    assert heating.parent is None


def test_fields_that_the_category_form_does_not_have_change_nothing(
    people, heating, dsi, karim, browse
):
    browse(karim).post(
        "category:edit",
        heating,
        **values(
            service=dsi.pk, order=99, members_from="", last_assigned=people.victor.pk, pk=1, id=1,
            inherits_members="",
        ),
    )  # fmt: skip
    heating.refresh_from_db()
    assert (heating.service.name, heating.inherits_members) == ("Services Généraux", True)
    assert heating.last_assigned is None


@pytest.mark.parametrize("who", ["hugo", "nadia", "alice", "victor"])
def test_people_without_the_privilege_do_not_edit_a_category(
    people, dsi, heating, karim, browse, who
):
    response = browse(getattr(people, who)).post("category:edit", heating, **values(name="Mine"))
    assert response.status_code in (302, 404)
    heating.refresh_from_db()
    assert heating.name == "Chauffage"


# -- the end ---------------------------------------------------------------------------------------


def test_an_empty_category_is_deleted(people, general, heating, karim, browse):
    response = browse(karim).post("category:delete", heating)
    assert response.url == page_url("tree", general)
    assert not Category.objects.filter(pk=heating.pk).exists()


def test_a_category_with_tickets_shows_their_number_and_is_emptied_before_deletion(
    people, general, heating, ticket, karim, browse
):
    plumbing = general.categories.get(name="Plomberie")
    page = text(browse(karim).get("category:delete", heating))
    assert "1 ticket is in “Chauffage”" in page
    browse(karim).post("category:delete", heating)
    assert Category.objects.filter(pk=heating.pk).exists()
    browse(karim).post("category:transfer", heating, to=plumbing.pk)
    browse(karim).post("category:delete", heating)
    assert not Category.objects.filter(pk=heating.pk).exists()


def test_tickets_cannot_be_transferred_to_a_service_hidden_from_the_author(
    people, heating, network, ticket, karim, browse
):
    Service.objects.filter(pk=network.service_id).update(everyone=False)
    response = browse(karim).post("category:transfer", heating, to=network.pk)
    assert response.status_code == 200
    ticket.refresh_from_db()
    assert ticket.category == heating


@pytest.mark.parametrize("page", ["category:usage", "category:edit", "category:history"])
def test_no_page_of_the_category_shows_the_subject_of_a_ticket(
    people, heating, ticket, browse, page
):
    assert ticket.subject not in text(browse(people.gilles).get(page, heating))


@pytest.mark.parametrize("below", [False, True])
def test_a_name_that_another_category_has_is_refused_at_its_field(
    people, general, heating, karim, browse, below
):
    parent = heating if below else None
    taken, other = (
        configuration.create_category(general, by=None, parent=parent, name=name)
        for name in ("Radiateurs", "Tuyaux")
    )
    data = values(name=taken.name.upper(), parent=parent.pk if parent else "")
    response = browse(karim).post("category:edit", other, **data)
    assert response.context["form"].errors == {
        "name": ["Another category here has this name already."]
    }
