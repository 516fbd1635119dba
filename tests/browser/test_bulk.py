"""A manager clears the desk: several tickets at once, by mouse, on a phone, and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.checkers import problems_in_light_and_dark
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket

pytestmark = pytest.mark.browser

DESK = "/assistance/desk/?queue=free"


@pytest.fixture
def twenty_tickets(helpdesk, people, heating):
    return [
        actions.open_ticket(heating, by=people.lea, subject=f"Radiateur {n}", text="Froid.")
        for n in range(20)
    ]


class Hand:
    """The mouse of a manager: counts its clicks, and the pages that are loaded."""

    def __init__(self, page):
        self.page, self.clicks, self.loads = page, 0, 0
        page.on("request", self._count)

    def _count(self, request):
        self.loads += request.is_navigation_request() and request.method == "GET"

    def click(self, target, **how):
        self.clicks += 1
        target.click(**how)

    def select(self, count, after=0):
        boxes = self.page.locator("[data-hd-pick]")
        self.click(boxes.nth(after))
        self.click(boxes.nth(after + count - 1), modifiers=["Shift"])
        expect(self.page.locator(".hd-bulk b")).to_have_text(f"{count} selected")

    def open(self, name):
        """Open the form of an action: by its button, else from the menu."""
        bar = self.page.locator(".hd-bulk")
        button = bar.get_by_role("button", name=name, exact=True)
        if not button.is_visible():
            self.click(bar.locator("summary"))
        self.click(button)
        drawer = self.page.get_by_role("dialog")
        drawer.wait_for()
        return drawer

    def send(self, drawer, told):
        self.click(drawer.locator("footer button[type=submit]"))
        self.page.get_by_text(told).wait_for()


def test_twenty_free_tickets_are_cleared_with_few_clicks_and_pages(
    page_as, people, twenty_tickets, heating, plumbing
):
    page = page_as(people.karim)
    hand = Hand(page)
    page.goto(DESK)
    hand.select(8)
    hand.send(hand.open("Take"), "8 tickets taken.")
    hand.select(3)
    hand.send(hand.open("Take and close the tickets"), "3 tickets taken and closed.")
    hand.select(3)
    drawer = hand.open("Take the tickets and ask for information")
    expect(drawer.get_by_label("Message")).to_be_focused()
    page.keyboard.type("Quel étage ?")
    hand.send(drawer, "3 tickets taken, and information asked for.")
    hand.select(3)
    drawer = hand.open("Assign")
    hand.click(drawer.get_by_label("Sophie"))
    hand.send(drawer, "3 tickets assigned.")
    hand.select(3)
    drawer = hand.open("Transfer")
    hand.click(drawer.get_by_label("Plomberie"))
    hand.send(drawer, "3 tickets transferred.")
    hand.click(page.locator(".hd-rail").get_by_role("link", name="Mine"))
    # Those that wait for an answer were touched last.
    hand.select(8, after=3)
    hand.send(hand.open("Close"), "8 tickets closed.")
    assert hand.clicks <= 40
    assert hand.loads <= 12
    states = Ticket.objects.values_list("status", "category__name")
    assert sorted(states.filter(status="closed")) == [("closed", "Chauffage")] * 11
    assert sorted(states.filter(status="incomplete")) == [("incomplete", "Chauffage")] * 3
    assert sorted(states.filter(assignee=people.sophie)) == [("in_progress", "Chauffage")] * 3
    assert sorted(states.filter(status="free")) == [("free", "Plomberie")] * 3


def test_a_take_from_the_row_is_undone_with_one_more_press(page_as, people, twenty_tickets):
    page = page_as(people.karim)
    page.goto(DESK)
    page.locator(".hd-row").nth(2).hover()
    page.locator(".hd-take").nth(2).click()
    page.get_by_text("1 ticket taken.").wait_for()
    assert Ticket.objects.get(assignee=people.karim) == twenty_tickets[2]
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone on 1 ticket.").wait_for()
    assert not Ticket.objects.filter(assignee=people.karim).exists()


def test_more_than_a_part_of_tickets_is_sent_in_parts(page_as, people, twenty_tickets, heating):
    for n in range(5):
        actions.open_ticket(heating, by=people.lea, subject=f"Fuite {n}", text="Eau.")
    page = page_as(people.karim)
    parts = []
    page.on("request", lambda r: parts.append(r) if 'name="part"' in (r.post_data or "") else None)
    page.goto(DESK)
    page.get_by_label("Select all on this page").check()
    page.locator(".hd-bulk").get_by_role("button", name="Take", exact=True).click()
    page.get_by_role("dialog").locator("footer button[type=submit]").click()
    page.get_by_text("25 tickets taken.").wait_for()
    assert len(parts) == 2
    assert Ticket.objects.filter(assignee=people.karim).count() == 25


def test_without_scripts_the_same_forms_are_pages(page_as, people, twenty_tickets):
    page = page_as(people.karim, java_script_enabled=False)
    page.goto(DESK)
    for box in page.locator("[data-hd-pick]").all()[:3]:
        box.check()
    page.locator(".hd-bulk").get_by_role("button", name="Take", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Take the tickets"
    page.get_by_label("Radiateur 1").uncheck()
    page.get_by_role("button", name="Take the tickets").click()
    page.get_by_text("2 tickets taken.").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone on 2 tickets.").wait_for()


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_problem_while_tickets_are_selected(page_as, people, twenty_tickets, width):
    actions.take(twenty_tickets[1], by=people.sophie)
    size = {"width": width, "height": 900}
    page = page_as(people.karim, viewport=size)
    page.goto("/assistance/desk/?queue=all")
    page.get_by_label("Select all on this page").check()
    assert problems_in_light_and_dark(page) == []
    hand = Hand(page)
    drawer = hand.open("Close the tickets" if width == 390 else "Close")
    drawer.locator(".hd-skipped").wait_for()
    assert problems_in_light_and_dark(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
