"""The part of a text that answers a question, with the words found in it marked."""

from __future__ import annotations

import re

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from .normalisation import Query

#: Characters of a text shown around the first word found.
BEFORE, LENGTH = 80, 240

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")


def extract_passage(text: str, query: Query) -> SafeString:
    """Return the part of a plain text around the first word found, as safe HTML."""
    first = next((m.start() for m in _WORD.finditer(text) if query.finds(m[0])), 0)
    start = _at_a_word(text, first - BEFORE)
    end = _at_a_word(text, start + LENGTH) if start + LENGTH < len(text) else len(text)
    return format_html(
        "{}{}{}",
        "… " if start else "",
        mark_matches(text[start:end].strip(), query),
        " …" if end < len(text) else "",
    )


def mark_matches(text: str, query: Query) -> SafeString:
    """Return a plain text as safe HTML, the words asked for between ``<mark>`` tags."""
    pieces, last = [], 0
    for found in _WORD.finditer(text):
        if query.finds(found[0]):
            pieces += [conditional_escape(text[last : found.start()])]
            pieces += [format_html("<mark>{}</mark>", found[0])]
            last = found.end()
    pieces.append(conditional_escape(text[last:]))
    return mark_safe("".join(pieces))  # noqa: S308 - each piece was escaped


def _at_a_word(text: str, place: int) -> int:
    """Return a place near this one that cuts no word, if one is near."""
    if place <= 0:
        return 0
    space = text.rfind(" ", max(0, place - 30), place)
    return space + 1 if space >= 0 else place
