"""The short form of a block in a browser: whatever the server answers, its reader stays on the page."""

import re

import pytest
from playwright.sync_api import expect

from wagtail_helpdesk.models import Ticket

pytestmark = pytest.mark.browser


@pytest.fixture
def office(page_as, people, helpdesk, general, heating, settings):
    """Léa on a page of the host; there is one category to ask, or several."""
    settings.ROOT_URLCONF = "tests.blocks.host"
    window = page_as(people.lea)
    window.goto("/office/")
    return window


def chosen(window):
    """The form of the category that was chosen in the page."""
    window.get_by_label("What is it about?").select_option("Chauffage")
    window.get_by_role("button", name="Continue").click()
    expect(window.get_by_label("Subject:")).to_be_visible()
    return window


def written(window):
    """The same with a ticket in it."""
    chosen(window).get_by_label("Subject:").fill("Radiateur froid")
    window.get_by_label("Message:").fill("Salle A 12")
    return window


def test_a_category_is_chosen_in_the_page(office, heating):
    window = chosen(office)
    expect(window.locator("select[name=category]")).to_have_value(str(heating.pk))
    expect(window).to_have_url(re.compile("/office/$"))


def test_a_form_that_comes_too_soon_stays_in_the_page_with_what_was_typed(office, settings):
    settings.WAGTAIL_HELPDESK = {"TICKETS_PER_HOUR": 0}
    window = written(office)
    window.get_by_role("button", name="Open the ticket").click()
    expect(window.get_by_role("alert")).to_contain_text("sending too fast")
    expect(window.get_by_label("Message:")).to_have_value("Salle A 12")
    expect(window).to_have_url(re.compile("/office/$"))
    assert not Ticket.objects.exists()


def test_a_form_whose_frame_cannot_be_loaded_is_sent_as_a_page(office, general):
    office.route("**/blocks/ask/**", lambda route: route.abort())
    office.get_by_label("What is it about?").select_option("Chauffage")
    office.get_by_role("button", name="Continue").click()
    expect(office.get_by_role("heading", name="Open a ticket")).to_be_visible()


def test_a_change_of_category_that_fails_opens_nothing_and_leaves_what_was_typed(office, heating):
    window = written(office)
    window.route("**/blocks/ask/**", lambda route: route.fulfill(status=500))
    window.get_by_label("Category:").select_option("Plomberie")
    expect(window.get_by_role("alert")).to_contain_text("What you typed is still here")
    expect(window.get_by_label("Category:")).to_have_value(str(heating.pk))
    expect(window.get_by_label("Message:")).to_have_value("Salle A 12")
    expect(window.get_by_role("button", name="Open the ticket")).to_be_enabled()
    assert not Ticket.objects.exists()


def test_a_change_of_category_that_is_refused_goes_on_as_a_page_and_opens_nothing(office, plumbing):
    window = written(office)
    window.route("**/blocks/ask/**", lambda route: route.fulfill(status=404))
    window.get_by_label("Category:").select_option("Plomberie")
    expect(window.get_by_role("heading", name="Open a ticket")).to_be_visible()
    expect(window.get_by_label("Category:")).to_have_value(str(plumbing.pk))
    expect(window.get_by_label("Message")).to_have_value("Salle A 12")
    assert not Ticket.objects.exists()


def test_what_is_typed_during_a_change_of_category_stays(office, plumbing):
    type(plumbing).objects.filter(pk=plumbing.pk).update(default_message="Où ?\n\nDepuis quand ?")
    window = chosen(office)
    waiting = []
    window.route("**/blocks/ask/**", lambda route: waiting.append(route))
    window.get_by_label("Category:").select_option("Plomberie")
    window.get_by_label("Subject:").fill("Une fuite")
    window.wait_for_timeout(200)
    waiting.pop().continue_()
    expect(window.get_by_label("Message:")).to_have_value("Où ?\n\nDepuis quand ?")
    expect(window.get_by_label("Subject:")).to_have_value("Une fuite")
    expect(window.get_by_label("Subject:")).to_be_focused()


def test_a_change_of_category_leaves_the_focus_where_it_was(office, plumbing):
    category = chosen(office).get_by_label("Category:")
    category.focus()
    category.select_option("Plomberie")
    expect(category.locator("[selected]")).to_have_attribute("value", str(plumbing.pk))
    expect(category).to_be_focused()
