"""Finding what is called so: in the catalogue, for a question to the search, among the targets of a transfer."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterable
from functools import reduce
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from wagtail_helpdesk.models import Alias, Category, CategoryText, Service, ServiceText
from wagtail_helpdesk.portal.requests.catalogue import (
    MOST_SERVICES,
    Catalogue,
    CatalogueLine,
    build_alias_shelf,
    describe_category,
    get_reader_language,
    get_texts_by_object,
)

#: A search that finds more categories is to be made narrower.
MOST_FOUND = 100
#: Categories that a question to the search suggests, and the words of it that are looked at.
MOST_SUGGESTED, MOST_WORDS, LONGER_WORD = 5, 8, 4


def find_matching(user: Any, text: str, services: Iterable[Any] | None = None) -> Catalogue:
    """Return what is called so in the catalogue: services, categories and aliases of a person."""
    open_here = Service.objects.open_to(user)
    open_there = Category.objects.open_to(user).filter(hidden=False)
    aliases = Alias.objects.open_to(user).select_related("to_service", "to_category__service")
    if services is not None:
        open_here = open_here.filter(pk__in=services)
        open_there = open_there.filter(service__in=services)
        aliases = aliases.filter(service__in=services)
    named = open_there.filter(_is_called(text, CategoryText, "category")).select_related("parent")
    categories = list(named[: MOST_FOUND + 1])
    holding = {category.service_id for category in categories[:MOST_FOUND]}
    called = _is_called(text, ServiceText, "service")
    found = list(open_here.filter(called | Q(pk__in=holding))[: MOST_SERVICES + 1])
    made = describe_category(found[:MOST_SERVICES])
    lines = _found_lines(categories[:MOST_FOUND])
    for shelf in made:
        shelf.lines, shelf.is_cut = lines[shelf.service.pk], True
    made += [
        build_alias_shelf(alias) for alias in aliases.filter(matches("name", text))[:MOST_FOUND]
    ]
    return Catalogue(made, may_be_cut=len(categories) > MOST_FOUND or len(found) > MOST_SERVICES)


def _is_called(text: str, texts: type[ServiceText | CategoryText], owner: str) -> Q:
    """Narrow to what has a text in its name, or in its title in any language."""
    titled = texts._default_manager.filter(
        matches("title", text), live=True, **{owner: OuterRef("pk")}
    )
    return matches("name", text) | Q(Exists(titled))


def matches(name: str, text: str) -> Q:
    """Narrow to what has every word of a text in a field."""
    return reduce(operator.and_, (_holds_word(name, word) for word in text.split()[:MOST_WORDS]))


def _holds_word(name: str, word: str) -> Q:
    # SQLite folds the case of ASCII only: É and é are two letters to it.
    spellings = sorted({word, word.lower(), word.upper(), word.capitalize()})
    return reduce(operator.or_, (Q(**{f"{name}__icontains": spelling}) for spelling in spellings))


def suggest_categories(user: Any, question: str) -> list[CatalogueLine]:
    """Return a few categories that have a longer word of a question in their name, in one statement."""
    words = [word for word in question.split() if len(word) >= LONGER_WORD][:MOST_WORDS]
    if not words:
        return []
    called = reduce(operator.or_, (_is_called(word, CategoryText, "category") for word in words))
    found = Category.objects.open_to(user).filter(called, hidden=False)
    texts = CategoryText.objects.filter(category=OuterRef("pk")).read_in(get_reader_language())
    titled = found.annotate(title=Coalesce(Subquery(texts.values("title")[:1]), "name"))
    ordered = titled.order_by("service__order", "service__name", "order", "name")
    lines = ordered.values_list("pk", "title", "service__name")[:MOST_SUGGESTED]
    return [
        CatalogueLine(pk, title, service, 0, takes_tickets=True) for pk, title, service in lines
    ]


def _found_lines(categories: list[Category]) -> dict[Any, list[CatalogueLine]]:
    """Return what was found on each shelf, with the category above it."""
    words = get_texts_by_object(category.pk for category in categories)
    lines: dict[Any, list[CatalogueLine]] = defaultdict(list)
    for category in categories:
        name, summary = words.get(category.pk, (category.name, ""))
        above = f"{category.parent} › " if category.parent else ""
        lines[category.service_id].append(
            CatalogueLine(category.pk, above + name, summary, 0, True)
        )
    return lines
