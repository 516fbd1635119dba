"""Every page of the helpdesk under axe and vnu, in both languages and colours, down to 320 pixels."""

import pytest
from wagtail.models import Locale, Page

from tests.browser.visits import find_overflow, find_problems, open_page
from tests.checkers import accessibility_problems, html_problems, problems_in_light_and_dark
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


def url_of(path, world):
    """Return the URL of one of PAGES."""
    return path if path.startswith("/") else "/assistance/" + path.format(**world)


def open_windows(page_as, people, **window):
    """Return a window for each person of PAGES."""
    return {who: page_as(getattr(people, who), **window) for who in set(PAGES.values())}


# In each language a page is loaded in a window of another width: the widest, the narrowest.
@pytest.mark.parametrize(("language", "widths"), [("fr", (320, 1280)), ("en", (1280, 320))])
def test_every_page_passes_axe_in_both_colours_and_scrolls_sideways_at_no_width(
    page_as, people, world, language, widths
):
    found, size = {}, {"width": widths[0], "height": 900}
    window = open_windows(page_as, people, locale=language, viewport=size)
    for path, who in PAGES.items():
        open_page(window[who], url_of(path, world))
        problems = find_problems(window[who], widths)
        if wide := find_overflow(window[who]):
            problems["scrolls sideways"] = wide
        if problems:
            found[path] = problems
        window[who].set_viewport_size(size)
    assert found == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_problem_in_any_state_of_a_ticket(page_as, people, world, width):
    karim = page_as(people.karim, viewport={"width": width, "height": 844})
    karim.goto(f"/assistance/tickets/{world['ticket']}/")
    for way in ("Ask for information", "Internal note"):
        karim.get_by_role("radio", name=way).check()
        # Out from under the bar at the bottom of a phone.
        karim.get_by_label("Your message").evaluate("box => box.scrollIntoView({block: 'center'})")
        assert problems_in_light_and_dark(karim) == []
    karim.get_by_label("Your message").fill("**Froid**")
    karim.get_by_role("button", name="Preview").click()
    karim.locator(".hd-preview").wait_for()
    karim.locator(".hd-fold summary").first.click()
    karim.locator(".hd-actions summary").first.click()
    assert problems_in_light_and_dark(karim) == []
    karim.get_by_role("link", name="Close", exact=True).click()
    karim.get_by_role("dialog").wait_for()
    assert problems_in_light_and_dark(karim) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_problem_in_the_box_of_canned_answers(page_as, people, world, width):
    karim = page_as(people.karim, viewport={"width": width, "height": 844})
    karim.goto(f"/assistance/tickets/{world['ticket']}/")
    karim.get_by_label("Your message").fill("/vis")
    karim.get_by_role("option", name="Visite").first.wait_for()
    karim.locator(".hd-told summary").click()
    assert problems_in_light_and_dark(karim) == []
    karim.keyboard.press("Escape")
    karim.get_by_role("button", name="Canned answers").click()
    karim.get_by_role("combobox", name="Search canned answers").fill("rien de tel")
    karim.get_by_text("No canned answer has these words.").wait_for()
    assert problems_in_light_and_dark(karim) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_problem_for_the_requester(page_as, people, world, width):
    lea = page_as(people.lea, viewport={"width": width, "height": 844})
    for ticket in ("ticket", "closed"):
        lea.goto(f"/assistance/tickets/{world[ticket]}/")
        lea.get_by_label("Your message").focus()
        assert problems_in_light_and_dark(lea) == []
    lea.get_by_role("link", name="No, it isn’t").click()
    lea.get_by_role("dialog").wait_for()
    assert problems_in_light_and_dark(lea) == []


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
        texts.append(client.get(url_of(path, world)).text)
    assert html_problems(*texts) == []


@pytest.mark.servers
def test_the_html_of_a_page_is_valid_with_its_loaded_fragments(page_as, people, world):
    texts = []
    for person in (people.lea, people.karim):
        window = page_as(person)
        open_page(window, "/everything/")
        assert window.locator(".hd-service").count() >= 2
        texts.append(window.content())
    assert html_problems(*texts) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_axe_finds_no_problem_in_the_manager_panel_of_the_admin(
    page_as, people, world, settings, language
):
    settings.AUTHENTICATION_BACKENDS = [
        "django.contrib.auth.backends.ModelBackend",
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]
    widths = (320, 1280)
    karim = page_as(people.karim, locale=language, viewport={"width": 320, "height": 800})
    open_page(karim, "/admin/")
    assert find_problems(karim, widths, "#helpdesk-section") == {}
    assert find_overflow(karim, widths) == {}
