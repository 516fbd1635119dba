"""The previous and the next ticket of the list from which a manager came to a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal import paging
from wagtail_helpdesk.portal.list_query import make_window, read_window
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .desk_page import Desk


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The URLs of the list, at the ticket's row, and of the tickets beside it, empty without one."""

    desk: str
    previous: str = ""
    next: str = ""


def find_neighbours(request: HelpdeskRequest, number: int) -> Neighbours:
    """Return the tickets beside a ticket in the list that the URL names.

    ``near`` in the query string of the list has the numbers around the ticket: no statement. At the
    ends of these, the list is read once more: two statements, and those of the search when the list
    was narrowed by words. ``at`` is the place that the ticket had on its page: when an action took
    it out of the list, the next ticket has moved up to this place.
    """
    query = QueryDict(request.list_query)
    back = {name: value for name, value in query.items() if name not in ("at", "near")}
    desk_url = request.get_desk_url(urlencode(back), f"hd-t{number}" if query else "")
    if not query:
        return Neighbours(desk_url)
    near, at = read_window(query.get("near", "")), parse_number(query.get("at", ""))
    if number in near and at is not None:
        place = near.index(number)
        is_first, is_last = place == 0, place == len(near) - 1
        if not is_last and (at == 0 or not is_first):
            kept = {**back, "near": query["near"]}
            return Neighbours(
                desk_url,
                previous="" if is_first else _get_url(request, near[place - 1], kept, at - 1),
                next=_get_url(request, near[place + 1], kept, at + 1),
            )
    return _read_neighbours(request, number, query, back, desk_url)


def _read_neighbours(
    request: HelpdeskRequest, number: int, query: QueryDict, back: Mapping[str, Any], desk_url: str
) -> Neighbours:
    """Return the tickets beside a ticket in the list as it is now."""
    desk = Desk(request, query)
    fields = {"number", *(field.lstrip("-") for field in desk.order.fields)}
    page = paging.paginate(
        desk.tickets, tuple(fields), desk.order, query.get("after", ""), desk.length + 1
    )
    numbers = [row["number"] for row in page.rows]
    if number in numbers:
        at = numbers.index(number)
        following = at + 1
    else:
        at = following = min(_find_place(query, number, numbers), len(numbers))

    def get_url(place: int) -> str:
        if not 0 <= place < len(numbers):
            return ""
        if place == desk.length:
            # The first one of the next page.
            after = desk.order.key(page.rows[place - 1])
            return _get_url(request, numbers[place], {**back, "after": after}, 0)
        near = make_window(numbers[: desk.length], place)
        return _get_url(request, numbers[place], {**back, "near": near}, place)

    return Neighbours(desk_url, previous=get_url(at - 1), next=get_url(following))


def _find_place(query: QueryDict, number: int, numbers: Sequence[int]) -> int:
    """Return the place on the page at which a ticket that left the list would be.

    Of the tickets before it that the URL carries, some may have left the list as well, or moved
    to its end.
    """
    place, near = parse_number(query.get("at", "")) or 0, read_window(query.get("near", ""))
    if number not in near:
        return place
    before = near[: near.index(number)]
    place = max(place - len(before), 0)
    while place < len(numbers) and numbers[place] in before:
        place += 1
    return place


def _get_url(request: HelpdeskRequest, number: int, back: Mapping[str, Any], place: int) -> str:
    """Return the URL of a ticket at a place of a page of the list."""
    return request.url("ticket", number, **{"from": urlencode({**back, "at": place})})
