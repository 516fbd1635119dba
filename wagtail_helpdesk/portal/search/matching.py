"""Finding services, categories and aliases by name: in the catalogue and for suggestions.

``matches()`` compares in the database as ``search.normalisation`` does for messages: accents,
case, hyphens and plurals make no difference, and ``wi fi`` is ``wifi``. Regular expressions,
because neither SQLite nor PostgreSQL without an extension can remove accents.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from wagtail_helpdesk.models import Alias, Category, CategoryText, Service, ServiceText
from wagtail_helpdesk.names import choose_title
from wagtail_helpdesk.portal.requests.catalogue import (
    MAX_CATALOGUE_SERVICES,
    Catalogue,
    CatalogueLine,
    build_alias_shelf,
    describe_services,
    get_reader_language,
    get_texts_by_category,
)
from wagtail_helpdesk.search.normalisation import HYPHENS, QueryWord, parse_query, strip_plural

#: A search that matches more categories shows only these.
MAX_MATCHED_CATEGORIES = 100
#: What a search for messages suggests at most, services and categories each.
MAX_SUGGESTIONS = 5
#: Shorter words must stand whole in a suggestion.
MIN_SUGGESTED_PREFIX, MIN_SUGGESTED_WORD = 4, 3
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
    """Return the part of the user's catalogue whose names match a text."""
    open_services = Service.objects.open_to(user)
    open_categories = Category.objects.open_to(user).filter(hidden=False)
    aliases = Alias.objects.open_to(user).select_related("to_service", "to_category__service")
    if services is not None:
        open_services = open_services.filter(pk__in=services)
        open_categories = open_categories.filter(service__in=services)
        aliases = aliases.filter(service__in=services)
    in_category = _build_name_q(text, CategoryText, "category")
    named = open_categories.filter(in_category).select_related("parent")
    categories = list(named[: MAX_MATCHED_CATEGORIES + 1])
    shown = categories[:MAX_MATCHED_CATEGORIES]
    holding = {category.service_id for category in shown}
    in_service = _build_name_q(text, ServiceText, "service") | Q(pk__in=holding)
    found = list(open_services.filter(in_service)[: MAX_CATALOGUE_SERVICES + 1])
    shelves = describe_services(found[:MAX_CATALOGUE_SERVICES])
    lines = _build_lines(shown)
    for shelf in shelves:
        shelf.lines, shelf.is_cut = lines[shelf.service.pk], True
    matching = aliases.filter(matches("name", text))[:MAX_MATCHED_CATEGORIES]
    shelves += [build_alias_shelf(alias) for alias in matching]
    may_be_cut = len(categories) > len(shown) or len(found) > MAX_CATALOGUE_SERVICES
    return Catalogue(shelves, may_be_cut=may_be_cut)


def _build_name_q(text: str, texts: type[ServiceText | CategoryText], owner: str) -> Q:
    """Return the condition that every word of a text is in the name, or in a published text."""
    published = texts._default_manager.filter(live=True, **{owner: OuterRef("pk")})
    written = published.filter(matches("title", text) | matches("summary", text))
    return matches("name", text) | Q(Exists(written))


def matches(field: str, text: str) -> Q:
    """Return the condition that a field contains every word of a text; false for no words."""
    words = parse_query(text).words
    return reduce(operator.and_, (_contains(field, word) for word in words)) if words else _NEVER


def matches_name(text: str, owner: str = "") -> Q:
    """Return the condition that a name, or the title in the reader's language, matches a text.

    ``owner`` is the path to the service or category, with two underscores at its end.
    """
    found = matches(f"{owner}name", text)
    if language := get_reader_language():
        found |= matches(f"{owner}titles__{language}", text)
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


def suggest(user: Any, text: str) -> list[CatalogueLine]:
    """Return the services and categories that some word of a text names, in two statements."""
    words = [*_iterate_telling_words(text)]
    if not words:
        return []
    return [*_suggest_services(user, words), *_suggest_categories(user, words)]


def _iterate_telling_words(text: str) -> Iterator[QueryWord]:
    """Yield the words of a text that are long enough, and the parts of its compounds."""
    for word in parse_query(text).words:
        parts = [QueryWord((part,)) for part in word.parts] if len(word.parts) > 1 else []
        for each in (word, *parts):
            if len(each.whole) >= MIN_SUGGESTED_WORD:
                yield each


def _suggest_services(user: Any, words: Sequence[QueryWord]) -> list[CatalogueLine]:
    texts = ServiceText.objects.filter(service=OuterRef("pk")).read_in(get_reader_language())
    found = Service.objects.open_to(user).filter(_build_any_q(words, ServiceText, "service"))
    titled = found.annotate(title=Coalesce(Subquery(texts.values("title")[:1]), "name"))
    rows = titled.order_by("order", "name").values_list("pk", "title")[:MAX_SUGGESTIONS]
    return [CatalogueLine(None, title, "", 0, True, service=pk) for pk, title in rows]


def _suggest_categories(user: Any, words: Sequence[QueryWord]) -> list[CatalogueLine]:
    texts = CategoryText.objects.filter(category=OuterRef("pk")).read_in(get_reader_language())
    aliases = Alias.objects.filter(to_category=OuterRef("pk"))
    named = _build_any_q(words, CategoryText, "category")
    named |= Q(Exists(aliases.filter(_names_any("name", words))))
    found = Category.objects.open_to(user).filter(named, hidden=False)
    titled = found.annotate(title=Coalesce(Subquery(texts.values("title")[:1]), "name"))
    ordered = titled.order_by("service__order", "service__name", "order", "name")
    rows = ordered.values_list("pk", "title", "service__name", "service__titles")
    return [
        CatalogueLine(pk, title, choose_title(titles, service), 0, True)
        for pk, title, service, titles in rows[:MAX_SUGGESTIONS]
    ]


def _build_any_q(
    words: Sequence[QueryWord], texts: type[ServiceText | CategoryText], owner: str
) -> Q:
    published = texts._default_manager.filter(live=True, **{owner: OuterRef("pk")})
    written = _names_any("title", words) | _names_any("summary", words)
    return _names_any("name", words) | Q(Exists(published.filter(written)))


def _names_any(field: str, words: Sequence[QueryWord]) -> Q:
    patterns = [pattern for word in words for pattern in _build_suggestion_patterns(word)]
    return Q(**{f"{field}__iregex": "|".join(patterns)})


def _build_suggestion_patterns(word: QueryWord) -> Iterator[str]:
    whole = strip_plural(word.whole)
    end = r"[sx]?(?:\W|$)" if len(whole) < MIN_SUGGESTED_PREFIX else ""
    yield f"{_WORD_START}{_build_pattern(whole)}{end}"
    yield from (pattern + end for pattern in _build_detached_patterns(whole))


def _build_lines(categories: Sequence[Category]) -> dict[Any, list[CatalogueLine]]:
    """Return the lines of each service's shelf, each with the name of the category above it."""
    texts = get_texts_by_category(category.pk for category in categories)
    lines: dict[Any, list[CatalogueLine]] = defaultdict(list)
    for category in categories:
        name, summary = texts.get(category.pk, (str(category), ""))
        above = f"{category.parent} › " if category.parent else ""
        lines[category.service_id].append(
            CatalogueLine(category.pk, above + name, summary, 0, True)
        )
    return lines
