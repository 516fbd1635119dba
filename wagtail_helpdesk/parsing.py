"""Parsing of untrusted text from URLs and hidden fields."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict

#: Years of moments that are accepted. Conversions between time zones fail in the first year and the
#: last of Python's calendar, and PostgreSQL returns what Python cannot hold.
YEARS = range(1970, 9999)
#: PostgreSQL refuses NUL in any comparison, no database keeps halves of surrogate pairs.
_NOT_IN_DATABASE = re.compile("[\0\ud800-\udfff]")


def parse_number(typed: object) -> int | None:
    """Return the number in a text, or None if it is no valid key of a row."""
    text = str(typed)
    # Eighteen digits fit the database; Python itself refuses to read more than some thousands.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def parse_user_key(typed: object) -> Any | None:
    """Return the primary key of a user in a text, in the type of the user model; None if it is none.

    The site chooses its user model: keys can be numbers, UUIDs or text.
    """
    try:
        key = get_user_model()._meta.pk.to_python(str(typed))
    except ValidationError:
        return None
    return parse_number(typed) if isinstance(key, int) else key or None


def clean_request(request: HttpRequest) -> None:
    """Remove what no database takes from the parameters of the URL and the form.

    Called once at each entry, so that no view, form or template has to think of it.
    """
    request.GET = _clean_values(request.GET)  # type: ignore[assignment]
    if request.method == "POST":
        request.POST = _clean_values(request.POST)  # type: ignore[assignment]


def _clean_values(values: QueryDict) -> QueryDict:
    if not any(map(_NOT_IN_DATABASE.search, _list_texts(values))):
        return values
    cleaned = QueryDict(mutable=True, encoding=values.encoding)
    for name, listed in values.lists():
        kept = [_NOT_IN_DATABASE.sub("", value) for value in listed]
        cleaned.setlist(_NOT_IN_DATABASE.sub("", name), kept)
    cleaned._mutable = False
    return cleaned


def _list_texts(values: QueryDict) -> Iterator[str]:
    for name, listed in values.lists():
        yield name
        yield from listed


def clean_query(typed: str, longest: int) -> str:
    """Return a search query without NUL, in at most ``longest`` characters."""
    # PostgreSQL refuses NUL.
    return typed.replace("\0", " ").strip()[:longest]
