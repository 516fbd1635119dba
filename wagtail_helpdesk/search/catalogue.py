"""Finding services, categories and aliases by the words that people use for them.

Two statements read what a user may ask, in every language, and the words are compared in memory: a
catalogue has hundreds of entries. Databases offer no stemming that works the same on all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import chain
from math import sqrt
from typing import Any

from django.db.models import CharField, QuerySet, Value

from wagtail_helpdesk import access
from wagtail_helpdesk.models import (
    Alias,
    Category,
    CategoryText,
    CategoryTextPage,
    ServiceText,
    ServiceTextPage,
)

from .normalisation import Query, QueryWord, parse_query, strip_plural
from .stemming import AnalysedText, analyse_text, stem_word

#: Categories that are compared; a catalogue that is larger is searched in its first ones.
MAX_COMPARED_CATEGORIES = 3000
#: A word that is still being typed stands for longer ones from this many letters on.
MIN_TYPED_LETTERS, MIN_PREFIX_LETTERS = 3, 4


class Kind(Enum):
    """What an entry leads to."""

    SERVICE = "service"
    CATEGORY = "category"


#: How much a word counts by where it is found.
NAME, ALIAS, SYNONYM, SUMMARY, PAGE, ABOVE = 10.0, 9.0, 8.0, 4.0, 3.0, 2.0
#: How much it counts by how it is found.
EXACT, SAME_STEM, BEGINNING = 1.0, 0.9, 0.6
#: Words of sentences that name nothing: they are not compared where some words are enough.
_COMMON_WORDS = frozenset(
    [
        "alors",
        "aucun",
        "aucune",
        "avec",
        "avoir",
        "bonjour",
        "ce",
        "cela",
        "ces",
        "cette",
        "comme",
        "comment",
        "dans",
        "depuis",
        "donc",
        "elle",
        "est",
        "etre",
        "fait",
        "faut",
        "ici",
        "il",
        "ils",
        "je",
        "mais",
        "marche",
        "mes",
        "moi",
        "mon",
        "ne",
        "nous",
        "nos",
        "notre",
        "pas",
        "peut",
        "plus",
        "pour",
        "pourquoi",
        "probleme",
        "quand",
        "que",
        "qui",
        "sans",
        "ses",
        "si",
        "sont",
        "sur",
        "tous",
        "tout",
        "tres",
        "une",
        "vos",
        "votre",
        "vous",
        "about",
        "and",
        "any",
        "are",
        "but",
        "can",
        "cannot",
        "does",
        "from",
        "has",
        "have",
        "hello",
        "help",
        "here",
        "how",
        "into",
        "is",
        "it",
        "its",
        "my",
        "need",
        "not",
        "our",
        "please",
        "problem",
        "she",
        "that",
        "their",
        "them",
        "there",
        "they",
        "this",
        "want",
        "was",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "work",
        "working",
        "works",
        "you",
        "your",
    ]
)


@dataclass(slots=True)
class CatalogueEntry:
    """A service, a category or an alias of one, with the texts by which it is found."""

    kind: Kind
    pk: Any
    service: Any
    parent: Any = None
    takes_tickets: bool = True
    #: The name of an alias.
    alias: str = ""
    own: list[tuple[float, str]] = field(default_factory=list)

    @property
    def key(self) -> tuple[Kind, Any]:
        """What the entry leads to."""
        return self.kind, self.pk


@dataclass(frozen=True, slots=True)
class CatalogueHit:
    """An entry that matches, in the reader's language; ``path`` are the names above it."""

    kind: Kind
    pk: Any
    service: Any
    name: str
    summary: str
    path: tuple[str, ...]
    #: The number of words of the query that it has, and how well.
    matched: int = 0
    score: float = 0.0


