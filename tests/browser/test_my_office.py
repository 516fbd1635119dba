"""Example site: an editor builds a page with blocks, and a requester opens a ticket from it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from playwright.sync_api import Page, expect

from tests.servers.chromium import Visitors
from tests.test_example_site import Demo, demo  # noqa: F401
from wagtail_helpdesk.blocks import HelpdeskStreamBlock

pytestmark = [pytest.mark.browser, pytest.mark.servers]

TITLE = "Mon bureau du premier étage"


@pytest.fixture
def open_window_as(browser: Any, demo: Demo) -> Iterator[Any]:  # noqa: F811
    """Return a function that opens a window of the example site as a person of the cast."""
    visitors = Visitors(browser, demo.url)

    def become(username: str) -> Page:
        window = visitors.page_as(locale="fr")
        window.goto("/people/")
        window.locator(f"form[action$='/people/{username}/'] button").click()
        window.wait_for_load_state()
        return window

    yield become
    visitors.close()
    assert visitors.complaints == []


class Editor:
    """Builds a page in the Wagtail admin by its visible labels."""

    def __init__(self, window: Page) -> None:
        self.window = window
        self.blocks = 0

    def begin(self, title: str) -> None:
        self.window.goto("/admin/pages/")
        self.window.get_by_role("link", name="Explorer les sous-pages").last.click()
        self.window.get_by_role("link", name="Ajouter une sous-page").first.click()
        self.window.get_by_role("link", name="Page de contenu", exact=True).click()
        self.window.locator("[name=title]").fill(title)

    def add(self, name: str) -> int:
        """Add a block at the end, from Wagtail's menu; return its index."""
        with translation.override("fr"):
            label = str(HelpdeskStreamBlock().child_blocks[name].label)
        self.window.locator(".c-sf-add-button").last.click()
        self.window.get_by_role("option", name=label, exact=True).click()
        place, self.blocks = self.blocks, self.blocks + 1
        self.window.locator(f"[name=body-{place}-type]").wait_for(state="attached")
        return place

    def choose(self, place: int, field: str, name: str) -> None:
        """Choose a service or a category of a block."""
        chooser = self.window.locator(f"#body-{place}-value-{field}-chooser")
        chooser.locator(".unchosen [data-chooser-action-choose]").click()
        dialog = self.window.get_by_role("dialog")
        dialog.get_by_role("link", name=name, exact=True).click()
        expect(chooser.locator("[data-chooser-title]")).to_contain_text(name)

    def publish(self) -> str:
        """Publish the page, and return its URL."""
        footer = self.window.locator("footer.footer")
        footer.locator("[data-w-dropdown-target=toggle]").click()
        self.window.locator("[name=action-publish]").click()
        there = self.window.locator('.messages a:not([href*="/admin/"])').first
        return str(there.get_attribute("href"))


def test_a_ticket_opened_from_a_block_arrives_in_the_category_that_the_editor_chose(
    open_window_as: Any,
) -> None:
    editor = Editor(open_window_as("alice"))
    editor.begin(TITLE)
    editor.add("helpdesk_requests")
    asking = editor.add("helpdesk_ask")
    editor.window.locator(f"[name=body-{asking}-value-display]").select_option("form")
    editor.choose(asking, "service", "Services Généraux")
    editor.choose(asking, "category", "Chauffage")
    editor.add("helpdesk_catalogue")
    editor.choose(editor.add("helpdesk_card"), "service", "Services Généraux")
    url = editor.publish()

    lea = open_window_as("lea")
    lea.goto(url)
    for heading in ("Mes demandes", "Services Généraux", "DSI"):
        expect(lea.get_by_role("heading", name=heading).first).to_be_visible()
    form = lea.locator("[data-hd-fragment]", has=lea.get_by_label("Message"))
    form.get_by_label("Sujet").fill("Radiateur tiède au premier étage")
    form.get_by_label("Message").fill("Quinze degrés ce matin.")
    form.get_by_role("button", name="Déposer le ticket").click()
    lea.get_by_role("status").get_by_role("link").first.click()
    lea.wait_for_url("**/tickets/*/")

    karim = open_window_as("karim")
    karim.goto(lea.url)
    expect(karim.get_by_role("heading", level=1)).to_contain_text("Radiateur tiède")
    expect(karim.get_by_text("Services Généraux › Chauffage").first).to_be_visible()
    origin = karim.locator("main").get_by_role("link", name=TITLE)
    expect(origin).to_have_attribute("href", url)
