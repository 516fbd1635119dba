"""Manager preferences in a browser: live summaries, minimum levels, keyboard, accessibility."""

import pytest
from playwright.sync_api import expect

from tests.browser.visits import find_overflow, find_problems
from wagtail_helpdesk.models import Monitoring, Preset
from wagtail_helpdesk.models.preferences import PRESETS

pytestmark = pytest.mark.browser

MANAGER = "/assistance/preferences/manager/"


@pytest.fixture
def nadia(page_as, helpdesk, people, dsi):
    """Return a function that opens the preferences of Nadia, the only manager of DSI."""

    def start(**window):
        page = page_as(people.nadia, **window)
        page.goto(MANAGER)
        return page

    return start


def test_choosing_custom_shows_the_levels_and_updates_the_summary(nadia):
    page = nadia()
    preset = page.get_by_label("Ticket alerts (sent at once):")
    line = page.get_by_role("group", name="Any ticket:")
    notifies = page.locator("[data-hd-alerts]")
    expect(line).to_be_hidden()
    preset.select_option(label="None")
    expect(notifies).to_have_text("No alert will be sent to you for this service.")
    preset.select_option(label="Custom")
    expect(line).to_be_visible()
    line.get_by_label("Creation").check()
    expect(notifies).to_have_text("You will be alerted about every ticket created in the service.")


def test_a_level_below_the_previous_row_is_raised_at_once_and_disabled(nadia, people):
    page = nadia()
    page.get_by_label("Ticket alerts (sent at once):").select_option(label="Custom")
    member = page.get_by_role("group", name="Tickets in my categories:")
    page.get_by_role("group", name="Any ticket:").get_by_label("Always").check()
    expect(member.get_by_label("Always")).to_be_checked()
    expect(member.get_by_label("Never")).to_be_disabled()
    page.get_by_role("button", name="Save the preferences for the service “DSI”").click()
    expect(page.get_by_text("have been saved")).to_be_visible()
    assert Monitoring.objects.get(user=people.nadia).levels == PRESETS[Preset.FULL]


def test_the_summary_of_reports_follows_the_form(nadia):
    page = nadia()
    notifies = page.locator("[data-hd-reports]")
    page.get_by_label("Second hour:").select_option("14")
    expect(notifies).to_have_text(
        "A report will be sent at 8:00 and at 14:00, from Monday to Friday."
    )
    page.get_by_label("Send even at weekends").check()
    expect(notifies).to_have_text("A report will be sent every day at 8:00 and at 14:00.")
    page.get_by_label("Hour:", exact=True).select_option(label="–")
    expect(notifies).to_have_text("No report will be sent for this service: no hour is chosen.")
    page.get_by_label("Daily report:").select_option(label="None")
    expect(notifies).to_have_text("No report will be sent for this service.")


def test_preference_pages_pass_axe_and_do_not_scroll_sideways(nadia):
    page = nadia(viewport={"width": 1280, "height": 900})
    page.get_by_label("Ticket alerts (sent at once):").select_option(label="Custom")
    for url in (None, "/assistance/preferences/"):
        if url:
            page.goto(url)
        assert find_problems(page, [320, 1280]) == {}
        assert find_overflow(page, [320, 1280]) == {}


def test_every_tab_stop_of_the_manager_preferences_is_visible(nadia):
    page = nadia()
    page.get_by_label("Ticket alerts (sent at once):").select_option(label="Custom")
    for _ in range(40):
        page.keyboard.press("Tab")
        covered = page.evaluate(
            """() => {
                const field = document.activeElement, box = field.getBoundingClientRect();
                if (field === document.body) return false;
                const there = document.elementFromPoint(
                    box.x + box.width / 2, box.y + box.height / 2);
                return !(there && (field.contains(there) || there.contains(field)));
            }"""
        )
        assert not covered, page.evaluate("document.activeElement.outerHTML")


def test_manager_preferences_work_without_javascript(nadia, people):
    page = nadia(java_script_enabled=False)
    page.get_by_role("group", name="Any ticket:").get_by_label("Creation").check()
    page.get_by_role("button", name="Save the preferences for the service “DSI”").click()
    expect(page.get_by_text("have been saved")).to_be_visible()
    assert Monitoring.objects.get(user=people.nadia).levels == PRESETS[Preset.HIGH]
    page.get_by_role("button", name="Pause daily reports").click()
    expect(page.get_by_role("button", name="Resume daily reports")).to_be_visible()
