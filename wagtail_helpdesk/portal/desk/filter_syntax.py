"""Filters as a person types them, ``is:free from:"léa" wifi``, taken apart and put together again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

#: Longer texts are cut, and terms beyond these are left out; both are reported.
MAX_LENGTH, MAX_TERMS = 300, 20

#: What a term can be about, in English and in French.
KEYS = {
    "is": "is",
    "est": "is",
    "service": "service",
    "category": "category",
    "catégorie": "category",
    "categorie": "category",
    "from": "from",
    "de": "from",
    "assignee": "assignee",
    "manager": "assignee",
    "gestionnaire": "assignee",
    "priority": "priority",
    "priorité": "priority",
    "priorite": "priority",
    "older": "older",
    "depuis": "older",
    "newer": "newer",
    "récent": "newer",
    "recent": "newer",
}

_QUOTES = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "„": '"'})
# No part can begin where another may still go on: the time is linear in the text.
_TERM = re.compile(r'(?:(?P<key>[^\W\d_]{2,12}):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class FilterTerm:
    """One condition: what it is about, empty for words to search for, and the value."""

    key: str
    value: str
    #: The key as it was typed, in the person's language.
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class FilterText:
    """The terms of a text, and whether there was more than is read."""

    terms: tuple[FilterTerm, ...] = ()
    is_cut: bool = False


def parse_terms(text: str) -> FilterText:
    """Return the terms of a text. Every text can be read: what is no condition is words."""
    is_cut = len(text) > MAX_LENGTH
    found = list(_find_terms(text[:MAX_LENGTH].translate(_QUOTES)))
    return FilterText(tuple(found[:MAX_TERMS]), is_cut or len(found) > MAX_TERMS)


def _find_terms(text: str) -> Iterable[FilterTerm]:
    for match in _TERM.finditer(text):
        typed, quoted = match["key"] or "", match["quoted"]
        value = match["plain"] if quoted is None else " ".join(quoted.split())
        key = KEYS.get(typed.lower(), "")
        if typed and not key:
            value = f"{typed}:{value}"
        if value:
            yield FilterTerm(key, value, typed)


def format_terms(terms: Iterable[FilterTerm]) -> str:
    """Return terms as a text that ``parse_terms`` takes apart into the same terms."""
    return " ".join(map(format_term, terms))


def format_term(term: FilterTerm) -> str:
    """Return one term as it is typed."""
    is_plain = not any(character.isspace() for character in term.value)
    if not term.key and (":" in term.value or not is_plain):
        return f'"{term.value}"'
    value = term.value if is_plain else f'"{term.value}"'
    return f"{term.typed or term.key}:{value}" if term.key else value
