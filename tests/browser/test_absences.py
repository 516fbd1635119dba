"""Karim goes away for a while, in a browser: who stands in, what the ticket and the mails say."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _both_say_when_they_are_away(general):
    general.managers.update(can_set_availability=True)


def go_away(page, replacement, first):
    last = first + datetime.timedelta(days=7)
    page.goto("/assistance/preferences/absences/")
    page.get_by_label("First day").fill(first.isoformat())
    page.get_by_label("Last day").fill(last.isoformat())
    page.get_by_role("combobox", name="Replacement").fill(replacement)
    page.get_by_role("button", name="Add the absence").click()


def told(mailoutbox):
    """Send what waits; return who got it."""
    dispatch_waiting_events()
    mailoutbox.clear()
    deliver()
    return {mail.to[0] for mail in mailoutbox}


def test_whoever_stands_in_is_named_asked_and_told(page_as, helpdesk, people, taken, mailoutbox):
    today = timezone.localdate()
    karim, sophie = page_as(people.karim), page_as(people.sophie)
    go_away(karim, "sophie", today)
    expect(karim.get_by_text("replaced by Sophie Lambert")).to_be_visible()

    # Nobody stands in for whoever stands in for them.
    go_away(sophie, "karim", today)
    expect(sophie.locator(".hd-message-error")).to_contain_text("Replacement")
    expect(sophie.get_by_label("First day")).to_have_value(today.isoformat())

    sophie.goto(f"/assistance/tickets/{taken.pk}/")
    expect(sophie.locator(".hd-presence")).to_contain_text("you stand in")

    told(mailoutbox)
    actions.comment(taken, by=people.lea, text="Toujours 14 degrés.")
    assert any(people.sophie.email in address for address in told(mailoutbox))
