"""Categories: making, changing, moving, ordering, deleting."""

import pytest

from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.models import Category


def names(service):
    return list(service.categories.filter(parent=None).values_list("name", flat=True))


def test_a_new_category_comes_last(general, sophie):
    configuration.create_category(general, by=sophie, name="Ascenseurs")
    assert names(general)[-1] == "Ascenseurs"


def test_changes_of_a_category_are_recorded(heating, sophie, read_log):
    configuration.change_category(heating, by=sophie, default_subject="Radiateur")
    [(_, author, data)] = read_log("edit_category")
    assert author == sophie
    assert (data["before"], data["after"]) == (
        {"default_subject": ""},
        {"default_subject": "Radiateur"},
    )


def test_unchanged_fields_of_a_category_are_not_recorded(heating, sophie, read_log):
    configuration.change_category(heating, by=sophie, name="Chauffage", default_subject="Froid")
    [(_, _, data)] = read_log("edit_category")
    assert data["after"] == {"default_subject": "Froid"}


def test_two_people_who_change_different_fields_both_succeed(people, heating, sophie):
    mine, his = (Category.objects.get(pk=heating.pk) for _ in range(2))
    configuration.change_category(mine, by=sophie, default_subject="Radiateur")
    configuration.change_category(his, by=sophie, hidden=True)
    heating.refresh_from_db()
    assert (heating.default_subject, heating.hidden) == ("Radiateur", True)


@pytest.mark.parametrize("who", ["karim", "nadia", "victor"])
def test_changing_categories_requires_the_privilege_to_manage_them(
    people, general, dsi, heating, sophie, who
):
    person = getattr(people, who)
    with pytest.raises(NotYours):
        configuration.create_category(general, by=person, name="Mine")
    with pytest.raises(NotYours):
        configuration.change_category(heating, by=person, name="Mine")
    with pytest.raises(NotYours):
        configuration.delete_category(heating, by=person)
    with pytest.raises(NotYours):
        configuration.change_category_order(heating, by=person, place=0)


def test_sibling_categories_have_different_names(general, sophie):
    with pytest.raises(NotPossible):
        configuration.create_category(general, by=sophie, name="chauffage")


def test_a_category_moves_below_another(heating, plumbing, sophie):
    configuration.change_category(heating, by=sophie, parent=plumbing)
    assert heating.path == "Services Généraux › Plomberie › Chauffage"


def test_a_category_cannot_be_moved_below_itself(general, heating, sophie):
    below = configuration.create_category(general, by=sophie, parent=heating, name="Radiateurs")
    for parent in (heating, below):
        with pytest.raises(NotPossible, match="below itself"):
            configuration.change_category(heating, by=sophie, parent=parent)


def test_a_category_cannot_be_moved_to_another_service(heating, network, sophie):
    with pytest.raises(NotPossible, match="belongs to another service"):
        configuration.change_category(heating, by=sophie, parent=network)


def test_a_category_moves_to_a_place_among_its_siblings(general, sophie):
    for order, name in enumerate(("Électricité", "Chauffage", "Plomberie")):
        general.categories.filter(name=name).update(order=order)
    plumbing = general.categories.get(name="Plomberie")
    configuration.change_category_order(plumbing, by=sophie, place=1)
    assert names(general) == ["Électricité", "Plomberie", "Chauffage"]


def test_a_category_that_stays_in_its_place_is_not_recorded(general, sophie, read_log):
    first = general.categories.first()
    configuration.change_category_order(first, by=sophie, place=0)
    assert names(general)[0] == first.name
    assert read_log("order_categories") == []


def test_an_empty_category_is_deleted(general, plumbing, sophie, read_log):
    configuration.delete_category(plumbing, by=sophie)
    assert "Plomberie" not in names(general)
    [(_, _, data)] = read_log("delete_category")
    assert data["name"] == "Plomberie"


def test_a_category_with_tickets_is_not_deleted(heating, sophie, ticket):
    with pytest.raises(NotPossible, match="1 ticket is still there"):
        configuration.delete_category(heating, by=sophie)


def test_a_category_with_others_below_is_not_deleted(general, heating, sophie):
    configuration.create_category(general, by=sophie, parent=heating, name="Radiateurs")
    with pytest.raises(NotPossible, match="below it first"):
        configuration.delete_category(heating, by=sophie)
