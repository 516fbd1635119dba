"""The list that a person came from: its query string travels in the addresses of a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from wagtail_helpdesk.parsing import parse_number

#: The parameter of a ticket's URL.
PARAMETER = "from"
#: Longer query strings than a list can have are not kept.
MAX_LENGTH = 2000
#: Tickets on either side of one whose numbers its address carries.
WINDOW = 5


def clean_list_query(query: str) -> str:
    """Return the query string of a list, encoded again; empty if it is too long to be one."""
    if len(query) > MAX_LENGTH:
        return ""
    cleaned = urlencode(parse_qsl(query))
    return cleaned if len(cleaned) <= MAX_LENGTH else ""


def make_window(numbers: Sequence[int], place: int) -> str:
    """Return the numbers around a place of a page of a list, as addresses carry them."""
    return ".".join(map(str, numbers[max(place - WINDOW, 0) : place + WINDOW + 1]))


def read_window(typed: str) -> list[int]:
    """Return the numbers that an address carries, without what is no number."""
    numbers = map(parse_number, typed.split(".")[: 2 * WINDOW + 1])
    return [number for number in numbers if number is not None]
