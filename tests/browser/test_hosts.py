"""The pages inside hosts with opinions: a reset, a class for dark, a root of 10 px; and with hostile lengths."""

import pytest

from tests.browser.visits import find_overflow, open_page
from tests.checkers import accessibility_problems
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Category

pytestmark = pytest.mark.browser

LINE = "x" * 200
NAME = "y" * 120
TABLE = "\n".join(["|" + " colonne |" * 12, "|" + " --- |" * 12, "|" + f" {'z' * 30} |" * 12])
TEXT = f"""Une liste :

- un
- deux

> {LINE}

{LINE}

`{LINE}`

    {LINE}

{TABLE}

[{NAME}](https://example.org/{LINE})
"""
PATHS = {
    "": "lea",
    "new/": "lea",
    "new/{category}/": "lea",
    "tickets/?show=all": "lea",
    "tickets/{ticket}/": "lea",
    "search/?q=yyyy": "lea",
    "desk/?queue=all": "karim",
    "tickets/{taken}/": "karim",
    "tickets/{taken}/close/": "karim",
    "tickets/{taken}/assign/": "karim",
    "tickets/{taken}/move/": "karim",
    "tickets/{taken}/invite/": "karim",
    "tickets/{taken}/postpone/": "karim",
    "tickets/{taken}/notified/{event}/": "karim",
    "preferences/": "karim",
    "preferences/manager/": "karim",
    "preferences/absences/": "karim",
    "tickets/99999/": "lea",
    "/everything/": "lea",
    "/everything/?": "karim",
}
OWN = ("tickets/?show=all", "desk/?queue=all", "preferences/", "preferences/manager/", "new/")


@pytest.fixture
def world(helpdesk, people, heating, plumbing, settings):
    """Tickets, people and categories with names as long as the database takes."""
    settings.ROOT_URLCONF = "tests.blocks.host"
    for person in (people.lea, people.karim, people.ines):
        person.first_name, person.last_name = "P" * 60, "N" * 60
        person.save()
    Category.objects.filter(pk=plumbing.pk).update(name="k" * 60)
    ticket = actions.open_ticket(heating, by=people.lea, subject=NAME, text=TEXT, priority=5)
    taken = actions.open_ticket(plumbing, by=people.lea, subject=NAME, text=TEXT)
    actions.take(taken, by=people.karim)
    actions.invite(taken, by=people.lea, users=[people.ines])
    actions.note(taken, by=people.karim, text=TEXT)
    actions.take_and_close(ticket, by=people.karim, text=TEXT)
    return {
        "ticket": ticket.pk,
        "taken": taken.pk,
        "category": heating.pk,
        "event": taken.events.first().pk,
    }


@pytest.fixture
def in_a_host_that_resets(settings):
    """The pages inside a host with a reset, dark by a class."""
    settings.WAGTAIL_HELPDESK = {"BASE_TEMPLATE": "hosts/reset.html"}


def open_path(window, path, world):
    """Open one of PATHS."""
    open_page(window, path if path.startswith("/") else "/assistance/" + path.format(**world))


def find_wide(page_as, people, world):
    """Return the pages that are wider than a window, by its width, with the parts that stand out."""
    windows = {who: page_as(getattr(people, who)) for who in set(PATHS.values())}
    wide = {}
    for path, who in PATHS.items():
        open_path(windows[who], path, world)
        if found := find_overflow(windows[who]):
            wide[path] = found
    return wide


def test_hostile_lengths_make_no_page_wider_than_its_window(page_as, people, world):
    assert find_wide(page_as, people, world) == {}


@pytest.mark.usefixtures("in_a_host_that_resets")
def test_a_host_that_resets_everything_makes_no_page_wider(page_as, people, world):
    assert find_wide(page_as, people, world) == {}


@pytest.mark.usefixtures("in_a_host_that_resets")
def test_lists_titles_buttons_and_icons_survive_a_reset(page_as, people, world, helpdesk):
    helpdesk.introduction = "<ol><li>Cherchez</li><li>Demandez</li></ol>"
    helpdesk.save()
    karim = page_as(people.karim)
    open_path(karim, "", world)
    style = """(selector, name) => getComputedStyle(document.querySelector(selector))[name]"""

    def style_of(selector, name):
        return karim.evaluate(f"([s, n]) => ({style})(s, n)", [selector, name])

    assert style_of(".hd-text ol > li", "listStyleType") == "decimal"
    open_path(karim, "tickets/{taken}/", world)
    assert style_of(".hd-text ul > li", "listStyleType") == '"- "'
    assert style_of(".hd h1", "fontSize") == "28px"
    assert style_of(".hd-nav li", "marginLeft") == "0px"
    open_path(karim, "desk/?queue=all", world)
    assert style_of(".hd-filter .hd-b", "borderTopWidth") == "1px"
    assert style_of(".hd-nav .hd-b", "fontSize") == "16px"
    assert style_of(".hd-row .hd-i, .hd-nav .hd-i", "display") != "block"


@pytest.mark.usefixtures("in_a_host_that_resets")
def test_a_class_for_dark_turns_the_pages_dark(page_as, people, world):
    karim = page_as(people.karim, color_scheme="light")
    open_path(karim, "desk/?queue=all", world)
    ground = karim.evaluate("getComputedStyle(document.querySelector('.hd')).backgroundColor")
    assert ground == "rgb(20, 24, 29)"


@pytest.mark.usefixtures("in_a_host_that_resets")
def test_axe_finds_no_problem_in_a_host_that_is_dark_by_a_class(page_as, people, world):
    karim = page_as(people.karim, color_scheme="light")
    found = {}
    for path in OWN:
        open_path(karim, path, world)
        if problems := accessibility_problems(karim, ".hd"):
            found[path] = problems
    assert found == {}