class SearchableCatalogue:
    """The services and categories that a user may ask, ready to be searched several times."""

    def __init__(
        self,
        user: Any,
        language: str,
        services: Iterable[Any] | None = None,
        pages: QuerySet[Any] | None = None,
    ) -> None:
        """Read the catalogue; ``pages`` are those whose titles count when they are related."""
        self.language = language
        self.entries: dict[tuple[Kind, Any], CatalogueEntry] = {}
        self.aliases: list[CatalogueEntry] = []
        self.titles: dict[tuple[Kind, Any], dict[str, tuple[str, str]]] = defaultdict(dict)
        self._read_categories(user, None if services is None else list(services))
        self._read_texts(pages)

    # -- reading -----------------------------------------------------------------------------------

    def _read_categories(self, user: Any, services: Sequence[Any] | None) -> None:
        if not access.is_active_user(user):
            return
        rows = Category.objects.filter(
            access.opens_in_service_q(user, "service"), service__enabled=True, hidden=False
        )
        if services is not None:
            rows = rows.filter(service__in=services)
        values = rows.order_by("service__order", "service__name", "order", "name").values_list(
            "pk", "parent", "name", "takes_tickets", "service", "service__name"
        )
        for pk, parent, name, takes, service, service_name in values[:MAX_COMPARED_CATEGORIES]:
            about = Kind.SERVICE, service
            if about not in self.entries:
                self.entries[about] = CatalogueEntry(*about, service, own=[(NAME, service_name)])
                self.entries[about].takes_tickets = False
                self.titles[about][""] = service_name, ""
            self.entries[about].takes_tickets |= takes
            entry = CatalogueEntry(Kind.CATEGORY, pk, service, parent, takes, own=[(NAME, name)])
            self.entries[entry.key] = entry
            self.titles[entry.key][""] = name, ""

    def _read_texts(self, pages: QuerySet[Any] | None) -> None:
        if not self.entries:
            return
        for kind, pk, language, title, summary, synonyms in _union_texts(
            {entry.service for entry in self.entries.values()}, pages
        ):
            about = Kind.CATEGORY if kind.startswith("category") else Kind.SERVICE, pk
            entry = self.entries.get(about)
            if entry is None:
                continue
            if kind.endswith("text"):
                entry.own += [(NAME, title), (SUMMARY, summary), (SYNONYM, synonyms)]
                self.titles[about][language] = title, summary
            elif kind.endswith("alias"):
                alias = CatalogueEntry(*about, entry.service, entry.parent, entry.takes_tickets)
                alias.alias, alias.own = title, [(ALIAS, title)]
                self.aliases.append(alias)
            else:
                entry.own.append((PAGE, title))

    # -- searching ---------------------------------------------------------------------------------

    def find_all_words(self, text: str) -> list[CatalogueHit]:
        """Return what has every word of a text, the best first."""
        words = parse_query(text).words
        return [hit for hit in self._rank(words) if hit.matched == len(words)]

    def find_some_words(self, text: str, length: int) -> list[CatalogueHit]:
        """Return what has the most words of a text that name something, the best first."""
        return self._rank([*iterate_meaningful_words(parse_query(text))])[:length]

    def _rank(self, words: Sequence[QueryWord]) -> list[CatalogueHit]:
        if not words:
            return []
        found = [
            (entry, scores)
            for entry in chain(self.entries.values(), self.aliases)
            if entry.takes_tickets and (scores := self._match(entry, words)) is not None
        ]
        frequency = [sum(1 for _e, scores in found if scores[n]) or 1 for n in range(len(words))]
        best: dict[tuple[Kind, Any], CatalogueHit] = {}
        for entry, scores in found:
            # A word that names few entries is worth more.
            score = sum(s / sqrt(f) for s, f in zip(scores, frequency, strict=True))
            hit = self._build_hit(entry, sum(map(bool, scores)), score)
            known = best.get(entry.key)
            if known is None or (hit.matched, hit.score) > (known.matched, known.score):
                best[entry.key] = hit
        return sorted(best.values(), key=lambda hit: (-hit.matched, -hit.score))

    def _match(self, entry: CatalogueEntry, words: Sequence[QueryWord]) -> list[float] | None:
        """Return how well each word names an entry, None when none names it itself."""
        own = [(weight, analyse_text(text)) for weight, text in entry.own if text]
        above = [analyse_text(t) for each in self._iterate_above(entry) for _w, t in each.own if t]
        # A heading takes no tickets: its words lead to the categories below it.
        own += [
            (ABOVE, analyse_text(text))
            for heading in self._iterate_above(entry)
            if heading.kind is Kind.CATEGORY and not heading.takes_tickets
            for _weight, text in heading.own
            if text
        ]
        scores = [_score_word(word, own) for word in words]
        if not any(scores):
            return None
        return [
            score or _score_word(word, [(ABOVE, text) for text in above])
            for word, score in zip(words, scores, strict=True)
        ]

    def _iterate_above(self, entry: CatalogueEntry) -> Iterable[CatalogueEntry]:
        """Yield the categories above an entry, the nearest first, then its service."""
        met, parent = set(), entry.parent
        while parent is not None and parent not in met:
            met.add(parent)
            above = self.entries.get((Kind.CATEGORY, parent))
            if above is None:
                break
            yield above
            parent = above.parent
        service = self.entries.get((Kind.SERVICE, entry.service))
        if service is not None and service is not entry:
            yield service

    def _build_hit(self, entry: CatalogueEntry, matched: int, score: float) -> CatalogueHit:
        title, summary = self.get_title(entry.key)
        above = [self.get_title(each.key)[0] for each in self._iterate_above(entry)][::-1]
        if entry.alias:
            above, title, summary = [*above, title], entry.alias, ""
        return CatalogueHit(
            entry.kind, entry.pk, entry.service, title, summary, tuple(above), matched, score
        )

    def get_title(self, key: tuple[Kind, Any]) -> tuple[str, str]:
        """Return title and summary of an entry in the reader's language, else its name."""
        titles = self.titles[key]
        return titles.get(self.language) or titles[""]


