"""The rows of ticket lists: plain values, everything a template shows computed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import OPEN_STATUSES, Priority, Status
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_names

from . import labels, paging

FIELDS = (
    "number",
    "subject",
    "status",
    "priority",
    "resume_on",
    "last_activity_at",
    "requester",
    "assignee",
    "category__name",
    "service",
    "service__name",
)


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket in a list."""

    number: int
    subject: str
    status: str
    status_words: str
    priority: int
    priority_words: str
    service: str
    category: str
    requester: str
    assignee: str
    stamp: str
    when: str

    @property
    def path(self) -> str:
        """Where the ticket is read, below the helpdesk's page."""
        return f"tickets/{self.number}/"

    @property
    def urgent(self) -> bool:
        """Whether the priority is worth a mark in a list."""
        return self.priority > Priority.NORMAL


def build_rows(
    values: Iterable[dict[str, Any]], *, reader: Any, managed: Collection[Any] = ()
) -> list[TicketRow]:
    """Return the rows as ``reader`` reads them, who manages these services by their ids.

    One statement for all the names.
    """
    values = list(values)
    names = get_display_names(row[role] for row in values for role in ("requester", "assignee"))
    now = timezone.now()
    return [_row(value, names, now, _is_plain(value, reader, managed)) for value in values]


def _is_plain(value: dict[str, Any], reader: Any, managed: Collection[Any]) -> bool:
    return value["requester"] == reader.pk and value["service"] not in managed


def _row(value: dict[str, Any], names: dict[Any, str], now: datetime, plain: bool) -> TicketRow:
    return TicketRow(
        number=value["number"],
        subject=value["subject"],
        status=value["status"],
        status_words=labels.get_status_label(
            value["status"], plain=plain, resume_on=value["resume_on"]
        ),
        priority=value["priority"],
        priority_words=str(Priority(value["priority"]).label),
        service=value["service__name"],
        category=value["category__name"],
        requester=names.get(value["requester"], ""),
        assignee=names.get(value["assignee"], ""),
        stamp=labels.format_timestamp(value["last_activity_at"]),
        when=labels.format_moment(value["last_activity_at"], now),
    )


def paginate_rows(
    tickets: QuerySet[Ticket],
    order: paging.Order,
    *,
    after: str,
    reader: Any,
    length: int = paging.LENGTH,
) -> paging.Page[TicketRow]:
    """Return one page of a list of tickets."""
    page = paging.paginate(tickets, FIELDS, order, after, length)
    managed = {row.service_id for row in access.manager_rows_of(reader)}
    rows = build_rows(page.rows, reader=reader, managed=managed)
    return paging.Page(rows, page.next_key, page.continued)


def filter_rows(tickets: QuerySet[Ticket], which: str) -> QuerySet[Ticket]:
    """Narrow a list to the open tickets, the ended ones, one status, or nothing at all."""
    if which in Status.values:
        tickets = tickets.filter(status=which)
        which = "open" if Status(which) in OPEN_STATUSES else "ended"
    if which == "open":
        # Always by the generated column: the partial indexes are matched by nothing else.
        return tickets.filter(is_open=True)
    if which == "ended":
        return tickets.filter(is_open=False)
    return tickets
