"""The stems of words in French and English, so that “printing” finds the printer's jobs.

Why this library: ``docs/decisions/search.md``.
"""

from __future__ import annotations

from functools import lru_cache

import snowballstemmer

from .normalisation import normalise_text

#: In the order of the stems. A word is stemmed as if it were of each language: a catalogue mixes them.
LANGUAGES = ("french", "english")
#: Shorter words have no endings worth removing, and their stems would collide.
MIN_STEMMED_LENGTH = 4

_STEMMERS = [snowballstemmer.stemmer(language) for language in LANGUAGES]


@lru_cache(maxsize=8192)
def stem_word(word: str) -> frozenset[str]:
    """Return the stems of a normal word, each with the number of its language."""
    if len(word) < MIN_STEMMED_LENGTH or not word.isalpha():
        return frozenset()
    return frozenset(f"{n}{stemmer.stemWord(word)}" for n, stemmer in enumerate(_STEMMERS))


class AnalysedText:
    """The words of a text in normal form, and their stems."""

    __slots__ = ("stems", "words")

    def __init__(self, text: str) -> None:
        self.words = frozenset(normalise_text(text).split())
        self.stems: frozenset[str] = frozenset().union(*map(stem_word, self.words))


@lru_cache(maxsize=8192)
def analyse_text(text: str) -> AnalysedText:
    """Return the words of a text and their stems; cached, the texts of a catalogue rarely change."""
    return AnalysedText(text)
