"""Finding services and categories: in the catalogue, for suggestions, and by name in the database.

``matches()`` compares in the database as ``search.normalisation`` does for messages: accents,
case, hyphens and plurals make no difference, and ``wi fi`` is ``wifi``. Regular expressions,
because neither SQLite nor PostgreSQL without an extension can remove accents.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import reduce
from typing import Any

from django.db.models import Q

from wagtail_helpdesk.models import Service
from wagtail_helpdesk.names import get_content_language
from wagtail_helpdesk.portal.requests.catalogue import (
    MAX_CATALOGUE_SERVICES,
    Catalogue,
    CatalogueLine,
    describe_services,
)
from wagtail_helpdesk.search.catalogue import CatalogueHit, Kind, SearchableCatalogue
from wagtail_helpdesk.search.normalisation import HYPHENS, QueryWord, parse_query, strip_plural

#: A search that matches more categories shows only these.
MAX_MATCHED_CATEGORIES = 100
#: What a search suggests at most.
MAX_SUGGESTIONS = 5
#: A first part at most as long may be written apart from the rest of a word: “wi fi”, “e mail”.
MAX_DETACHED_LENGTH = 2

_NEVER = Q(pk__in=())
_VARIANTS = {
    "a": "àáâãäåā", "c": "çćč", "d": "đ", "e": "èéêëēę", "i": "ìíîïī", "l": "ł", "n": "ñń",
    "o": "òóôõöøō", "s": "śš", "u": "ùúûüū", "y": "ýÿ", "z": "źżž",
}  # fmt: skip
_LIGATURES = {"oe": "œ", "ae": "æ", "ss": "ß", "th": "þ"}
_HYPHEN = f"[{HYPHENS}]?"
_WORD_START = r"(?:^|\W)"


def find_matching(user: Any, text: str, services: Iterable[Any] | None = None) -> Catalogue:
    """Return the part of the user's catalogue that has every word of a text."""
    found = SearchableCatalogue(user, get_content_language(), services).find_all_words(text)
    named = list(dict.fromkeys(hit.service for hit in found if hit.kind is Kind.SERVICE))
    categories = [hit for hit in found if hit.kind is Kind.CATEGORY]
    shown = categories[:MAX_MATCHED_CATEGORIES]
    lines: dict[Any, list[CatalogueLine]] = defaultdict(list)
    for hit in shown:
        lines[hit.service].append(build_line(hit))
    listed = [*dict.fromkeys([*(hit.service for hit in shown), *named])]
    kept = Service.objects.filter(pk__in=listed[:MAX_CATALOGUE_SERVICES])
    sections = sorted(describe_services(list(kept)), key=lambda s: listed.index(s.service.pk))
    for section in sections:
        section.lines, section.is_cut = lines[section.service.pk], True
    may_be_cut = len(categories) > len(shown) or len(listed) > MAX_CATALOGUE_SERVICES
    return Catalogue(sections, may_be_cut=may_be_cut)


def build_line(hit: CatalogueHit) -> CatalogueLine:
    """Return what was found as a line of its service, with the names of the categories above it."""
    name = " › ".join([*hit.path[1:], hit.name])
    service = hit.pk if hit.kind is Kind.SERVICE else None
    return CatalogueLine(hit.pk, name, hit.summary, 0, True, service)


def build_text_condition(field: str, text: str) -> Q:
    """Return the condition that a field contains every word of a text; false for no words."""
    words = parse_query(text).words
    return reduce(operator.and_, (_contains(field, word) for word in words)) if words else _NEVER


def build_name_condition(text: str, owner: str = "") -> Q:
    """Return the condition that a name, or the title in the reader's language, matches a text.

    ``owner`` is the path to the service or category, with two underscores at its end.
    """
    found = build_text_condition(f"{owner}name", text)
    if language := get_content_language():
        found |= build_text_condition(f"{owner}titles__{language}", text)
    return found


def _contains(field: str, word: QueryWord) -> Q:
    whole = strip_plural(word.whole)
    patterns = [_build_pattern(whole), *_build_detached_patterns(whole)]
    condition = Q(**{f"{field}__iregex": "|".join(patterns)})
    if len(word.parts) > 1:
        parts = (Q(**{f"{field}__iregex": _build_pattern(strip_plural(p))}) for p in word.parts)
        condition |= reduce(operator.and_, parts)
    return condition


def _build_pattern(word: str) -> str:
    return _HYPHEN.join(_iterate_letters(word))


def _iterate_letters(word: str) -> Iterator[str]:
    place = 0
    while place < len(word):
        pair, letter = word[place : place + 2], word[place]
        if pair in _LIGATURES:
            single = _HYPHEN.join(_build_letter(each) for each in pair)
            ligature = _LIGATURES[pair]
            yield f"(?:{single}|[{ligature}{ligature.upper()[0]}])"
            place += 2
        else:
            yield _build_letter(letter)
            place += 1


def _build_letter(letter: str) -> str:
    # Capitals too: neither database folds the case of letters beyond ASCII everywhere.
    variants = letter + _VARIANTS.get(letter, "")
    return f"[{variants}{variants.upper()}]" if letter.isalpha() else letter


def _build_detached_patterns(word: str) -> Iterator[str]:
    """Yield the patterns of a word whose first letters stand apart: ``wi fi`` for ``wifi``."""
    for length in range(1, MAX_DETACHED_LENGTH + 1):
        if len(word) >= length + 2:
            first, rest = word[:length], word[length:]
            yield f"{_WORD_START}{_build_pattern(first)} {_build_pattern(rest)}"


# -- suggestions -----------------------------------------------------------------------------------


def suggest_places(
    user: Any, text: str, length: int = MAX_SUGGESTIONS, pages: Any = None
) -> list[CatalogueLine]:
    """Return the services and categories that the words of a text name best, in two statements.

    The summary of each line is its path. ``pages`` are those whose titles count when they are related.
    """
    catalogue = SearchableCatalogue(user, get_content_language(), pages=pages)
    return [_build_suggestion(hit) for hit in catalogue.find_some_words(text, length)]


def _build_suggestion(hit: CatalogueHit) -> CatalogueLine:
    service = hit.pk if hit.kind is Kind.SERVICE else None
    return CatalogueLine(hit.pk, hit.name, " › ".join(hit.path), 0, True, service)
