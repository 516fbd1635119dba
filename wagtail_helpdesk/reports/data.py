"""What a report lists: one ordered pass over the open tickets of a service, for all its managers."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from django.utils import timezone

from wagtail_helpdesk.models import Category, Ticket
from wagtail_helpdesk.notifications.recipient_data import load_members

from .sections import SectionContent, choose_sections

#: Tickets listed in a section; the rest is counted.
MAX_LISTED = 25
#: Data older than this is read again before the report is sent.
MAX_AGE = timedelta(minutes=15)

#: The sections in their order, as they are stored: name, number of tickets, those that are listed.
Listing = list[tuple[str, SectionContent]]
#: How long it is idle among the tickets of the service (0: the longest), number, manager.
TicketTuple = tuple[int, int, int | None]
#: A part of a service's tickets: whose ("mine", "free" or "others"), and in which category.
Cell = tuple[str, int]


@dataclass
class OpenTickets:
    """The open tickets of a service, longest idle first, by category."""

    by_category: dict[int, list[TicketTuple]] = field(default_factory=lambda: defaultdict(list))
    free: dict[int, list[TicketTuple]] = field(default_factory=lambda: defaultdict(list))
    assigned: dict[int, list[TicketTuple]] = field(default_factory=lambda: defaultdict(list))
    by_assignee: dict[int, dict[int, list[TicketTuple]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    members: dict[int, set[int] | None] = field(default_factory=dict)
    read_at: datetime = field(default_factory=timezone.now)

    @classmethod
    def read(cls, service: int) -> OpenTickets:
        """Read the tickets in one streamed statement, and the members of the categories in two."""
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
                found.by_assignee[assignee][category].append(row)
        found.members = load_members(Category.objects.filter(service=service))
        return found

    def list_sections(self, user: int, chosen: Sequence[str]) -> Listing:
        """Return the sections of one reader, in order; a ticket is in the first section it fits."""
        taken: set[Cell] = set()
        listing: Listing = []
        for section in choose_sections(chosen):
            count, numbers = section.list_tickets(self, user, taken)
            if count or not section.hide_if_empty:
                listing.append((section.name, (count, list(numbers[:MAX_LISTED]))))
        return listing

    def list_numbers(self) -> list[int]:
        """Return the numbers of all open tickets of the service, longest idle first."""
        return [number for _, number, _ in heapq.merge(*self.by_category.values())]

    def is_member(self, user: int, category: int) -> bool:
        """Return whether a manager is a member of a category."""
        members = self.members.get(category)
        return members is None or user in members

    def take(self, user: int, cells: Iterable[Cell], taken: set[Cell]) -> SectionContent:
        """Return the tickets of those cells that no earlier section has taken, and take them."""
        free = [cell for cell in cells if cell not in taken]
        taken.update(free)
        parts = [self._get_rows(owner, category, user) for owner, category in free]
        count = sum(size for size, _ in parts)
        # Merged lazily, and no further than what is listed.
        merged = heapq.merge(*(rows for size, rows in parts if size))
        return count, [number for _, number, _ in islice(merged, min(count, MAX_LISTED))]

    def _get_rows(self, owner: str, category: int, user: int) -> tuple[int, Iterable[TicketTuple]]:
        mine = self.by_assignee[user][category] if user in self.by_assignee else []
        if owner == "mine":
            return len(mine), mine
        if owner == "free":
            rows = self.free.get(category, [])
            return len(rows), rows
        assigned = self.assigned.get(category, [])
        return len(assigned) - len(mine), (row for row in assigned if row[2] != user)


class ReportData:
    """The open tickets of several services, each read once for all reports while it is recent."""

    def __init__(self) -> None:
        self._services: dict[int, OpenTickets] = {}

    def get(self, service: int) -> OpenTickets:
        """Return the open tickets of a service."""
        found = self._services.get(service)
        if found is None or found.read_at < timezone.now() - MAX_AGE:
            found = self._services[service] = OpenTickets.read(service)
        return found
