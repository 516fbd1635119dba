"""The normal form of words for comparison: without case, accents, punctuation and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

#: More words narrow a search no further: only the last ones typed are used.
MAX_QUERY_WORDS = 12
#: In characters.
MAX_QUERY_LENGTH = 500
#: In characters. PostgreSQL refuses much longer words, and nobody searches for one.
MAX_WORD_LENGTH = 64
#: A shorter word is not taken for the beginning of longer ones, it would match too many. The last
#: word of a query may still be being typed.
MIN_PREFIX_LENGTH, MIN_LAST_PREFIX_LENGTH = 5, 3

HYPHENS = "-\u00ad\u2010\u2011\u2012\u2013"
_COMPOUND = re.compile(rf"[^\W_]+(?:[{HYPHENS}][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
#: Letters that Unicode does not decompose, as they are typed on a plain keyboard.
_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
# “l’imprimante” asks for the printer, “printer’s” too.
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]|['’]s\b", re.IGNORECASE)
#: Left out of a query that has other words: a text may use any of them.
_ARTICLES = frozenset([
    "a", "an", "and", "at", "au", "aux", "d", "de", "des", "du", "en", "et", "for", "in", "l", "la",
    "le", "les", "of", "on", "ou", "the", "to", "un", "une",
])  # fmt: skip
#: In addition to words of one or two letters, the first parts that people write apart from the second.
_DETACHED_PREFIXES = frozenset([
    "anti", "auto", "inter", "micro", "mini", "multi", "photo", "tele", "video", "visio", "web",
])  # fmt: skip


class QueryTooBroad(Exception):
    """The query has too many results to be answered in time."""


class SearchUnavailable(Exception):
    """The search engine of the site does not answer."""


class Term(NamedTuple):
    """A normal word, which may also stand for the beginning of a longer one."""

    word: str
    is_prefix: bool


#: Terms that a text must all contain.
Alternative = tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a query; one with several parts is a compound such as ``wi-fi``.

    ``wifi``, ``wi-fi`` and ``wi fi`` are the same word: the index holds the parts and the whole
    of what a text writes as a compound, and a compound in a query is looked for in both forms.
    """

    parts: tuple[str, ...]
    is_last: bool = False

    @property
    def whole(self) -> str:
        """The word without hyphens or spaces."""
        return "".join(self.parts)[:MAX_WORD_LENGTH]

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The forms in which a text may contain the word."""
        whole = (self._make_term(self.whole),)
        if len(self.parts) == 1:
            return (whole,)
        return (tuple(self._make_term(part) for part in self.parts), whole)

    def _make_term(self, word: str) -> Term:
        minimum = MIN_LAST_PREFIX_LENGTH if self.is_last else MIN_PREFIX_LENGTH
        return Term(strip_plural(word), len(word) >= minimum)


@dataclass(frozen=True, slots=True)
class Query:
    """A search: texts that contain all of these words."""

    words: tuple[QueryWord, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)

    def matches_word(self, word: str) -> bool:
        """Return whether a word of a text, or a compound in it, is one of those searched for."""
        normal = normalise_word(word)
        return any(
            normal.startswith(term.word) if term.is_prefix else normal == term.word
            for query_word in self.words
            for alternative in query_word.alternatives
            for term in alternative
        )


def strip_plural(word: str) -> str:
    """Return a longer word without the mark of the plural: “radiateurs” finds the radiator too."""
    is_plural = len(word) > MIN_PREFIX_LENGTH and word.endswith(("s", "x"))
    return word[:-1] if is_plural else word


def normalise_text(text: str) -> str:
    """Return a text for the index: its words, and the whole of each compound beside its parts."""
    return " ".join(_iterate_index_words(text))


def _iterate_index_words(text: str) -> Iterator[str]:
    previous: tuple[str, int] | None = None
    plain = _fold(text)
    for found in _COMPOUND.finditer(plain):
        parts = _PART.findall(found[0])
        yield from (part[:MAX_WORD_LENGTH] for part in parts)
        if len(parts) > 1:
            yield "".join(parts)[:MAX_WORD_LENGTH]
        elif previous and plain[previous[1] : found.start()].isspace():
            yield (previous[0] + parts[0])[:MAX_WORD_LENGTH]
        is_detached = len(parts) == 1 and _may_be_detached(parts[0])
        previous = (parts[0], found.end()) if is_detached else None


def _may_be_detached(word: str) -> bool:
    """Return whether a word may be the first part of a compound that is written with a space."""
    is_short = len(word) <= 2 and word.isalpha() and word not in _ARTICLES
    return is_short or word in _DETACHED_PREFIXES


def _fold(text: str) -> str:
    text = text.casefold().translate(_LIGATURES)
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@lru_cache(maxsize=4096)
def normalise_word(word: str) -> str:
    """Return a word or a compound in its normal form, without hyphens."""
    return "".join(_PART.findall(_fold(word)))[:MAX_WORD_LENGTH]


def parse_query(text: str) -> Query:
    """Return the words of a search. Nothing in the text is an operator."""
    plain = _fold(_ELISION.sub(" ", text[:MAX_QUERY_LENGTH]))
    words = _join_detached([tuple(_PART.findall(found)) for found in _COMPOUND.findall(plain)])
    useful = [parts for parts in words if parts[0] not in _ARTICLES or len(parts) > 1] or words
    # Each once and in order; the last one typed stays the last.
    kept = list(dict.fromkeys(reversed(useful)))[::-1][-MAX_QUERY_WORDS:]
    last = len(kept) - 1
    return Query(tuple(QueryWord(_cut(parts), n == last) for n, parts in enumerate(kept)))


def _join_detached(words: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    joined: list[tuple[str, ...]] = []
    for parts in words:
        previous = joined[-1] if joined else ()
        detached = len(previous) == 1 and _may_be_detached(previous[0])
        if detached and len(parts) == 1 and parts[0] not in _ARTICLES:
            joined[-1] = (previous[0], parts[0])
        else:
            joined.append(parts)
    return joined


def _cut(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part[:MAX_WORD_LENGTH] for part in parts[:MAX_QUERY_WORDS])
