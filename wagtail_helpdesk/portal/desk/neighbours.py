"""The previous and the next ticket of the list from which a manager came to a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal import paging
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .desk_page import Desk


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The URLs of the list, at the ticket's row, and of the tickets beside it, empty without one."""

    desk: str
    previous: str = ""
    next: str = ""


def find_neighbours(request: HelpdeskRequest, number: int) -> Neighbours:
    """Return the tickets beside a ticket in the list that the URL names; two statements at most.

    ``at`` in the query string of the list is the place that the ticket had on its page: when an
    action took it out of the list, the next ticket has moved up to this place.
    """
    query = QueryDict(request.list_query)
    back = {name: value for name, value in query.items() if name != "at"}
    desk_url = request.get_desk_url(urlencode(back), f"hd-t{number}" if query else "")
    if not query:
        return Neighbours(desk_url)
    desk = Desk(request, query)
    if desk.words:
        # Searching again for each ticket would cost more than the page.
        return Neighbours(desk_url)
    fields = {"number", *(field.lstrip("-") for field in desk.order.fields)}
    page = paging.paginate(
        desk.tickets, tuple(fields), desk.order, query.get("after", ""), paging.LENGTH + 1
    )
    numbers = [row["number"] for row in page.rows]
    if number in numbers:
        at = numbers.index(number)
        following = at + 1
    else:
        at = following = min(parse_number(query.get("at", "")) or 0, len(numbers))
    return Neighbours(
        desk_url,
        previous=_get_url(request, desk, back, page.rows, at - 1),
        next=_get_url(request, desk, back, page.rows, following),
    )


def _get_url(
    request: HelpdeskRequest,
    desk: Desk,
    back: Mapping[str, Any],
    rows: list[dict[str, Any]],
    place: int,
) -> str:
    """Return the URL of the ticket at a place of the page, empty beyond its ends."""
    if not 0 <= place < len(rows):
        return ""
    number = rows[place]["number"]
    if place == paging.LENGTH:
        # The first one of the next page.
        back, place = {**back, "after": desk.order.key(rows[place - 1])}, 0
    return request.url("ticket", number, **{"from": urlencode({**back, "at": place})})
