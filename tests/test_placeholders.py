"""Placeholders of canned answers: which ones are replaced, and that values stay plain text."""

import re

import pytest
from django.core.exceptions import ValidationError

from wagtail_helpdesk import markdown
from wagtail_helpdesk.placeholders import (
    PLACEHOLDERS,
    fill_placeholders,
    find_gaps,
    validate_placeholders,
)

HOSTILE = (
    "**Boss**",
    "[Léa](https://evil.example)",
    "https://evil.example/x",
    "www.evil.example",
    "lea@evil.example",
    "`rm -rf`",
    "~~Léa~~",
    "> Léa",
    "- Léa",
    "<b>Léa</b>",
    "<script>alert(1)</script>",
    "Léa\n\n```\nx\n```",
    "mailto:x@evil.example",
    "*Léa* *Fournier*",
)
_TAG = re.compile(r"<(?!/?p>)[^>]*>")


def test_each_placeholder_is_replaced_by_its_value():
    text = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    values = {name: name.upper() for name in PLACEHOLDERS}
    assert fill_placeholders(text, values) == " ".join(values.values())


@pytest.mark.parametrize("text", ["{password}", "{{requester}", "{requester.password}", "{0}"])
def test_nothing_but_a_known_placeholder_is_replaced(text):
    filled = fill_placeholders(text, {"requester": "Léa"})
    assert filled in (text, text.replace("{requester}", "Léa"))


def test_a_value_with_a_placeholder_in_it_is_not_replaced_again():
    values = {"requester": "{subject}", "subject": "secret"}
    assert fill_placeholders("Bonjour {requester}", values) == "Bonjour (subject)"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize(
    "text", ["{requester}", "Bonjour {requester}, voilà.", "{requester}\n{requester}"]
)
def test_a_hostile_name_neither_formats_a_message_nor_makes_a_link(name, text):
    html = markdown.render_message(fill_placeholders(text, {"requester": name}))
    assert _TAG.findall(html.replace("<br>", "")) == []


def test_a_name_with_brackets_is_no_gap():
    assert list(find_gaps(fill_placeholders("{requester}", {"requester": "[…]"}))) == []


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("Le […], à [… heure].", ["[…]", "[… heure]"]),
        ("[salle ...]", ["[salle ...]"]),
        ("[Lire la suite…](https://arvelle.example)", []),
        ("[x] et (…)", []),
        ("[\n…]", []),
    ],
)
def test_brackets_with_an_ellipsis_are_gaps(text, gaps):
    assert list(find_gaps(text)) == gaps


def test_a_placeholder_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(ValidationError, match=r"no placeholder \{requestor\}.*\{requester\}"):
        validate_placeholders("Bonjour {requestor}")
    validate_placeholders("Bonjour {requester}, {} { }")
