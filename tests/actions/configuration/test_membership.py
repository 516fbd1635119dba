"""Who counts as member of a category: kept right whatever changes."""

import pytest

from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.models import Category


@pytest.fixture
def radiators(heating, sophie, general):
    """A category below Chauffage."""
    return configuration.create_category(general, by=sophie, parent=heating, name="Radiateurs")


def members(category):
    category.refresh_from_db()
    return {manager.user.username for manager in category.effective_members()}


EVERYBODY = {"karim", "sophie", "julien", "hugo"}


def test_a_category_that_inherits_has_all_managers(heating, sophie):
    assert members(heating) == EVERYBODY


def test_a_list_of_members_excludes_all_other_managers(people, heating, sophie, get_manager_row):
    configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    assert members(heating) == {"karim"}


def test_the_category_below_has_its_parents_members(
    people, heating, radiators, sophie, get_manager_row
):
    configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    assert members(radiators) == {"karim"}


def test_below_a_list_of_its_own_counts(people, heating, radiators, sophie, get_manager_row):
    configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    configuration.set_members(radiators, [get_manager_row(people.julien)], by=sophie)
    assert (members(heating), members(radiators)) == ({"karim"}, {"julien"})


def test_inheriting_again_deletes_the_list_of_members(people, heating, sophie, get_manager_row):
    configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    configuration.set_members(heating, None, by=sophie)
    assert members(heating) == EVERYBODY
    assert not heating.named_members.exists()


def test_an_empty_list_of_members_means_everybody_in_subcategories_too(
    people, heating, radiators, sophie, get_manager_row
):
    configuration.set_members(heating, [], by=sophie)
    assert (members(heating), members(radiators)) == (EVERYBODY, EVERYBODY)


def test_a_category_moved_in_the_tree_follows_its_new_parent(
    people, heating, plumbing, radiators, sophie, get_manager_row
):
    configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    configuration.set_members(plumbing, [get_manager_row(people.julien)], by=sophie)
    configuration.change_category(radiators, by=sophie, parent=plumbing)
    assert members(radiators) == {"julien"}


def test_a_new_category_has_the_members_of_its_parent(
    people, general, heating, sophie, get_manager_row
):
    configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    boiler = configuration.create_category(general, by=sophie, parent=heating, name="Chaudière")
    assert members(boiler) == {"karim"}


def test_a_change_of_members_is_recorded_with_names(
    people, heating, sophie, get_manager_row, read_log
):
    configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    [(_, author, data)] = read_log("name_members")
    assert author == sophie
    assert data["before"] == {"members": None}
    assert data["after"] == {"members": ["Karim Benali"]}


def test_the_same_members_again_are_not(people, heating, sophie, get_manager_row, read_log):
    for _ in range(2):
        configuration.set_members(heating, [get_manager_row(people.karim)], by=sophie)
    assert len(read_log("name_members")) == 1


def test_a_manager_of_another_service_is_refused(people, heating, dsi, sophie):
    with pytest.raises(NotPossible, match="is not a manager of this service"):
        configuration.set_members(heating, [dsi.managers.get(user=people.nadia)], by=sophie)
    assert members(heating) == EVERYBODY


@pytest.mark.parametrize("who", ["karim", "nadia", "victor"])
def test_setting_members_requires_the_privilege_to_manage_categories(
    people, heating, dsi, sophie, get_manager_row, who
):
    with pytest.raises(NotYours):
        configuration.set_members(heating, [get_manager_row(people.karim)], by=getattr(people, who))


def test_refreshing_writes_only_categories_that_differ(
    heating, sophie, general, django_assert_num_queries
):
    with django_assert_num_queries(1):
        configuration.refresh_members_from(general)


def test_refreshing_repairs_a_wrong_source_of_members(heating, plumbing, general):
    Category.objects.filter(pk=heating.pk).update(members_from=plumbing)
    configuration.refresh_members_from(general)
    heating.refresh_from_db()
    assert heating.members_from is None
