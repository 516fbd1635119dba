"""What a canned answer leaves open: placeholders, which a ticket fills, and gaps, which people fill."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .characters import clean_line

#: The placeholders of an answer, written in braces. No others are replaced.
PLACEHOLDERS = ("requester", "number", "subject", "service", "category", "manager", "author")

_PLACEHOLDER = re.compile(r"\{([a-z_]{1,30})\}")
#: Brackets with an ellipsis: “[…]”, “[… day]”, “[room ...]”. The label of a link is none.
_GAP = re.compile(r"\[[^\[\]\n]{0,80}?(?:…|\.\.\.)[^\[\]\n]{0,80}?\](?!\()")
#: Signs that would format the text around a value, or make a gap or a placeholder of it.
_SIGNS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")", "`": "'", "*": None, "~": None})
#: What makes a link of the characters after it.
_LINK = re.compile(r"(://|\bwww\.|@)(?=\S)", re.IGNORECASE)


def validate_placeholders(text: str) -> None:
    """Raise ``ValidationError`` for a placeholder that does not exist."""
    for name in _PLACEHOLDER.findall(text):
        if name not in PLACEHOLDERS:
            raise ValidationError(
                _("There is no placeholder {%(name)s}. You can use %(names)s."),
                code="placeholder",
                params={"name": name, "names": list_placeholders()},
            )


def list_placeholders() -> str:
    """Return the placeholders as people type them."""
    return ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)


def fill_placeholders(text: str, values: Mapping[str, object]) -> str:
    """Return a text with its placeholders replaced; those without a value stay.

    Values are plain text in the message: they neither format it nor contain placeholders or links.
    """
    return _PLACEHOLDER.sub(
        lambda found: make_plain(str(values[found[1]])) if found[1] in values else found[0], text
    )


def make_plain(value: str) -> str:
    """Return a value on one line without what Markdown reads as formatting."""
    line = clean_line(value).translate(_SIGNS).lstrip("->")
    return _LINK.sub(r"\1 ", line).strip()


def find_gaps(text: str) -> Iterator[str]:
    """Yield the gaps of a text."""
    return (found[0] for found in _GAP.finditer(text))
