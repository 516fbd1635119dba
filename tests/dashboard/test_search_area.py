"""The search for tickets in the Wagtail admin."""

import json

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Page, Site

from wagtail_helpdesk.pages.models import HelpdeskPage

WORDS = "pompe & eau"


@pytest.fixture
def get_search_areas(client):
    """Return the labels of the search areas that an editor has."""

    def read(user):
        # The search of the admin is that of pages: for people who may edit some.
        user.groups.add(Group.objects.get(name="Editors"))
        client.force_login(user)
        answer = client.get("/admin/pages/search/", {"q": WORDS})
        assert answer.status_code == 200
        page = BeautifulSoup(answer.content, "html.parser")
        return {a.get_text(strip=True): a["href"] for a in page.select(".filter-options a, li > a")}

    return read


def test_the_search_term_is_passed_to_the_helpdesk(
    get_search_areas, people, general, helpdesk, client
):
    there = client.get(get_search_areas(people.karim)["Tickets"])
    assert there.url == "/assistance/search/?q=pompe+%26+eau"


def test_an_editor_who_manages_nothing_has_no_search_area(
    get_search_areas, people, general, helpdesk
):
    assert "Tickets" not in get_search_areas(people.alice)


def test_the_search_leads_to_the_page_of_the_panel(people, general, helpdesk, client, owner):
    """Of two sites with a helpdesk, to that of the site one is on."""
    root = Page.get_first_root_node().add_child(instance=Page(title="Annexe", slug="annexe"))
    Site.objects.create(hostname="testserver", root_page=root)
    root.add_child(instance=HelpdeskPage(title="Aide", slug="aide"))
    client.force_login(owner)
    assert client.get(reverse("wagtail_helpdesk_search"), {"q": "x"}).url.endswith(
        "/aide/search/?q=x"
    )


def test_without_a_helpdesk_page_there_is_no_search_area(get_search_areas, people, general, client):
    assert not HelpdeskPage.objects.exists()
    assert "Tickets" not in get_search_areas(people.karim)
    assert client.get(reverse("wagtail_helpdesk_search")).status_code == 404


@pytest.fixture
def owner(people, settings):
    """Karim, who configures the categories of his service and edits no page."""
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]
    return people.karim


def test_the_search_box_of_the_menu_searches_tickets_for_people_who_edit_no_page(
    owner, general, helpdesk, client
):
    client.force_login(owner)
    page = BeautifulSoup(client.get("/admin/").content, "html.parser")
    modules = json.loads(page.select_one("#wagtail-sidebar-props").string)
    assert f'"{reverse("wagtail_helpdesk_search")}"' in json.dumps(modules)


def test_the_search_box_of_the_home_page_stays_that_of_pages_for_editors(
    people, general, helpdesk, client
):
    people.karim.groups.add(Group.objects.get(name="Editors"))
    client.force_login(people.karim)
    assert "data-helpdesk-search" not in client.get("/admin/").text
