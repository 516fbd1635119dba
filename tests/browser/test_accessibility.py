"""Every page of the helpdesk under axe and vnu, in both languages and colours, down to 320 pixels."""

import pytest
from wagtail.models import Locale, Page

from tests.checkers import accessibility_problems, html_problems
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import CannedAnswer, CategoryText, Icon, ServiceText, ServiceTextPage

pytestmark = pytest.mark.browser

#: Path below the helpdesk page, or absolute → the person who opens it.
PAGES = {
    "": "lea",
    "new/": "lea",
    "new/?service={service}": "lea",
    "new/{category}/": "karim",
    "tickets/": "lea",
    "tickets/{ticket}/": "karim",
    "tickets/{ticket}/close/": "karim",
    "tickets/{ticket}/assign/": "karim",
    "tickets/{ticket}/move/": "karim",
    "tickets/{ticket}/merge/": "karim",
    "tickets/{ticket}/invite/": "karim",
    "tickets/{ticket}/postpone/": "karim",
    "tickets/{ticket}/change-visibility/": "karim",
    "tickets/{ticket}/notified/{event}/": "karim",
    "tickets/{closed}/": "lea",
    "tickets/4807/": "lea",
    "tickets/{ticket}/refuse/": "lea",
    "tickets/{ticket}/answers/": "karim",
    "desk/?queue=all": "karim",
    "desk/?queue=all&q=is:open+from:lea&priority=3": "karim",
    "desk/?queue=mine&q=is:purple": "karim",
    "desk/views/?list=queue%3Dall": "karim",
    "tickets/{ticket}/?from=queue%3Dall%26at%3D0": "karim",
    "desk/bulk/close/?ticket={ticket}&ticket={closed}": "karim",
    "desk/bulk/move/?ticket={ticket}&ticket={closed}": "karim",
    "desk/bulk/assign/?ticket={ticket}": "karim",
    "preferences/": "karim",
    "preferences/manager/": "karim",
    "preferences/answers/": "karim",
    "search/": "lea",
    "search/?q=chauffage": "lea",
    "new/?q=chauffage": "lea",
    "tickets/{ticket}/change-requester/": "karim",
    "/everything/": "lea",
    "/everything/?": "karim",
}


@pytest.fixture
def world(helpdesk, people, heating, network, settings):
    """A ticket with every kind of entry, a closed one, and a page of blocks."""
    settings.ROOT_URLCONF = "tests.blocks.host"
    describe(heating)
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il gèle : `14`.")
    actions.take(ticket, by=people.karim)
    actions.note(ticket, by=people.karim, text="Entre nous.\n\n> cité")
    actions.invite(ticket, by=people.lea, users=[people.ines])
    actions.comment(ticket, by=people.lea, text="Du nouveau ?", audience="requester")
    answers = {"title": "Visite", "text": "Bonjour {requester}, nous venons le [… jour]."}
    CannedAnswer.objects.create(service=heating.service, action="note", **answers)
    CannedAnswer.objects.create(owner=people.karim, **answers)
    closed = actions.open_ticket(heating, by=people.lea, subject="Porte", text="x", priority=5)
    actions.take_and_close(closed, by=people.karim)
    return {
        "ticket": ticket.pk,
        "closed": closed.pk,
        "category": heating.pk,
        "service": heating.service_id,
        "event": ticket.events.first().pk,
    }


def describe(category):
    """Publish descriptions of a category and its service in both languages."""
    for language in ("en", "fr"):
        locale = Locale.objects.get_or_create(language_code=language)[0]
        words = {
            "locale": locale,
            "summary": "À tous.",
            "description": "# Ici\n\n* [là](https://example.org/)",
        }
        CategoryText.objects.create(category=category, title="Chaleur", **words)
        text = ServiceText.objects.create(
            service=category.service, title="Lieux", contact="A 12", icon=Icon.BUILDING, **words
        )
        text.related_pages.add(ServiceTextPage(page=Page.objects.get(depth=2)))
        text.save()


def open_page(window, path, world):
    """Open a page, and wait until its fragments are loaded."""
    window.goto(path if path.startswith("/") else "/assistance/" + path.format(**world))
    window.wait_for_load_state("networkidle")


