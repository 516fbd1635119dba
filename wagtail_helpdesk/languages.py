"""The language in which the helpdesk is shown: one that it is translated into, whatever the site's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.utils import translation
from django.utils.translation import pgettext

#: The languages of this package.
TRANSLATED = frozenset(path.name for path in (Path(__file__).parent / "locale").iterdir())

#: The reader's language while the active one is another.
_reader_language: ContextVar[str] = ContextVar("wagtail_helpdesk_reader_language", default="")


def get_shown_language(language: str | None = None) -> str:
    """Return the language shown to readers of a language, by default the active one.

    It is the same language if this package or the site translates the helpdesk into it. Otherwise
    it is the one that Django falls back to: that of ``LANGUAGE_CODE``, or English.
    """
    asked = language or translation.get_language() or "en"
    if _is_variant(asked, *TRANSLATED):
        return asked
    with translation.override(asked):
        # Translators: the code of the language that you translate into, such as "de" or "pt-br".
        found = pgettext("code of the language of this translation", "en")
    return asked if _is_variant(asked, found) else found


def _is_variant(language: str, *known: str) -> bool:
    """Return whether a language is one of these, or a regional variant: ``fr-ca`` of ``fr``."""
    return language in known or language.partition("-")[0] in known


@contextmanager
def use_shown_language() -> Iterator[None]:
    """Activate the language in which the helpdesk is shown, for a block.

    A language without translation would mix English with the words that Wagtail translates.
    """
    asked = _reader_language.set(get_reader_language())
    try:
        with translation.override(get_shown_language()):
            yield
    finally:
        _reader_language.reset(asked)


def get_reader_language() -> str:
    """Return the reader's language, in which pages and descriptions are chosen."""
    return _reader_language.get() or translation.get_language() or ""
