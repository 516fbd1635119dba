"""Parsing of untrusted text from URLs and hidden fields."""

import re
from collections.abc import Iterator

from django.http import HttpRequest, QueryDict


def parse_number(typed: object) -> int | None:
    """Return the number in a text, or None if it is no valid key of a row."""
    text = str(typed)
    # Eighteen digits fit the database; Python itself refuses to read more than some thousands.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


#: PostgreSQL refuses NUL in any comparison, no database keeps halves of surrogate pairs.
_NOT_IN_DATABASE = re.compile("[\0\ud800-\udfff]")


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
