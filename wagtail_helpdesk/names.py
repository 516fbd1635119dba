"""The names of users, services and categories for their reader, and names as they are compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model
from wagtail.coreutils import get_supported_content_language_variant

from wagtail_helpdesk import languages

from .characters import clean_line, has_visible

#: Letters that Unicode does not take apart, as people type them on a plain keyboard.
PLAIN = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
#: Hyphens and apostrophes, which people type in several ways or leave out.
JOINERS = "-\u2010\u2011\u2012\u2013\u2014\u2015'\u2018\u2019\u02bc\u00b4\u2032`"

_PLAIN = str.maketrans({**PLAIN})
_JOINED = str.maketrans(dict.fromkeys(JOINERS, " "))
_WORD = re.compile(r'[^\s,;<>()"]+')


def get_display_name(user: Any) -> str:
    """Return the full name of a user, or the identifier if there is none, as Wagtail does.

    The user model is the site's: it need not have ``get_full_name``. A name on one line and without
    characters that act, so that it changes nothing beside it.
    """
    get_full_name = getattr(user, "get_full_name", None)
    full_name = get_full_name() if get_full_name else getattr(user, "full_name", "")
    name = clean_line(str(full_name or ""))
    return name if has_visible(name) else clean_line(str(user.get_username()))


def get_display_names(ids: Iterable[Any]) -> dict[Any, str]:
    """Return the names of users by id, in one statement; in none if there are no ids."""
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    users = get_user_model()._default_manager.filter(pk__in=wanted)
    return {user.pk: get_display_name(user) for user in users}


def get_content_language() -> str:
    """Return the code of the site's content language for the reader, empty if it has none."""
    try:
        return str(get_supported_content_language_variant(languages.get_reader_language()))
    except LookupError:
        return ""


def choose_title(titles: Mapping[str, str], name: str) -> str:
    """Return the title in the reader's language, else the name: of a service or a category."""
    return titles.get(get_content_language()) or name


def fold_name(text: str) -> str:
    """Return a text without case and accents, hyphens and apostrophes as spaces."""
    text = text.casefold().translate(_PLAIN)
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(part for part in parts if not unicodedata.combining(part))
    return text.translate(_JOINED)


def split_name_words(query: str) -> list[str]:
    """Return the folded words of a name that is searched for, in whatever order and punctuation."""
    return _WORD.findall(fold_name(query))
