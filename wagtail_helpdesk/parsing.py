"""Parsing of untrusted text from URLs and hidden fields."""

from django.http import HttpRequest, QueryDict


def parse_number(typed: object) -> int | None:
    """Return the number in a text, or None if it is no valid key of a row."""
    text = str(typed)
    # Eighteen digits fit the database; Python itself refuses to read more than some thousands.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


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
