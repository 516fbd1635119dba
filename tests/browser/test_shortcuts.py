"""The desk and its tickets by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.models import HelpdeskPreferences, Ticket

pytestmark = pytest.mark.browser


@pytest.fixture
def twenty_free_tickets(helpdesk, people, heating):
    """Twenty free tickets, the one that has waited longest first."""
    return [
        actions.open_ticket(
            heating, by=people.lea, subject=f"Demande {n:02}", text="Il fait froid."
        )
        for n in range(20)
    ]


@pytest.fixture
def karim(page_as, people):
    return page_as(people.karim)


class Keyboard:
    """Presses keys and counts them; a text counts as one."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def press(self, key):
        self.count += 1
        self.page.keyboard.press(key)

    def write(self, text):
        self.count += 1
        self.page.keyboard.insert_text(text)

    def go(self, key):
        """Press a key that leads to another page, and wait until that page has its script."""
        with self.page.expect_navigation():
            self.press(key)
        wait_for_keys(self.page)


def wait_for_keys(page):
    page.locator("[data-hd-with-shortcuts]:not([hidden])").wait_for()


def test_twenty_free_tickets_are_cleared_in_at_most_120_keys(karim, people, twenty_free_tickets):
    karim.goto("/assistance/desk/?queue=free")
    wait_for_keys(karim)
    keys = Keyboard(karim)
    keys.press("j")
    keys.go("Enter")
    for number in range(20):
        if number < 10:
            keys.go("t")
        elif number < 15:
            keys.press("c")
            expect(karim.get_by_role("dialog").locator("textarea").first).to_be_focused()
            keys.go("Control+Enter")
        else:
            keys.press("i")
            expect(karim.get_by_role("dialog").locator("textarea").first).to_be_focused()
            keys.write("Quelle salle ?")
            keys.go("Control+Enter")
        if number < 19:
            keys.go("j")
    assert keys.count <= 120, keys.count
    states = [
        ticket.status for ticket in Ticket.objects.filter(assignee=people.karim).order_by("pk")
    ]
    assert states == [Status.IN_PROGRESS] * 10 + [Status.CLOSED] * 5 + [Status.INCOMPLETE] * 5


def test_keys_typed_into_a_field_stay_there(karim, twenty_free_tickets):
    karim.goto(f"/assistance/tickets/{twenty_free_tickets[0].pk}/")
    wait_for_keys(karim)
    karim.keyboard.press("r")
    field = karim.get_by_label("Your message")
    expect(field).to_be_focused()
    karim.keyboard.type("take j k t n c ?")
    expect(field).to_have_value("take j k t n c ?")
    assert Ticket.objects.get(pk=twenty_free_tickets[0].pk).status == Status.FREE


def test_the_keys_are_listed_and_the_list_closes_with_escape(karim, twenty_free_tickets):
    karim.goto("/assistance/desk/")
    wait_for_keys(karim)
    karim.keyboard.press("?")
    listed = karim.get_by_role("dialog", name="Keyboard shortcuts")
    expect(listed).to_be_visible()
    karim.keyboard.press("Escape")
    expect(listed).to_be_hidden()


def test_who_switches_the_keys_off_has_none(karim, people, twenty_free_tickets):
    HelpdeskPreferences.objects.create(user=people.karim, keyboard_shortcuts=False)
    karim.goto(f"/assistance/tickets/{twenty_free_tickets[0].pk}/")
    karim.locator("[data-hd-copy]:not([hidden])").wait_for(state="attached")
    karim.keyboard.press("t")
    karim.keyboard.press("?")
    expect(karim.get_by_role("dialog")).to_have_count(0)
    assert Ticket.objects.get(pk=twenty_free_tickets[0].pk).status == Status.FREE


def test_a_ticket_that_was_looked_at_is_no_longer_unread(karim, twenty_free_tickets):
    karim.goto("/assistance/desk/?queue=free")
    expect(karim.locator(".hd-new")).to_have_count(20)
    with karim.expect_response(re.compile("/desk/marks/")) as answered:
        karim.get_by_role("link", name="Demande 03").click()
    assert answered.value.status == 204
    karim.goto("/assistance/desk/?queue=free")
    expect(karim.locator(".hd-new")).to_have_count(19)
