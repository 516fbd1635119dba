"""The part of a text that answers a query, with the words found in it marked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from .normalisation import HYPHENS, Query

#: In characters: what precedes the first word found, and the whole passage.
LEAD_LENGTH, PASSAGE_LENGTH = 80, 240

_LETTERS = r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*"
_WORD = re.compile(_LETTERS)
_COMPOUND = re.compile(rf"{_LETTERS}(?:[{HYPHENS}]{_LETTERS})*")


def extract_passage(text: str, query: Query) -> SafeString:
    """Return the part of a plain text around the first word found, as safe HTML."""
    first = next((start for start, _end in _iterate_matches(text, query)), 0)
    start = _find_word_start(text, first - LEAD_LENGTH)
    is_cut = start + PASSAGE_LENGTH < len(text)
    end = _find_word_start(text, start + PASSAGE_LENGTH) if is_cut else len(text)
    return format_html(
        "{}{}{}",
        "… " if start else "",
        mark_matches(text[start:end].strip(), query),
        " …" if end < len(text) else "",
    )


def mark_matches(text: str, query: Query) -> SafeString:
    """Return a plain text as safe HTML, with the words searched for in ``<mark>``."""
    pieces, last = [], 0
    for start, end in _iterate_matches(text, query):
        pieces += [conditional_escape(text[last:start])]
        pieces += [format_html("<mark>{}</mark>", text[start:end])]
        last = end
    pieces.append(conditional_escape(text[last:]))
    return mark_safe("".join(pieces))  # noqa: S308 - each piece was escaped


def _iterate_matches(text: str, query: Query) -> Iterator[tuple[int, int]]:
    """Yield start and end of each word found: of a compound, or else of its parts."""
    for compound in _COMPOUND.finditer(text):
        words = list(_WORD.finditer(compound[0]))
        offset = compound.start()
        found = [(offset + w.start(), offset + w.end()) for w in words if query.matches_word(w[0])]
        if not found and len(words) > 1 and query.matches_word(compound[0]):
            found = [compound.span()]
        yield from found


def _find_word_start(text: str, place: int) -> int:
    """Return the start of the word at a place, or the place itself in a very long word."""
    if place <= 0:
        return 0
    space = text.rfind(" ", max(0, place - 30), place)
    return space + 1 if space >= 0 else place
