"""Guide III in a browser, by people with one configuration privilege."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.browser.visits import find_overflow, find_problems
from tests.snippets.conftest import _own_people_let_in, manager  # noqa: F401
from tests.snippets.test_every_url import (  # noqa: F401
    MATRIX,
    SEARCH,
    address_of,
    everything,
    objects,
)

pytestmark = pytest.mark.browser

#: URLs of the configuration that managers of categories may not open.
CLOSED = [
    (space, name)
    for space, names in MATRIX.items()
    for name, allowed in names.items()
    if "categories" not in allowed and name not in SEARCH
]
WISHES = {
    "name": "Mine",
    "title": "Mine",
    "people": "karim",
    "query": "karim",
    "replacement": "karim",
    "everyone": "on",
    "enabled": "",
    "available": "on",
    "can_edit_service": "on",
    "can_manage_managers": "on",
    "starts_on": "2030-01-01",
    "ends_on": "2030-01-02",
}


@pytest.fixture
def karim(page_as, helpdesk, people, heating):
    """A page as Karim, whose only configuration privilege is to manage categories."""
    return page_as(people.karim)


def test_a_ticket_template_entered_from_the_menu_fills_the_form_of_the_requester(
    karim, page_as, people, heating
):
    karim.goto("/assistance/")
    karim.locator(".hd-nav summary").click()
    karim.locator(".hd-nav").get_by_role("link", name="Services Généraux").click()
    karim.get_by_role("link", name="View/edit categories").click()
    karim.get_by_role("link", name="Chauffage", exact=True).click()
    karim.get_by_label("Default subject").fill("Chauffage : salle …")
    karim.get_by_label("Default message").fill("Depuis quand ?")
    karim.get_by_role("button", name="Save").first.click()
    karim.wait_for_load_state()
    heating.refresh_from_db()
    assert heating.default_subject == "Chauffage : salle …"
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{heating.pk}/")
    expect(lea.get_by_label("Subject")).to_have_value("Chauffage : salle …")
    expect(lea.get_by_label("Message")).to_have_value("Depuis quand ?")


def test_an_emptied_default_subject_inherits_the_one_of_the_service(karim, heating, general):
    type(general).objects.filter(pk=general.pk).update(default_subject="Bâtiment …")
    type(heating).objects.filter(pk=heating.pk).update(default_subject="Chauffage : salle …")
    karim.goto(reverse("helpdesk_categories:edit", args=[heating.pk]))
    expect(karim.get_by_text("Default value: “Bâtiment …”").first).to_be_visible()
    karim.get_by_label("Default subject").fill("")
    karim.get_by_role("button", name="Save").first.click()
    karim.wait_for_load_state()
    heating.refresh_from_db()
    assert heating.in_force("default_subject").value == "Bâtiment …"


@pytest.fixture
def sophie(page_as, helpdesk, people, general, ldap_directory, settings):
    """A page as Sophie, who may manage managers, on a site with an LDAP directory."""
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]
    general.managers.filter(user=people.sophie).update(can_manage_managers=True)
    page = page_as(people.sophie)
    page.goto("/assistance/")
    page.locator(".hd-nav summary").click()
    page.locator(".hd-nav").get_by_role("link", name="Services Généraux").click()
    return page


def search_and_tick(page, name):
    """Search the directory beside the field, and tick the only result."""
    page.get_by_label("Directory search").fill(name)
    page.get_by_role("button", name="Directory search").click()
    page.locator(".hd-candidates input[type=checkbox]").check()


@pytest.mark.servers
def test_a_person_from_the_directory_without_an_account_becomes_a_manager(sophie, general):
    sophie.get_by_role("link", name="Add a manager").click()
    search_and_tick(sophie, "numéro-007")
    sophie.get_by_role("button", name="Add").click()
    sophie.get_by_label("can refuse a ticket").uncheck()
    sophie.get_by_role("button", name="Update the manager").click()
    sophie.wait_for_load_state()
    row = general.managers.get(user__username="p007")
    assert (row.can_take_free, row.can_refuse) == (True, False)


@pytest.mark.servers
def test_a_person_from_the_directory_without_an_account_becomes_a_permanent_guest(sophie, general):
    sophie.get_by_role("link", name="Add a permanent guest").click()
    search_and_tick(sophie, "numéro-007")
    sophie.get_by_role("button", name="Add").click()
    sophie.wait_for_load_state()
    assert general.permanent_guests.get().user.username == "p007"


def test_the_service_panel_offers_a_manager_of_categories_no_other_action(karim, general):
    karim.goto(reverse("helpdesk_services:panel", args=[general.pk]))
    for label in ("Edit the service", "Add a manager", "Add a permanent guest"):
        expect(karim.get_by_role("link", name=label)).to_have_count(0)


def test_the_admin_menu_of_a_service_owner_has_no_entries_of_wagtail(karim):
    karim.goto("/admin/")
    menu = karim.locator(".sidebar-main-menu")
    expect(menu.get_by_role("button", name="Helpdesk")).to_be_visible()
    for entry in ("Pages", "Images", "Documents", "Settings"):
        expect(menu.get_by_text(entry, exact=True)).to_have_count(0)
    menu.get_by_role("button", name="Reports").click()
    expect(karim.get_by_role("link", name="Helpdesk searches")).to_be_visible()
    for report in ("Locked pages", "Workflows", "Site history", "Aging pages"):
        expect(karim.get_by_role("link", name=report)).to_have_count(0)


def test_the_helpdesk_menu_of_the_admin_leads_to_the_services(karim):
    karim.goto("/admin/")
    menu = karim.locator(".sidebar-main-menu")
    menu.get_by_role("button", name="Helpdesk").click()
    menu.get_by_role("link", name="Services", exact=True).click()
    expect(karim.get_by_role("link", name="Services Généraux")).to_be_visible()
    expect(menu.locator("[aria-expanded=true]")).to_have_count(0)


def test_configuration_pages_beyond_the_privilege_refuse_requests_and_crafted_forms(
    karim, objects, general, heating, settings  # noqa: F811
):  # fmt: skip
    karim.goto(reverse("helpdesk_services:panel", args=[general.pk]))
    cookies = {cookie["name"]: cookie["value"] for cookie in karim.context.cookies()}
    wishes = WISHES | {"csrfmiddlewaretoken": cookies[settings.CSRF_COOKIE_NAME]}
    before = everything()
    for space, name in CLOSED:
        url = address_of(space, name, objects, general, heating)
        seen = karim.request.get(url, max_redirects=0)
        sent = karim.request.post(url, form=wishes, max_redirects=0)
        for answer in (seen, sent):
            assert answer.status in (302, 403, 404, 405), f"{url}: {answer.status}"
            assert answer.headers.get("location", "/admin/") == "/admin/", url
        assert everything() == before, url


def test_the_absences_page_passes_axe_and_does_not_scroll_sideways(
    page_as, helpdesk, people, heating, general
):
    karim = page_as(people.karim)
    general.managers.filter(user=people.karim).update(can_set_availability=True)
    karim.goto("/assistance/preferences/absences/")
    assert find_problems(karim, [1280, 390]) == {}
    assert find_overflow(karim, [390, 1280]) == {}
