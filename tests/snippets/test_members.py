"""The members of a category: inherited, or named."""

import pytest

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import ServiceManager

from .conftest import address
from .test_services import text


def names(category):
    return set(category.named_members.values_list("manager__user__username", flat=True))


@pytest.fixture
def shown(general):
    """Return the managers that a page of the form shows."""
    return [manager.pk for manager in general.managers.all()]


def test_members_are_named(people, general, heating, manager, shown, browse):
    browse(people.sophie).post(
        "category:members", heating, members="name", chosen=[manager(people.karim).pk], shown=shown
    )
    assert names(heating) == {"karim"}


def test_and_inherited_again(people, heating, manager, browse):
    configuration.set_members(heating, [manager(people.karim)], by=None)
    browse(people.sophie).post("category:members", heating, members="inherit")
    heating.refresh_from_db()
    assert heating.inherits_members
    assert names(heating) == set()


def test_the_form_says_what_naming_members_means(people, heating, browse):
    page = text(browse(people.sophie).get("category:members", heating))
    assert "By default, only the chosen members will be told" in page


def test_naming_nobody_is_refused(people, heating, shown, browse):
    response = browse(people.sophie).post("category:members", heating, members="name", shown=shown)
    assert "Choose at least one manager" in text(response)
    heating.refresh_from_db()
    assert heating.inherits_members


def test_a_manager_of_another_service_is_no_choice(people, dsi, heating, shown, browse):
    nadia = dsi.managers.get(user=people.nadia)
    response = browse(people.sophie).post(
        "category:members", heating, members="name", chosen=[nadia.pk], shown=shown
    )
    assert response.status_code == 200
    assert names(heating) == set()


def test_members_on_other_pages_of_the_list_keep_what_they_have(people, heating, manager, browse):
    configuration.set_members(heating, [manager(people.hugo)], by=None)
    browse(people.sophie).post(
        "category:members",
        heating,
        members="name",
        chosen=[manager(people.karim).pk],
        shown=[manager(people.karim).pk, manager(people.sophie).pk],
    )
    assert names(heating) == {"hugo", "karim"}


def test_the_page_does_not_grow_with_managers(
    people, general, heating, browse, client, statements, crowd
):
    browse(people.sophie)
    before = statements("category:members", heating)
    ServiceManager.objects.bulk_create(ServiceManager(service=general, user=u) for u in crowd)
    assert statements("category:members", heating) == before
    page = client.get(address("category:members", heating)).content.decode()
    assert page.count('name="chosen"') == 25


def test_a_manager_is_found_by_name(people, general, heating, browse):
    page = text(browse(people.sophie).get("category:members", heating, q="benali"))
    assert page.count('name="chosen"') == 1
