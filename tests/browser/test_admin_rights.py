"""The Wagtail admin as each kind of owner sees it: every link opens, and no right lacks its link."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import expect
from wagtail.models import Locale

from tests.browser.visits import find_overflow, set_width
from tests.checkers import problems_in_light_and_dark
from tests.snippets.conftest import ALL, NONE, _own_people_let_in, grant  # noqa: F401
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import PermanentGuest, ServiceManager

pytestmark = pytest.mark.browser

EDITS, MANAGES, SORTS = (
    Privilege.EDIT_SERVICE,
    Privilege.MANAGE_MANAGERS,
    Privilege.MANAGE_CATEGORIES,
)
#: Each kind of owner, and their configuration privileges.
OWNERS = {
    "edits": (EDITS,),
    "manages": (MANAGES,),
    "sorts": (SORTS,),
    "all": (EDITS, MANAGES, SORTS),
}
#: The links of the admin that are ours.
OURS = re.compile(r"/admin/helpdesk/[^?#]*")
#: The buttons of “…” menus, whose links exist once they are open.
MENUS = "main [data-controller~=w-dropdown] > button:has(.icon-dots-horizontal):visible"
#: Links of a listing to itself: sorted, exported, another page.
LISTING = re.compile(r"[?&](ordering|export|p)=")
#: Links of a preview, which a script completes.
PREVIEW = re.compile(r"[?&]mode=$")


@pytest.fixture
def place(people, general, heating, plumbing, network):
    """Services Généraux with one of everything; returns what the URLs name."""
    Locale.objects.get_or_create(language_code="fr")
    ServiceManager.objects.filter(service=general).update(**NONE)
    ServiceManager.objects.filter(service=general, user=people.julien).update(**ALL)
    guest = PermanentGuest.objects.create(service=general, user=people.ines)
    alias = configuration.add_alias("Wifi", network, by=None, service=general)
    name = configuration.add_alias("Pannes", general, by=None)
    row = general.managers.get(user=people.hugo)
    return {
        "service": general.pk,
        "category": heating.pk,
        "manager": row.pk,
        "guest": guest.pk,
        "alias": alias.pk,
        "name": name.pk,
        "person": people.hugo.username,
    }


def services(name, *args):
    return reverse(f"helpdesk_services:{name}", args=args)


def categories(name, *args):
    return reverse(f"helpdesk_categories:{name}", args=args)


def pages_of(place):
    """Return the pages that a privilege opens, each with those that the privilege gives."""
    service, category = place["service"], place["category"]
    return {
        None: {
            services("list"),
            services("panel", service),
            services("managers", service),
            services("guests", service),
            services("history", service),
            services("why", service),
        },
        EDITS: {
            services("edit", service),
            reverse("helpdesk_service_texts:list"),
            reverse("helpdesk_service_texts:add"),
            reverse("helpdesk_mails:list"),
        },
        MANAGES: {
            services("manager_add", service),
            services("manager", service, place["manager"]),
            services("manager_remove", service, place["manager"]),
            services("absences", service, place["manager"]),
            services("guest_add", service),
            services("guest_remove", service, place["guest"]),
        },
        SORTS: {
            services("tree", service),
            services("aliases", service),
            services("alias_add", service),
            services("name_add", service),
            services("alias_remove", service, place["alias"]),
            services("name_remove", service, place["name"]),
            categories("list"),
            categories("add"),
            categories("edit", category),
            categories("members", category),
            categories("history", category),
            categories("delete", category),
            reverse("helpdesk_category_texts:list"),
            reverse("helpdesk_category_texts:add"),
        },
    }


def read_links(page):
    """Return the URLs of the links to our pages that a page shows now."""
    hrefs = page.locator("a[href]").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return {href for href in hrefs if OURS.match(href) and not LISTING.search(href)}


def read_page(page):
    """Return the URLs of a page’s links, those of its “…” menus included."""
    found = read_links(page)
    for menu in page.locator(MENUS).all():
        menu.click()
        found |= read_links(page)
        page.keyboard.press("Escape")
    return found


def read_menu(page):
    """Return the URLs in the menu of the admin."""
    page.goto("/admin/")
    found = read_links(page)
    for button in page.locator(".sidebar-main-menu button[aria-haspopup]").all():
        button.click()
        found |= read_links(page)
    return found


def read_html(answer):
    """Return the URLs of the links to our pages in an answer, those of its closed menus included."""
    soup = BeautifulSoup(answer.content, "html.parser")
    hrefs = {link["href"] for link in soup.select("a[href]")}
    ours = {href for href in hrefs if OURS.match(href) and not PREVIEW.search(href)}
    return {href for href in ours if not LISTING.search(href)}


def read_menu_data(client):
    """Return the URLs in the data from which the menu of the admin is made."""
    answer = client.get("/admin/", follow=True)
    data = BeautifulSoup(answer.content, "html.parser").select_one("#wagtail-sidebar-props")
    # Those who may not enter are answered with another page.
    urls = find_urls(json.loads(data.string)) if data else ()
    return read_html(answer) | {url for url in urls if OURS.fullmatch(url)}


def find_urls(data):
    """Yield each URL of a menu item in what was JSON."""
    if isinstance(data, dict):
        if isinstance(data.get("url"), str):
            yield data["url"]
        data = list(data.values())
    if isinstance(data, list):
        for part in data:
            yield from find_urls(part)


class Browser:
    """Opens pages in a window, and the menus on them."""

    def __init__(self, page):
        self.page = page

    def read_menu(self):
        return read_menu(self.page)

    def open(self, url):
        answer = self.page.goto(url)
        return answer.status, self.page.url, read_page(self.page)

    def ask(self, url):
        answer = self.page.request.get(url)
        return answer.status, answer.url


class Html:
    """Reads the HTML of pages."""

    def __init__(self, client):
        self.client = client

    def read_menu(self):
        return read_menu_data(self.client)

    def open(self, url):
        answer = self.client.get(url, follow=True)
        return *place_of(answer, url), read_html(answer)

    def ask(self, url):
        return place_of(self.client.get(url, follow=True), url)


def place_of(answer, url):
    """Return the status of an answer, and the URL that it is about after redirects."""
    return answer.status_code, answer.redirect_chain[-1][0] if answer.redirect_chain else url


def walk(reader, links):
    """Follow links; return where each URL found leads, and the status there.

    Of the pages that differ only in their row, one is opened; the others are asked for.
    """
    answers, opened, waiting = {}, set(), sorted(links)
    while waiting:
        url = waiting.pop()
        if url in answers:
            continue
        kind = name_of(url)
        if kind in opened:
            answers[url] = reader.ask(url)
        else:
            status, arrived, found = reader.open(url)
            answers[url] = (status, arrived)
            opened.add(kind)
            waiting += sorted(found - set(answers))
    return answers


def name_of(url):
    """Return the name of the view of a URL; the URL itself if there is none."""
    try:
        return resolve(url.partition("?")[0]).view_name
    except Resolver404:
        return url


def is_open(url, status, arrived):
    """Return whether a URL opened its own page, instead of leading to another."""
    return status == 200 and re.sub(r"^\w+://[^/]*", "", arrived) == url


def check_links(reader, place, kind):
    """Assert that an owner of this kind is shown the links of their rights, and no other."""
    answers = walk(reader, reader.read_menu())
    assert {url: a for url, a in answers.items() if not is_open(url, *a)} == {}, "dead links"
    rights = pages_of(place)
    given = rights[None].union(*(rights[privilege] for privilege in OWNERS[kind]))
    others = set().union(*rights.values()) - given
    shown = {url.partition("?")[0] for url in answers}
    # By name: of pages that differ only in their row, one was opened, and with it its links.
    assert {name_of(url) for url in given} - {name_of(url) for url in shown} == set()
    assert others & shown == set(), "links without a right"
    for url in sorted(others):
        assert not is_open(url, *reader.ask(url)), f"{url} opens without a link"


@pytest.mark.parametrize("kind", OWNERS)
def test_each_kind_of_owner_is_shown_the_links_of_their_rights_and_no_other(
    client, helpdesk, people, general, place, kind
):
    grant(general.managers.get(user=people.karim), *OWNERS[kind])
    client.force_login(people.karim)
    check_links(Html(client), place, kind)


def test_an_owner_with_every_right_reaches_each_page_by_a_menu_that_opens(
    page_as, helpdesk, people, general, place
):
    grant(general.managers.get(user=people.karim), *OWNERS["all"])
    check_links(Browser(page_as(people.karim)), place, "all")


@pytest.mark.parametrize(
    ("who", "menu"),
    [
        ("hugo", set()),
        ("ines", set()),
        ("victor", set()),
        # The searches in vain, for those who write the pages that would answer.
        ("alice", {"/admin/helpdesk/searches/"}),
    ],
)
def test_people_who_configure_nothing_are_shown_no_other_link_and_open_no_page(
    client, helpdesk, people, general, place, who, menu
):
    """A manager without privileges, a permanent guest, a stranger, and an editor of the portal."""
    grant(general.managers.get(user=people.karim), EDITS, MANAGES, SORTS)
    client.force_login(getattr(people, who))
    reader = Html(client)
    assert reader.read_menu() == menu
    for url in sorted(set().union(*pages_of(place).values())):
        assert not is_open(url, *reader.ask(url)), url


def test_a_manager_with_more_privileges_cannot_be_removed_and_has_no_link_for_it(
    page_as, helpdesk, people, general, place
):
    grant(general.managers.get(user=people.karim), MANAGES)
    karim = page_as(people.karim)
    karim.goto(services("managers", place["service"]))
    julien = general.managers.get(user=people.julien)
    removal = services("manager_remove", place["service"], julien.pk)
    assert removal not in read_page(karim)
    answer = karim.request.get(removal)
    assert not is_open(removal, answer.status, answer.url)


# -- order, search, phone ----------------------------------------------------------------------------


@pytest.fixture
def sophie(page_as, helpdesk, people, general, place):
    """Sophie, who configures everything."""
    grant(general.managers.get(user=people.sophie), EDITS, MANAGES, SORTS)
    return page_as(people.sophie)


def test_managers_are_ordered_with_the_keyboard(sophie, people, general, place):
    general.managers.filter(user=people.hugo).update(order=9)
    sophie.goto(services("managers", place["service"]))
    handle = sophie.get_by_role("row", name="Hugo Perrin").get_by_role("button", name="Drag")
    handle.focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowUp"):
        handle.press(key)
    with sophie.expect_response(lambda answer: "/reorder/" in answer.url):
        handle.press("Enter")
    assert general.managers.first().user == people.hugo


def test_typing_in_the_search_of_managers_narrows_the_list(sophie, place):
    sophie.goto(services("managers", place["service"]))
    expect(sophie.locator(".hd-table tbody tr")).to_have_count(4)
    sophie.get_by_label("Search term").fill("perrin")
    expect(sophie.locator(".hd-table tbody tr")).to_have_count(1)
    expect(sophie.locator(".hd-table")).to_contain_text("Hugo Perrin")


def test_a_filter_narrows_the_list_of_categories(sophie, place):
    sophie.goto(services("tree", place["service"]))
    sophie.get_by_role("button", name="Show filters").click()
    sophie.get_by_role("button", name="Hidden").click()
    sophie.locator("#drilldown-id_hidden").get_by_label("Yes").check()
    expect(sophie.get_by_text("Nothing was found.")).to_be_visible()


def test_the_search_box_of_the_home_page_searches_tickets(sophie):
    sophie.goto("/admin/")
    box = sophie.locator(".w-dashboard").get_by_role("search").get_by_role("textbox")
    expect(box).to_have_attribute("placeholder", "Search tickets")
    box.fill("radiateur")
    box.press("Enter")
    sophie.wait_for_url("**/assistance/search/?q=radiateur")


PAGES = ("panel", "managers", "guests", "tree", "aliases", "history", "why", "edit")


def test_the_pages_of_owners_fit_and_have_one_title(page_as, helpdesk, people, general, place):
    grant(general.managers.get(user=people.sophie), EDITS, MANAGES, SORTS)
    sophie = page_as(people.sophie, viewport={"width": 1280, "height": 900})
    about_manager = [
        services(name, place["service"], place["manager"])
        for name in ("manager", "absences", "manager_remove")
    ]
    pages = [services(name, place["service"]) for name in PAGES]
    for url in [services("list"), *pages, *about_manager, categories("list")]:
        sophie.goto(url)
        assert sophie.locator("h1, #header-title").count() == 1, url
        assert find_overflow(sophie, [390, 1280]) == {}, url
        for width in (1280, 390):
            set_width(sophie, width)
            for table in sophie.locator(".hd-table").all():
                box = table.bounding_box()
                assert box["x"] >= 0, (url, width)
                assert box["x"] + box["width"] <= width, (url, width)
            problems = problems_in_light_and_dark(sophie, "#main")
            # Wagtail’s own map of a form has small buttons.
            assert [problem for problem in problems if "w-minimap" not in problem] == [], (
                url,
                width,
            )
        set_width(sophie, 1280)


def test_order_and_actions_of_managers_are_in_sight_on_a_phone(sophie, place):
    sophie.set_viewport_size({"width": 390, "height": 800})
    sophie.goto(services("managers", place["service"]))
    row = sophie.locator(".hd-table tbody tr").first
    for button in (row.get_by_role("button", name="Drag"), row.get_by_label("More options")):
        box = button.first.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    row.get_by_label("More options").first.click()
    expect(sophie.get_by_role("link", name="Absences")).to_be_visible()