def open_windows(page_as, people, **window):
    """Return a window for each person of PAGES."""
    return {who: page_as(getattr(people, who), **window) for who in set(PAGES.values())}


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_axe_finds_no_problem_on_any_page(page_as, people, world, language, colours):
    found = {}
    window = open_windows(page_as, people, locale=language, color_scheme=colours)
    for path, who in PAGES.items():
        open_page(window[who], path, world)
        if problems := accessibility_problems(window[who]):
            found[path] = problems
    assert found == {}


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_problem_in_any_state_of_a_ticket(page_as, people, world, width, colours):
    karim = page_as(people.karim, viewport={"width": width, "height": 844}, color_scheme=colours)
    karim.goto(f"/assistance/tickets/{world['ticket']}/")
    for way in ("Ask for information", "Internal note"):
        karim.get_by_role("radio", name=way).check()
        # Out from under the bar at the bottom of a phone.
        karim.get_by_label("Your message").evaluate("box => box.scrollIntoView({block: 'center'})")
        assert accessibility_problems(karim) == []
    karim.get_by_label("Your message").fill("**Froid**")
    karim.get_by_role("button", name="Preview").click()
    karim.locator(".hd-preview").wait_for()
    karim.locator(".hd-fold summary").first.click()
    karim.locator(".hd-actions summary").first.click()
    assert accessibility_problems(karim) == []
    karim.get_by_role("link", name="Close", exact=True).click()
    karim.get_by_role("dialog").wait_for()
    assert accessibility_problems(karim) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_problem_in_the_box_of_canned_answers(page_as, people, world, width, colours):
    karim = page_as(people.karim, viewport={"width": width, "height": 844}, color_scheme=colours)
    karim.goto(f"/assistance/tickets/{world['ticket']}/")
    karim.get_by_label("Your message").fill("/vis")
    karim.get_by_role("option", name="Visite").first.wait_for()
    karim.locator(".hd-told summary").click()
    assert accessibility_problems(karim) == []
    karim.keyboard.press("Escape")
    karim.get_by_role("button", name="Canned answers").click()
    karim.get_by_role("combobox", name="Search canned answers").fill("rien de tel")
    karim.get_by_text("No canned answer has these words.").wait_for()
    assert accessibility_problems(karim) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_problem_for_the_requester(page_as, people, world, width, colours):
    lea = page_as(people.lea, viewport={"width": width, "height": 844}, color_scheme=colours)
    for ticket in ("ticket", "closed"):
        lea.goto(f"/assistance/tickets/{world[ticket]}/")
        lea.get_by_label("Your message").focus()
        assert accessibility_problems(lea) == []
    lea.get_by_role("link", name="No, it isn’t").click()
    lea.get_by_role("dialog").wait_for()
    assert accessibility_problems(lea) == []


def test_axe_finds_no_problem_in_a_form_with_errors(page_as, people, world):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{world['category']}/")
    lea.get_by_role("button", name="Open the ticket").click()
    alert = lea.get_by_role("alert")
    alert.wait_for()
    assert alert.evaluate("a => a === document.activeElement")
    assert accessibility_problems(lea) == []


@pytest.mark.parametrize("query", ["moreau", "zzz"])
def test_axe_finds_no_problem_in_a_search_of_the_directory(page_as, people, world, query):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{world['ticket']}/invite/")
    karim.get_by_label("Directory search").fill(query)
    karim.locator("[name=find]").click()
    found = karim.locator("#hd-people [data-hd-focus]")
    found.wait_for()
    assert found.evaluate("part => part === document.activeElement")
    assert accessibility_problems(karim) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_scrolls_sideways(page_as, people, world, width):
    window = open_windows(page_as, people, viewport={"width": width, "height": 800})
    wide = {}
    for path, who in PAGES.items():
        open_page(window[who], path, world)
        needed = window[who].evaluate("document.documentElement.scrollWidth")
        if needed > width:
            wide[path] = needed
    assert wide == {}


def test_the_keyboard_reaches_every_control_in_reading_order(page_as, people, world):
    karim = page_as(people.karim)
    karim.goto(f"/assistance/tickets/{world['ticket']}/")
    stops = []
    for _press in range(120):
        karim.keyboard.press("Tab")
        place = karim.evaluate(
            """() => {
              const here = document.activeElement;
              if (!here || here === document.body) return null;
              const box = here.getBoundingClientRect();
              here.dataset.stop ??= String(document.querySelectorAll("[data-stop]").length);
              return {stop: Number(here.dataset.stop), seen: box.width > 0 && box.height > 0,
                      order: [...document.querySelectorAll("*")].indexOf(here)};
            }"""
        )
        if place is None or place["stop"] < len(stops):
            break
        stops.append(place)
    orders = [stop["order"] for stop in stops]
    assert all(stop["seen"] for stop in stops)
    assert orders == sorted(orders)
    assert len(stops) > 20


@pytest.mark.servers
def test_the_html_of_every_page_is_valid(page_as, people, world, client):
    texts = []
    for path, who in PAGES.items():
        client.force_login(getattr(people, who))
        where = path if path.startswith("/") else "/assistance/" + path.format(**world)
        texts.append(client.get(where).text)
    assert html_problems(*texts) == []


@pytest.mark.servers
@pytest.mark.parametrize("who", ["lea", "karim"])
def test_the_html_of_a_page_is_valid_with_its_loaded_fragments(page_as, people, world, who):
    window = page_as(getattr(people, who))
    open_page(window, "/everything/", world)
    assert window.locator(".hd-service").count() >= 2
    assert html_problems(window.content()) == []


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_no_problem_in_the_manager_panel_of_the_admin(
    page_as, people, world, settings, language, colours, width
):
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]
    size = {"width": width, "height": 800}
    karim = page_as(people.karim, locale=language, color_scheme=colours, viewport=size)
    karim.goto("/admin/")
    assert accessibility_problems(karim, "#helpdesk-section") == []
    assert karim.evaluate("document.documentElement.scrollWidth") <= width
