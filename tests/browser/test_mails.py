"""Mails in a window: never wider than it, whatever was typed, and readable in both colours."""

from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup

from tests.checkers import html_problems, problems_in_light_and_dark
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Category, HelpdeskPreferences, Service
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.reports.due import send_report_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

LONG = "x" * 200
HOSTILE = (
    f"{LONG}\n\n> {LONG}\n\n- {LONG}\n\n```\n{LONG}\n```\n\nhttps://example.org/{LONG}\n\n"
    + "| un | deux | trois " * 12
)


@pytest.fixture
def mails(fake_helpdesk_page, ticket, people, general, heating, mailoutbox, send_mails):
    """Mails of each kind, with texts and names without a space."""
    Service.objects.filter(pk=general.pk).update(name="s" * 100)
    Category.objects.filter(pk=heating.pk).update(name="c" * 100)
    with unguarded():
        type(ticket).objects.update(subject="w" * 120)
    sent = []

    def send():
        send_mails()
        sent.extend(mailoutbox)

    send()
    actions.take_and_ask(ticket, by=people.karim, text=HOSTILE)
    actions.invite(ticket, by=people.lea, users=[people.ines], text=HOSTILE)
    send()
    actions.comment(ticket, by=people.lea, text=HOSTILE)
    actions.close(ticket, by=people.karim, text=HOSTILE)
    send_report_now(people.karim, general)
    send()
    return [SimpleNamespace(subject=mail.subject, html=mail.alternatives[0][0]) for mail in sent]


@pytest.fixture
def window(browser):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


def test_no_mail_is_wider_than_its_window(mails, window):
    assert len(mails) > 8
    for width in (320, 390, 700, 1000):
        window.set_viewport_size({"width": width, "height": 844})
        for mail in mails:
            window.set_content(mail.html)
            shown = window.evaluate("document.documentElement.scrollWidth")
            assert shown <= width, (width, shown, mail.subject[:60])


def test_axe_and_vnu_find_nothing_in_any_mail(mails, window):
    for mail in mails:
        window.set_content(mail.html)
        assert problems_in_light_and_dark(window) == []
    problems = html_problems(*{mail.html for mail in mails})
    # The texts are in no language.
    assert [one for one in problems if "appears to be written in" not in one] == []


def test_a_mail_has_at_most_two_buttons(mails):
    for mail in mails:
        assert len(BeautifulSoup(mail.html, "html.parser").select(".button")) <= 2


def test_mails_in_french_fit_as_well(mails, window, people, ticket, mailoutbox, send_mails):
    HelpdeskPreferences.objects.update_or_create(user=people.lea, defaults={"language": "fr"})
    actions.reject_closure(ticket, by=people.lea, text="Non.")
    actions.close(ticket, by=people.karim, text=HOSTILE)
    window.set_content(send_mails()["lea"].alternatives[0][0])
    assert window.evaluate("document.documentElement.scrollWidth") <= 390
