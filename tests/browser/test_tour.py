"""Example site: the tour leads through the main job in six steps, and ticks those that are done."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.servers.chromium import Visitors
from tests.servers.processes import eventually
from tests.test_example_site import Demo, demo  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.servers]

TOUR = "/en/tour/"


@pytest.fixture
def window(browser: Any, demo: Demo) -> Iterator[Page]:  # noqa: F811
    visitors = Visitors(browser, demo.url)
    yield visitors.page_as(locale="en")
    visitors.close()
    assert visitors.complaints == []


def find_step(window: Page, number: int) -> Locator:
    """Return the card of a step of the first part, on the tour as it is now."""
    window.goto(TOUR)
    return window.locator("#ticket .tour-steps > li").nth(number - 1)


def follow(window: Page, number: int, name: str) -> None:
    """Press the button of the step, which must be the next one."""
    card = find_step(window, number)
    expect(card).to_contain_text("Next step")
    card.get_by_role("button", name=name).click()
    window.wait_for_load_state()


def send_drawer(window: Page, link: str, field: str, text: str, button: str) -> None:
    """Open a form beside the conversation, fill one field, and send it."""
    window.get_by_role("link", name=link, exact=True).click()
    drawer = window.get_by_role("dialog")
    drawer.get_by_label(field).fill(text)
    drawer.get_by_role("button", name=button).click()


def read_mail(window: Page, number: int) -> str:
    """Return the text of the mail that a step caused; wait until it is received."""

    def is_received() -> bool:
        link = find_step(window, number).get_by_role("link", name="The e-mail to")
        return bool(re.search(r"/mail/[0-9a-f]{16}/$", link.get_attribute("href") or ""))

    eventually(is_received)
    find_step(window, number).get_by_role("link", name="The e-mail to").click()
    return window.locator(".mail-text").inner_text()


def test_the_tour_leads_from_a_request_to_an_approved_closure(window: Page) -> None:
    follow(window, 1, "Become Léa")
    window.get_by_role("searchbox").fill("cold")
    window.get_by_role("link", name="Heating").first.click()
    window.get_by_label("Subject").fill("Cold radiator in the reading room")
    window.get_by_label("Message").fill("Building A, room 3. Since this morning.")
    window.get_by_role("button", name="Open the ticket").click()
    window.wait_for_url(re.compile(r"/new/opened/\d+/$"))

    follow(window, 2, "Become Karim")
    send_drawer(window, "… and ask for information", "Message", "Which radiator?", "Take and ask")
    expect(window.get_by_text("Incomplete").first).to_be_visible()
    assert "Which radiator?" in read_mail(window, 2)

    follow(window, 3, "Become Léa")
    window.get_by_label("Your message").fill("The one at the back.")
    window.get_by_role("button", name="Send", exact=True).click()
    expect(window.get_by_text("Your message has been sent.")).to_be_visible()

    follow(window, 4, "Become Karim")
    window.locator("summary", has_text="Computing").click()
    window.get_by_label("Network and Wi-Fi").check()
    window.get_by_label("Stay on this ticket as a guest").check()
    window.get_by_role("button", name="Transfer to Network and Wi-Fi").click()
    expect(window.get_by_text("You are now a guest of it.")).to_be_visible()
    assert "Karim Benali transferred the ticket" in read_mail(window, 4)

    follow(window, 5, "Become Nadia")
    text = "The valve is online again."
    send_drawer(window, "… and close", "Comment (optional)", text, "Take and close")
    expect(window.get_by_text("is closed.")).to_be_visible()
    assert "Is your problem solved?" in read_mail(window, 5)

    follow(window, 6, "Become Léa")
    window.locator(".hd-question").get_by_role("link", name="Yes, it’s solved").click()
    window.get_by_role("dialog").get_by_role("button", name="Yes, it’s solved").click()
    expect(window.get_by_text("Your request is marked as solved.")).to_be_visible()

    window.goto(TOUR)
    expect(window.locator("#ticket .tour-head", has_text="Done:")).to_have_count(6)
