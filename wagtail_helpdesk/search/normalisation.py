"""Words as they are compared: without case, accents or punctuation, the same for rows and questions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

#: More words than this narrow nothing any more; the first of them are not read.
MOST_WORDS = 12
LONGEST_QUESTION = 500
#: PostgreSQL refuses longer words; nobody looks for one.
LONGEST_WORD = 64
#: A shorter word must stand as it is: as a beginning it would find everything. The last word may
#: be one that is being typed.
SHORTEST_BEGINNING, SHORTEST_LAST = 5, 3

_WORD = re.compile(r"[^\W_]+")
#: Letters that Unicode does not take apart, as people type them on a plain keyboard.
_PLAIN = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
# “l’imprimante” asks for the printer, “printer’s” too.
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)['’]|['’]s\b", re.IGNORECASE)
#: Dropped from a question that has other words: people do not mind which of them a text uses.
_ARTICLES = frozenset([
    "a", "an", "and", "at", "au", "aux", "d", "de", "des", "du", "en", "et", "for", "in", "l", "la",
    "le", "les", "of", "on", "ou", "the", "to", "un", "une",
])  # fmt: skip


class QueryTooBroad(Exception):
    """The question has too many answers to give any in time: it must be more precise."""


class SearchUnavailable(Exception):
    """The search engine of the site does not answer."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question: all these words, the longer ones and the last perhaps only begun."""

    words: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)

    def terms(self) -> Iterator[tuple[str, bool]]:
        """Return each word, and whether it may be the beginning of a longer one.

        A beginning leaves out the mark of the plural: “radiateurs” finds the radiator too.
        """
        last = len(self.words) - 1
        for place, word in enumerate(self.words):
            begun = len(word) >= (SHORTEST_LAST if place == last else SHORTEST_BEGINNING)
            plural = len(word) > SHORTEST_BEGINNING and word.endswith(("s", "x"))
            yield (word[:-1] if plural else word), begun

    def finds(self, word: str) -> bool:
        """Tell whether a word of a text is one of those asked for."""
        folded = fold_word(word)
        return any(
            folded.startswith(term) if begun else folded == term for term, begun in self.terms()
        )


def fold_text(text: str) -> str:
    """Return the words of a text, folded, with a space between them."""
    text = text.casefold().translate(_PLAIN)
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(part for part in parts if not unicodedata.combining(part))
    return " ".join(word[:LONGEST_WORD] for word in _WORD.findall(text))


@lru_cache(maxsize=4096)
def fold_word(word: str) -> str:
    """Fold one word of a text; any language has a few that stand everywhere."""
    return fold_text(word)


def parse_query(text: str) -> Query:
    """Return what somebody asks for. Nothing they type is an operator: only words count."""
    words = fold_text(_ELISION.sub(" ", text[:LONGEST_QUESTION])).split()
    telling = [word for word in words if word not in _ARTICLES] or words
    # Each once, in their order; the last one typed stays the last.
    kept = list(dict.fromkeys(reversed(telling)))[::-1]
    return Query(tuple(kept[-MOST_WORDS:]))
