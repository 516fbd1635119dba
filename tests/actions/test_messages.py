"""The rules of a message, the same in every verb that takes one."""

import uuid

import pytest
from django.db import IntegrityError, connection

from tests.actions.refusals import refused
from wagtail_helpdesk import actions, markdown
from wagtail_helpdesk.actions import NotNow, NotPossible
from wagtail_helpdesk.models import Event


def test_a_message_may_be_as_long_as_the_limit_and_no_longer(taken, people):
    actions.comment(taken, by=people.lea, text="é" * 20_000)
    with refused(taken, NotPossible, "text") as refusal:
        actions.comment(taken, by=people.lea, text="é" * 20_001)
    assert "20000" in str(refusal.value)


def test_a_setting_limits_the_length_of_messages(taken, people, settings):
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
        ("une\x0bautre\u2028fin", "une\nautre\nfin"),
        ("\x1b[31mrouge", "[31mrouge"),
    ],
)
def test_a_message_is_stored_as_every_database_can_keep_it(taken, people, sent, stored):
    assert actions.comment(taken, by=people.lea, text=sent).text == stored


def test_a_message_is_counted_as_it_was_typed(taken, people):
    actions.comment(taken, by=people.lea, text="\r\n".join(["12345678"] * 2222))


@pytest.mark.parametrize(
    "text",
    ["", " ", "\r\n\t", "\x00", "\ud800", "\u200b", "\u3164", "\u00ad\u2060", "\u2800", "\ufe0f"],
)
def test_a_blank_message_is_no_message(taken, people, text):
    with refused(taken, NotPossible, "text"):
        actions.comment(taken, by=people.lea, text=text)


def test_a_form_sent_again_with_another_text_is_not_swallowed(taken, people):
    submission = uuid.uuid4()
    actions.comment(taken, by=people.lea, text="Une fois.", submission=submission)
    with refused(taken, NotNow) as refusal:
        actions.comment(taken, by=people.lea, text="Autre chose.", submission=submission)
    assert f"ticket #{taken.pk}," in str(refusal.value)


def test_a_form_sent_again_as_another_action_is_refused(taken, people):
    submission = uuid.uuid4()
    actions.comment(taken, by=people.karim, text="Fini.", submission=submission)
    with refused(taken, NotNow):
        actions.close(taken, by=people.karim, text="Fini.", submission=submission)


def test_a_form_sent_again_for_another_assignee_is_refused(taken, people):
    submission = uuid.uuid4()
    actions.assign(taken, by=people.karim, to=people.sophie, submission=submission)
    with refused(taken, NotNow):
        actions.assign(taken, by=people.karim, to=people.julien, submission=submission)


def test_a_subject_is_the_same_whatever_its_blanks(taken, people):
    form = {"by": people.karim, "to": " Salle  A12", "submission": uuid.uuid4()}
    assert actions.change_subject(taken, **form) == actions.change_subject(taken, **form)


def test_a_constraint_that_is_not_about_forms_still_speaks(taken, people, monkeypatch):
    def broken(*args, **kwargs):
        raise IntegrityError

    monkeypatch.setattr(Event, "save", broken)
    with refused(taken, IntegrityError):
        actions.comment(taken, by=people.lea, text="Froid.", submission=uuid.uuid4())


def test_a_message_is_rendered_once_and_before_anything_is_locked(taken, people, monkeypatch):
    done, render = [], markdown.render_message
    monkeypatch.setattr(markdown, "render_message", lambda text: done.append(text) or render(text))
    with connection.execute_wrapper(lambda run, *sql: done.append("statement") or run(*sql)):
        actions.take_and_ask(taken, by=people.sophie, text="Quel étage ?")
    assert done[0] == "Quel étage ?"
    assert done.count("Quel étage ?") == 1


def test_html_and_script_stay_text(taken, people):
    event = actions.comment(taken, by=people.lea, text="<script>alert(1)</script> **gras**")
    assert "<script" not in event.html
    assert "&lt;script&gt;" in event.html
    assert "<strong>gras</strong>" in event.html


def test_an_optional_message_without_anything_visible_is_empty(taken, people):
    assert actions.close(taken, by=people.karim, text="\u200b").text == ""


def test_an_optional_message_that_is_missing_is_empty(taken, people):
    event = actions.close(taken, by=people.karim)
    assert (event.text, event.html) == ("", "")
