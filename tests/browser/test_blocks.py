"""The short form of a block in a browser, with answers and failures of the server."""

import re

import pytest
from playwright.sync_api import expect

from wagtail_helpdesk.models import Ticket

pytestmark = pytest.mark.browser


@pytest.fixture
def office(page_as, people, helpdesk, general, heating, settings):
    """A page of the host site with blocks, opened by Léa."""
    settings.ROOT_URLCONF = "tests.blocks.host"
    window = page_as(people.lea)
    window.goto("/office/")
    return window


def choose_category(window):
    """Choose a category in the block, and wait for its form."""
    window.get_by_label("What is it about?").select_option("Chauffage")
    window.get_by_role("button", name="Continue").click()
    expect(window.get_by_label("Subject:")).to_be_visible()
    return window


def fill_form(window):
    """Choose a category, and fill its form."""
    choose_category(window).get_by_label("Subject:").fill("Radiateur froid")
    window.get_by_label("Message:").fill("Salle A 12")
    return window


def test_choosing_a_category_shows_its_form_in_the_page(office, heating):
    window = choose_category(office)
    expect(window.locator("select[name=category]")).to_have_value(str(heating.pk))
    expect(window).to_have_url(re.compile("/office/$"))


def test_a_form_over_the_rate_limit_stays_in_the_page_with_its_text(office, settings):
    settings.WAGTAIL_HELPDESK = {"TICKETS_PER_HOUR": 0}
    window = fill_form(office)
    window.get_by_role("button", name="Open the ticket").click()
    expect(window.get_by_role("alert")).to_contain_text("sending too fast")
    expect(window.get_by_label("Message:")).to_have_value("Salle A 12")
    expect(window).to_have_url(re.compile("/office/$"))
    assert not Ticket.objects.exists()


def test_a_form_whose_fragment_cannot_be_loaded_is_submitted_as_a_page(office, general):
    office.route("**/blocks/ask/**", lambda route: route.abort())
    office.get_by_label("What is it about?").select_option("Chauffage")
    office.get_by_role("button", name="Continue").click()
    expect(office.get_by_role("heading", name="Open a ticket")).to_be_visible()


def test_a_failed_change_of_category_opens_no_ticket_and_keeps_the_text(office, heating):
    window = fill_form(office)
    window.route("**/blocks/ask/**", lambda route: route.fulfill(status=500))
    window.get_by_label("Category:").select_option("Plomberie")
    expect(window.get_by_role("alert")).to_contain_text("What you typed is still here")
    expect(window.get_by_label("Category:")).to_have_value(str(heating.pk))
    expect(window.get_by_label("Message:")).to_have_value("Salle A 12")
    expect(window.get_by_role("button", name="Open the ticket")).to_be_enabled()
    assert not Ticket.objects.exists()


def test_a_refused_change_of_category_continues_as_a_page_and_opens_no_ticket(office, plumbing):
    window = fill_form(office)
    window.route("**/blocks/ask/**", lambda route: route.fulfill(status=404))
    window.get_by_label("Category:").select_option("Plomberie")
    expect(window.get_by_role("heading", name="Open a ticket")).to_be_visible()
    expect(window.get_by_label("Category:")).to_have_value(str(plumbing.pk))
    expect(window.get_by_label("Message")).to_have_value("Salle A 12")
    assert not Ticket.objects.exists()


def test_text_typed_during_a_change_of_category_is_kept(office, plumbing):
    type(plumbing).objects.filter(pk=plumbing.pk).update(default_message="Où ?\n\nDepuis quand ?")
    window = choose_category(office)
    waiting = []
    window.route("**/blocks/ask/**", lambda route: waiting.append(route))
    window.get_by_label("Category:").select_option("Plomberie")
    window.get_by_label("Subject:").fill("Une fuite")
    window.wait_for_timeout(200)
    waiting.pop().continue_()
    expect(window.get_by_label("Message:")).to_have_value("Où ?\n\nDepuis quand ?")
    expect(window.get_by_label("Subject:")).to_have_value("Une fuite")
    expect(window.get_by_label("Subject:")).to_be_focused()


def test_a_change_of_category_keeps_the_focus(office, plumbing):
    category = choose_category(office).get_by_label("Category:")
    category.focus()
    category.select_option("Plomberie")
    expect(category.locator("[selected]")).to_have_attribute("value", str(plumbing.pk))
    expect(category).to_be_focused()
