"""Parsing of untrusted text from URLs and hidden fields."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict


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
    """Remove NUL from the parameters of the URL and the form: PostgreSQL refuses it in any comparison.

    Called once at each entry, so that no view, form or template has to think of it.
    """
    request.GET = _without_nul(request.GET)  # type: ignore[assignment]
    if request.method == "POST":
        request.POST = _without_nul(request.POST)  # type: ignore[assignment]


def _without_nul(values: QueryDict) -> QueryDict:
    if not any("\0" in value for _name, listed in values.lists() for value in listed):
        return values
    cleaned = QueryDict(mutable=True, encoding=values.encoding)
    for name, listed in values.lists():
        cleaned.setlist(name, [value.replace("\0", "") for value in listed])
    cleaned._mutable = False
    return cleaned


def clean_query(typed: str, longest: int) -> str:
    """Return a search query without NUL, in at most ``longest`` characters."""
    # PostgreSQL refuses NUL.
    return typed.replace("\0", " ").strip()[:longest]
