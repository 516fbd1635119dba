"""Asking for help in a browser: answers while one types, suggestions, and files."""

import re

import pytest
from playwright.sync_api import expect
from wagtail.models import Page

from tests.checkers import accessibility_problems
from wagtail_helpdesk.models import Attachment, OutcomeCount, Ticket

pytestmark = pytest.mark.browser


@pytest.fixture
def wifi_page(helpdesk):
    return helpdesk.get_parent().add_child(instance=Page(title="Cold radiators", slug="cold"))


def test_the_answers_appear_while_one_types_and_the_arrow_keys_reach_them(
    page_as, helpdesk, people, heating
):
    lea = page_as(people.lea)
    lea.goto("/assistance/")
    box = lea.get_by_role("searchbox", name="What do you need?")
    box.press_sequentially("chauf")
    answer = lea.locator("[data-hd-live-answers] a", has_text="Chauffage")
    expect(answer).to_be_visible()
    assert accessibility_problems(lea) == []
    lea.keyboard.press("ArrowDown")
    expect(answer).to_be_focused()
    lea.keyboard.press("Escape")
    expect(answer).to_be_hidden()
    expect(box).to_be_focused()


def test_a_suggested_page_that_solves_the_problem_ends_the_form(
    page_as, helpdesk, people, heating, wifi_page
):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{heating.pk}/")
    lea.get_by_label("Subject").press_sequentially("My radiators are cold")
    suggestion = lea.locator("summary", has_text="Cold radiators")
    suggestion.click()
    lea.get_by_role("button", name="That solves my problem").click()
    expect(lea.get_by_text("Nothing has been sent.")).to_be_visible()
    assert not Ticket.objects.exists()
    assert set(OutcomeCount.objects.values_list("outcome", flat=True)) == {
        "suggested",
        "opened",
        "solved",
    }


def test_suggestions_do_not_move_the_form(page_as, helpdesk, people, heating, wifi_page):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{heating.pk}/")
    message = lea.get_by_label("Message")
    before = message.bounding_box()["y"]
    lea.get_by_label("Subject").press_sequentially("My radiators are cold")
    expect(lea.locator("summary", has_text="Cold radiators")).to_be_visible()
    assert message.bounding_box()["y"] == before


def test_a_chosen_file_can_be_taken_out_again(page_as, helpdesk, people, heating):
    lea = page_as(people.lea)
    lea.goto(f"/assistance/new/{heating.pk}/")
    lea.get_by_label("Subject").fill("Radiateur froid")
    lea.get_by_label("Message").fill("Voir la photo.")
    files = [
        {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.4 plan"}
        for name in ("a.pdf", "b.pdf")
    ]
    for file in files:
        lea.get_by_label("Attached files").set_input_files([file])
    lea.get_by_role("button", name="Remove a.pdf").click()
    lea.get_by_role("button", name="Open the ticket").click()
    lea.wait_for_url(re.compile(r"/new/opened/\d+/$"))
    assert list(Attachment.objects.values_list("name", flat=True)) == ["b.pdf"]
