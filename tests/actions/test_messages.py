"""The rules of a message, the same in every verb that takes one."""

import pytest

from tests.actions.refusals import refused
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible


def test_a_message_may_be_as_long_as_the_limit_and_no_longer(taken, people):
    actions.comment(taken, by=people.lea, text="é" * 20_000)
    with refused(taken, NotPossible, "text") as refusal:
        actions.comment(taken, by=people.lea, text="é" * 20_001)
    assert "20000" in str(refusal.value)


def test_the_site_says_how_long(taken, people, settings):
    settings.WAGTAIL_HELPDESK = {"MESSAGE_MAX_LENGTH": 5}
    actions.comment(taken, by=people.lea, text="Froid")
    with refused(taken, NotPossible, "text"):
        actions.comment(taken, by=people.lea, text="Froide")


def test_an_optional_message_has_the_same_limit(taken, people, settings):
    settings.WAGTAIL_HELPDESK = {"MESSAGE_MAX_LENGTH": 5}
    with refused(taken, NotPossible, "text"):
        actions.close(taken, by=people.karim, text="Réparé.")


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("une\r\nautre\r\n", "une\nautre"),
        ("une\rautre", "une\nautre"),
        ("  au bord  \n", "au bord"),
        ("nul\x00le", "nulle"),
        ("moitié\ud83d", "moitié"),
        ("entier 😀", "entier 😀"),
    ],
)
def test_a_message_is_stored_as_every_database_can_keep_it(taken, people, sent, stored):
    assert actions.comment(taken, by=people.lea, text=sent).text == stored


@pytest.mark.parametrize("text", ["", " ", "\r\n\t", "\x00", "\ud800"])
def test_a_message_without_words_is_none(taken, people, text):
    with refused(taken, NotPossible, "text"):
        actions.comment(taken, by=people.lea, text=text)


def test_html_and_script_stay_text(taken, people):
    event = actions.comment(taken, by=people.lea, text="<script>alert(1)</script> **gras**")
    assert "<script" not in event.html
    assert "&lt;script&gt;" in event.html
    assert "<strong>gras</strong>" in event.html


def test_an_optional_message_that_is_missing_is_empty(taken, people):
    event = actions.close(taken, by=people.karim)
    assert (event.text, event.html) == ("", "")
