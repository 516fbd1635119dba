"""Sites in a language that the helpdesk is not translated into, and sites that translate it."""

import datetime
import subprocess

import pytest
from bs4 import BeautifulSoup
from django.utils import translation
from django.utils.translation import trans_real
from wagtail.models import Locale

from tests.blocks.host import rendered
from tests.portal.conftest import Visitor, soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.languages import get_shown_language, use_shown_language
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import HelpdeskPreferences, ServiceText
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

#: Words of the helpdesk's pages that Wagtail and Django translate into German.
GERMAN = (
    "Suche",
    "Speichern",
    "Schließen",
    "Öffnen",
    "Bearbeiten",
    "Kommentar",
    "Alle",
    "Priorität",
)


@pytest.fixture
def german(db, settings):
    """A site in German alone."""
    settings.LANGUAGE_CODE = "de"
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("de", "Deutsch")]
    Locale.objects.update(language_code="de")
    with translation.override("de"):
        yield
    trans_real._translations.clear()


@pytest.fixture
def karim(db, people, helpdesk):
    return Visitor(people.karim)


PATHS = (
    "", "new/", "tickets/", "desk/", "search/?query=radiateur", "preferences/",
    "preferences/manager/", "tickets/1/", "tickets/1/close/", "tickets/999/",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_the_helpdesk_is_in_one_language_and_says_which(german, taken, karim, path):
    page = soup(karim.client.get(f"/assistance/{path}", follow=True))
    assert page.html["lang"] == "de"
    part = page.find("div", class_="hd")
    assert part["lang"] == "en"
    shown = part.get_text(" ")
    assert [word for word in GERMAN if word in shown] == []


def test_dates_are_in_the_language_of_the_words(german, taken, karim):
    actions.postpone(taken, by=karim.user, until=datetime.date(2035, 10, 4))
    shown = karim.page(f"tickets/{taken.pk}/").find("div", class_="hd").get_text(" ")
    assert "Oct" in shown
    assert "Okt" not in shown


def test_a_message_about_a_form_is_in_the_language_of_the_page(german, ticket, karim):
    answer = karim.submit_action(ticket, "take")
    assert "You are now the manager of this ticket." in karim.client.get(answer.url).text


def test_the_frame_of_a_block_is_in_the_language_of_its_content(german, karim, rf):
    body = [("helpdesk_requests", {})]
    frame = BeautifulSoup(rendered(rf.get("/"), body), "html.parser").section
    assert frame["lang"] == "en"
    assert frame.h2.get_text() == "My requests"
    fragment = karim.client.get("/helpdesk-mail/blocks/requests/").text
    assert [word for word in GERMAN if word in fragment] == []


def test_descriptions_stay_in_the_language_of_the_site(german, general, karim):
    locale = Locale.objects.get()
    ServiceText.objects.create(
        service=general, locale=locale, title="Haustechnik", summary="Licht und Heizung", live=True
    )
    assert "Haustechnik" in karim.page("new/").get_text()


def test_mails_are_labelled_with_the_language_that_they_are_in(german, ticket, mailoutbox):
    dispatch_waiting_events()
    deliver()
    for mail in mailoutbox:
        assert mail.message()["Content-Language"] == "en"
        ((html, _type),) = mail.alternatives
        assert 'lang="en"' in html
        assert "Replies to this e-mail are not read." in mail.body


def test_preferences_offer_the_languages_that_mails_are_written_in(karim, settings):
    settings.LANGUAGES = [("de", "Deutsch"), ("fr", "Français"), ("en", "English")]
    offered = karim.page("preferences/").find("select", attrs={"name": "language"})
    assert [option["value"] for option in offered.find_all("option")] == ["", "fr", "en"]


def test_a_language_chosen_before_stays_in_the_preferences(karim, settings):
    settings.LANGUAGES = [("de", "Deutsch"), ("fr", "Français"), ("en", "English")]
    HelpdeskPreferences.objects.create(user=karim.user, language="de")
    offered = karim.page("preferences/").find("select", attrs={"name": "language"})
    assert "de" in [option["value"] for option in offered.find_all("option")]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("fr", "fr"), ("fr-ca", "fr-ca"), ("en-gb", "en-gb"), ("de", "en"), ("de-at", "en")],
)
def test_a_language_is_shown_if_it_or_its_parent_is_translated(asked, shown):
    assert get_shown_language(asked) == shown


def test_the_language_of_the_request_comes_back_afterwards():
    with translation.override("de"):
        with use_shown_language():
            assert translation.get_language() == "en"
        assert translation.get_language() == "de"


def test_a_translation_of_the_site_is_used(german, ticket, karim, settings, tmp_path):
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE)
    subprocess.run(["msgfmt", "-o", folder / "django.mo", folder / "django.po"], check=True)
    settings.LOCALE_PATHS = [tmp_path]
    trans_real._translations.clear()
    page = karim.page(f"tickets/{ticket.pk}/")
    assert "Léa Fournier hat ein Ticket eröffnet" in page.get_text()
    assert not page.find("div", class_="hd").has_attr("lang")


CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nLanguage: de\\n"

msgctxt "code of the language of this translation"
msgid "en"
msgstr "de"

#, python-format
msgid "%(who)s opened a ticket in %(place)s."
msgstr "%(who)s hat ein Ticket eröffnet: %(place)s."
"""
