"""What a report lists: one ordered pass over the open tickets of a service, for all its readers."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.utils import timezone

from wagtail_helpdesk.models import Category, ReportSection, Ticket
from wagtail_helpdesk.notifications.recipient_data import members_of

#: Tickets listed in a section; the rest is counted.
MAX_LISTED = 25
#: Older than this, what was gathered is gathered again before it leaves.
FRESH = timedelta(minutes=15)
#: The section that follows *free*: a colleague is in charge.
OTHERS = "others"

#: The sections in their order, as they are stored: name, how many tickets, which of them are listed.
Listing = list[tuple[str, tuple[int, list[int]]]]
#: How idle it is among the tickets of the service (0: the longest), number, manager.
TicketTuple = tuple[int, int, int | None]


@dataclass
class OpenTickets:
    """The open tickets of a service, longest idle first, as numbers in each category."""

    by_category: dict[int, list[TicketTuple]] = field(default_factory=lambda: defaultdict(list))
    free: dict[int, list[TicketTuple]] = field(default_factory=lambda: defaultdict(list))
    assigned: dict[int, list[TicketTuple]] = field(default_factory=lambda: defaultdict(list))
    of: dict[int, dict[int, list[TicketTuple]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    members: dict[int, set[int] | None] = field(default_factory=dict)
    read_at: datetime = field(default_factory=timezone.now)

    @classmethod
    def read(cls, service: int) -> OpenTickets:
        """Read them, in one statement and as a stream, and who the members are, in two."""
        found = cls()
        rows = Ticket.objects.filter(service=service, is_open=True)
        ordered = rows.order_by("last_activity_at", "number")
        stream = ordered.values_list("number", "assignee", "category").iterator(chunk_size=2000)
        for rank, (number, assignee, category) in enumerate(stream):
            row = (rank, number, assignee)
            found.by_category[category].append(row)
            if assignee is None:
                found.free[category].append(row)
            else:
                found.assigned[category].append(row)
                found.of[assignee][category].append(row)
        found.members = members_of(Category.objects.filter(service=service))
        return found

    def listing(self, user: int, shows: Sequence[str]) -> Listing:
        """Return the sections of one reader, in their order; a ticket stands in the first it fits."""
        order = [*shows, *([OTHERS] if ReportSection.FREE in shows else [])]
        taken: set[tuple[str, int]] = set()
        listing: Listing = []
        for section in order:
            cells = [cell for cell in self._cells(section, user) if cell not in taken]
            taken.update(cells)
            listing.append((section, self._section(cells, user)))
        return listing

    def _cells(self, section: str, user: int) -> Iterator[tuple[str, int]]:
        """Give what a section consists of: whose tickets, in which category."""
        for category in self.by_category:
            if section == ReportSection.MANAGED:
                yield "mine", category
            elif section == ReportSection.FREE:
                yield "free", category
            elif section == OTHERS:
                yield "others", category
            elif self._is_member(user, category):
                yield from (("mine", category), ("free", category), ("others", category))

    def _is_member(self, user: int, category: int) -> bool:
        members = self.members.get(category)
        return members is None or user in members

    def _section(self, cells: Iterable[tuple[str, int]], user: int) -> tuple[int, list[int]]:
        parts = [self._rows(whose, category, user) for whose, category in cells]
        count = sum(size for size, _ in parts)
        # Merged lazily, and no further than what is listed.
        merged = heapq.merge(*(rows for size, rows in parts if size))
        return count, [number for _, number, _ in islice(merged, min(count, MAX_LISTED))]

    def _rows(self, whose: str, category: int, user: int) -> tuple[int, Iterable[TicketTuple]]:
        mine = self.of[user][category] if user in self.of else []
        if whose == "mine":
            return len(mine), mine
        if whose == "free":
            free = self.free.get(category, [])
            return len(free), free
        assigned = self.assigned.get(category, [])
        return len(assigned) - len(mine), (row for row in assigned if row[2] != user)


class ReportData:
    """The open tickets of several services: each is read once for all who ask, while it is fresh."""

    def __init__(self) -> None:
        self._services: dict[int, OpenTickets] = {}

    def of(self, service: int) -> OpenTickets:
        """Return those of a service."""
        found = self._services.get(service)
        if found is None or found.read_at < timezone.now() - FRESH:
            found = self._services[service] = OpenTickets.read(service)
        return found
