"""The search area for tickets in the Wagtail admin."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from wagtail.models import Page, Site

from wagtail_helpdesk.pages.models import HelpdeskPage


@pytest.fixture
def admin_search(people):
    """Return the search page of the admin for a user."""

    def page(user, query="pompe & eau"):
        # The search of the admin is that of pages: for people who may edit some.
        user.groups.add(Group.objects.get(name="Editors"))
        client = Client()
        client.force_login(user)
        answer = client.get("/admin/pages/search/", {"q": query})
        assert answer.status_code == 200
        return answer.content.decode()

    return page


def test_the_search_term_is_passed_to_the_helpdesk(admin_search, people, general, helpdesk):
    assert "/assistance/search/?q=pompe%20%26%20eau" in admin_search(people.karim)


def test_an_editor_who_manages_nothing_has_no_search_area(admin_search, people, general, helpdesk):
    assert "/assistance/search/" not in admin_search(people.alice)


def test_the_search_area_links_to_the_page_of_the_panel(admin_search, people, general, helpdesk):
    """Of two sites with a helpdesk, to that of the site one is on."""
    root = Page.get_first_root_node().add_child(instance=Page(title="Annexe", slug="annexe"))
    Site.objects.create(hostname="testserver", root_page=root)
    root.add_child(instance=HelpdeskPage(title="Aide", slug="aide"))
    assert "/aide/search/?q=" in admin_search(people.karim)


def test_without_a_helpdesk_page_there_is_no_search_area(admin_search, people, general):
    assert not HelpdeskPage.objects.exists()
    assert "Tickets" not in admin_search(people.karim)
