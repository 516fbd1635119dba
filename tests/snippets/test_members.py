"""The members of a category: inherited or chosen."""

import pytest
from bs4 import BeautifulSoup

from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import ServiceManager

from .conftest import page_url
from .test_services import text


def names(category):
    return set(category.named_members.values_list("manager__user__username", flat=True))


@pytest.fixture
def get_shown_managers(general):
    """Return the managers that a page of the form shows."""
    return [manager.pk for manager in general.managers.all()]


def test_members_of_a_category_are_chosen(
    people, general, heating, manager, get_shown_managers, browse
):
    browse(people.sophie).post(
        "category:members",
        heating,
        members="name",
        chosen=[manager(people.karim).pk],
        shown=get_shown_managers,
    )
    assert names(heating) == {"karim"}


def test_a_category_inherits_its_members_again(people, heating, manager, browse):
    configuration.set_members(heating, [manager(people.karim)], by=None)
    browse(people.sophie).post("category:members", heating, members="inherit")
    heating.refresh_from_db()
    assert heating.inherits_members
    assert names(heating) == set()


def test_the_form_explains_what_choosing_members_means(people, heating, browse):
    page = text(browse(people.sophie).get("category:members", heating))
    assert "By default, only these members are alerted" in page


def test_choosing_no_member_is_refused(people, heating, get_shown_managers, browse):
    response = browse(people.sophie).post(
        "category:members", heating, members="name", shown=get_shown_managers
    )
    assert "Tick at least one manager" in text(response)
    heating.refresh_from_db()
    assert heating.inherits_members


def test_a_manager_of_another_service_cannot_be_chosen_as_a_member(
    people, dsi, heating, get_shown_managers, browse
):
    nadia = dsi.managers.get(user=people.nadia)
    response = browse(people.sophie).post(
        "category:members", heating, members="name", chosen=[nadia.pk], shown=get_shown_managers
    )
    assert response.status_code == 200
    assert names(heating) == set()


def test_members_on_other_pages_of_the_list_stay_members(people, heating, manager, browse):
    configuration.set_members(heating, [manager(people.hugo)], by=None)
    browse(people.sophie).post(
        "category:members",
        heating,
        members="name",
        chosen=[manager(people.karim).pk],
        shown=[manager(people.karim).pk, manager(people.sophie).pk],
    )
    assert names(heating) == {"hugo", "karim"}


def test_the_page_takes_as_many_statements_for_a_crowd_of_managers(
    people, general, heating, browse, client, count_statements, sixty_people
):
    browse(people.sophie)
    before = count_statements("category:members", heating)
    ServiceManager.objects.bulk_create(
        ServiceManager(service=general, user=u) for u in sixty_people
    )
    assert count_statements("category:members", heating) == before
    page = client.get(page_url("category:members", heating)).content.decode()
    assert page.count('name="chosen"') == 25


def test_the_list_of_managers_is_searched_by_name(people, general, heating, browse):
    page = text(browse(people.sophie).get("category:members", heating, q="benali"))
    assert page.count('name="chosen"') == 1


def test_ticking_managers_while_the_category_inherits_is_refused_and_the_ticks_stay(
    people, heating, manager, get_shown_managers, browse
):
    karim = manager(people.karim)
    response = browse(people.sophie).post(
        "category:members", heating, members="inherit", chosen=[karim.pk], shown=get_shown_managers
    )
    page = BeautifulSoup(response.content, "html.parser")
    assert "You ticked managers" in page.text
    assert [box["value"] for box in page.select("[name=chosen][checked]")] == [str(karim.pk)]
    heating.refresh_from_db()
    assert heating.inherits_members


def test_a_category_inherits_again_while_its_named_members_are_still_ticked(
    people, heating, manager, get_shown_managers, browse
):
    karim = manager(people.karim)
    configuration.set_members(heating, [karim], by=None)
    browse(people.sophie).post(
        "category:members", heating, members="inherit", chosen=[karim.pk], shown=get_shown_managers
    )
    heating.refresh_from_db()
    assert heating.inherits_members


def test_unticking_every_named_member_is_refused_and_no_tick_comes_back(
    people, heating, manager, get_shown_managers, browse
):
    configuration.set_members(heating, [manager(people.karim)], by=None)
    response = browse(people.sophie).post(
        "category:members", heating, members="name", shown=get_shown_managers
    )
    page = BeautifulSoup(response.content, "html.parser")
    assert page.select("[name=chosen][checked]") == []
