"""What stands in addresses and hidden fields: any text at all, until it is read here."""

from django.http import HttpRequest, QueryDict


def parse_number(typed: object) -> int | None:
    """Return the number a text says, or None: also for one that no key of a row can be."""
    text = str(typed)
    # Eighteen digits fit the database; Python itself refuses to read more than some thousands.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def clean_request(request: HttpRequest) -> None:
    """Remove NUL from all that an address and a form hold: PostgreSQL refuses it in any comparison.

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
    """Return what somebody looks for, in so many characters at most."""
    # PostgreSQL refuses a NUL, which nobody types.
    return typed.replace("\0", " ").strip()[:longest]
