"""Entering an absence in a browser: the replacement on the ticket page and in alerts."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _managers_may_set_their_availability(general):
    general.managers.update(can_set_availability=True)


def enter_absence(page, replacement, first):
    last = first + datetime.timedelta(days=7)
    page.goto("/assistance/preferences/absences/")
    page.get_by_label("First day").fill(first.isoformat())
    page.get_by_label("Last day").fill(last.isoformat())
    page.get_by_role("combobox", name="Replacement").fill(replacement)
    page.get_by_role("button", name="Add the absence").click()


def deliver_alerts(mailoutbox):
    """Send all waiting mails, and return the recipients."""
    dispatch_waiting_events()
    mailoutbox.clear()
    deliver()
    return {mail.to[0] for mail in mailoutbox}


def test_a_replacement_is_shown_on_the_ticket_and_alerted_and_circles_are_refused(
    page_as, helpdesk, people, taken, mailoutbox
):
    today = timezone.localdate()
    karim, sophie = page_as(people.karim), page_as(people.sophie)
    enter_absence(karim, "sophie", today)
    expect(karim.get_by_text("replaced by Sophie Lambert")).to_be_visible()

    # A circle of replacements is refused.
    enter_absence(sophie, "karim", today)
    expect(sophie.locator(".hd-bad")).to_contain_text("Replacement")
    expect(sophie.get_by_label("First day")).to_have_value(today.isoformat())

    sophie.goto(f"/assistance/tickets/{taken.pk}/")
    expect(sophie.locator(".hd-presence")).to_contain_text("You are the replacement")

    deliver_alerts(mailoutbox)
    actions.comment(taken, by=people.lea, text="Toujours 14 degrés.")
    assert any(people.sophie.email in address for address in deliver_alerts(mailoutbox))
