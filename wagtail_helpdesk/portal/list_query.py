"""The list that a person came from: its query string travels in the addresses of a ticket."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

#: The parameter of a ticket's URL.
PARAMETER = "from"
#: Longer query strings than a list can have are not kept.
MAX_LENGTH = 2000


def clean_list_query(query: str) -> str:
    """Return the query string of a list, encoded again; empty if it is too long to be one."""
    if len(query) > MAX_LENGTH:
        return ""
    cleaned = urlencode(parse_qsl(query))
    return cleaned if len(cleaned) <= MAX_LENGTH else ""