def _union_texts(services: Iterable[Any], pages: QuerySet[Any] | None) -> QuerySet[Any, Any]:
    """Return the texts about services and their categories in one statement.

    Each row: what it is, the id of what it is about, its language, title, summary and synonyms.
    """
    wanted, nothing = list(services), Value("", CharField())

    def name(kind: str) -> Value:
        return Value(kind, CharField())

    about_categories: Any = CategoryText.objects.filter(live=True, category__service__in=wanted)
    about_services: Any = ServiceText.objects.filter(live=True, service__in=wanted)
    texts = ("locale__language_code", "title", "summary", "synonyms")
    parts = [
        about_categories.values_list(name("category text"), "category_id", *texts),
        about_services.values_list(name("service text"), "service_id", *texts),
        Alias.objects.filter(to_category__service__in=wanted).values_list(
            name("category alias"), "to_category_id", nothing, "name", nothing, nothing
        ),
        Alias.objects.filter(to_service__in=wanted).values_list(
            name("service alias"), "to_service_id", nothing, "name", nothing, nothing
        ),
    ]
    if pages is not None:
        readable = {"page__in": pages.order_by().values("pk")}
        parts += [
            CategoryTextPage.objects.filter(text__in=about_categories, **readable).values_list(
                name("category page"), "text__category_id", nothing, "page__title", nothing, nothing
            ),
            ServiceTextPage.objects.filter(text__in=about_services, **readable).values_list(
                name("service page"), "text__service_id", nothing, "page__title", nothing, nothing
            ),
        ]
    first, *others = [part.order_by() for part in parts]
    united: QuerySet[Any, Any] = first.union(*others, all=True)
    return united


def iterate_meaningful_words(query: Query) -> Iterable[QueryWord]:
    """Yield the words of a query that can name something, and the parts of its compounds."""
    for word in query.words:
        parts = [QueryWord((part,)) for part in word.parts] if len(word.parts) > 1 else []
        for each in (word, *parts):
            if len(each.whole) >= MIN_TYPED_LETTERS and each.whole not in _COMMON_WORDS:
                yield each


def _score_word(word: QueryWord, texts: Iterable[tuple[float, AnalysedText]]) -> float:
    return max((weight * compare(word, text) for weight, text in texts), default=0.0)


def compare(word: QueryWord, text: AnalysedText) -> float:
    """Return how well a text has a word: whole, by its stem, as a beginning, or not at all."""
    best = _compare_form(word.whole, text, is_last=word.is_last)
    if len(word.parts) > 1 and best < EXACT:
        parts = [_compare_form(part, text, is_last=word.is_last) for part in word.parts]
        best = max(best, min(parts))
    return best


def _compare_form(form: str, text: AnalysedText, *, is_last: bool) -> float:
    if form in text.words:
        return EXACT
    if strip_plural(form) in text.words or not stem_word(form).isdisjoint(text.stems):
        return SAME_STEM
    if len(form) >= (MIN_TYPED_LETTERS if is_last else MIN_PREFIX_LETTERS):
        start = strip_plural(form)
        if any(word.startswith(start) for word in text.words):
            return BEGINNING
    return 0.0
