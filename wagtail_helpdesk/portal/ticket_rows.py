"""The rows of ticket lists: plain values, with everything that a template shows computed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from wagtail_helpdesk import access
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import OPEN_STATUSES, Priority, Status
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import choose_title, get_display_names

from . import labels, paging
from .ticket_columns import MANAGER, Cell, TicketColumn, fill_cells

#: The columns that ``build_rows`` needs of each ticket.
FIELDS = (
    "number",
    "subject",
    "status",
    "priority",
    "version",
    "resume_on",
    "merged_into",
    "last_activity_at",
    "created_at",
    "requester",
    "assignee",
    "category__name",
    "category__titles",
    "service",
    "service__name",
    "service__titles",
)

#: A closed ticket still waits, for the approval of its closure.
AWAITING = (*OPEN_STATUSES, Status.CLOSED)


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
    #: The colour that says whose turn it is (``labels.get_tone``).
    tone: str
    #: How long an open ticket has waited, and for what; empty when it is ended.
    wait: str
    reason: str
    version: int
    #: The date of opening.
    opened: str = ""
    #: Whether the reader may take it, as it is free.
    can_be_taken: bool = False
    #: On the desk: the numbers of the tickets around it, for its address.
    near: str = ""
    #: Of the columns of the list, in their order.
    cells: tuple[Cell, ...] = ()
    #: On the desk: whether others did something that the reader has not seen.
    is_new: bool = False
    #: On the desk: whether the reader bookmarked it.
    is_bookmarked: bool = False

    @property
    def urgent(self) -> bool:
        """Whether lists mark the priority."""
        return self.priority > Priority.NORMAL


def build_rows(
    values: Iterable[dict[str, Any]],
    *,
    reader: Any,
    managed_service_ids: Collection[Any] = (),
    taking: Collection[Any] = (),
) -> list[TicketRow]:
    """Return rows in the words of their reader, a manager of the services ``managed_service_ids``.

    In the services with the ids ``taking``, they may take free tickets. One statement for all names.
    """
    values = list(values)
    names = get_display_names(row[role] for row in values for role in ("requester", "assignee"))
    now = timezone.now()
    return [_build_row(value, names, now, reader, managed_service_ids, taking) for value in values]


def _build_row(
    value: dict[str, Any],
    names: dict[Any, str],
    now: datetime,
    reader: Any,
    managed_service_ids: Collection[Any],
    taking: Collection[Any],
) -> TicketRow:
    is_requester = value["requester"] == reader.pk
    plain = is_requester and value["service"] not in managed_service_ids
    turn = {
        "is_requester": is_requester,
        "is_in_charge": value["assignee"] == reader.pk and not plain,
        "is_merged": value["merged_into"] is not None,
    }
    waits = value["status"] in AWAITING and not turn["is_merged"]
    return TicketRow(
        number=value["number"],
        subject=value["subject"],
        status=value["status"],
        status_words=_describe_turn(value, reader, plain=plain),
        priority=value["priority"],
        priority_words=str(Priority(value["priority"]).label),
        service=choose_title(value["service__titles"], value["service__name"]),
        category=choose_title(value["category__titles"], value["category__name"]),
        requester=names.get(value["requester"], ""),
        assignee=names.get(value["assignee"], ""),
        stamp=labels.format_timestamp(value["last_activity_at"]),
        when=labels.format_moment(value["last_activity_at"], now),
        tone=labels.get_tone(value["status"], **turn),
        wait=labels.format_wait(value["last_activity_at"], now) if waits else "",
        reason=labels.get_reason(value["status"], **turn),
        is_new=bool(value.get("is_new")),
        is_bookmarked=bool(value.get("is_bookmarked")),
        version=value["version"],
        opened=format_date(timezone.localdate(value["created_at"])),
        can_be_taken=value["status"] == Status.FREE and value["service"] in taking,
    )


def _describe_turn(value: dict[str, Any], reader: Any, *, plain: bool) -> str:
    status = value["status"]
    state = {"resume_on": value["resume_on"], "is_merged": value["merged_into"] is not None}
    if value["requester"] == reader.pk:
        return labels.get_status_label(status, plain=plain, **state)
    return labels.get_turn_label(status, is_in_charge=value["assignee"] == reader.pk, **state)


def paginate_rows(
    tickets: QuerySet[Ticket],
    order: paging.Order,
    *,
    after: str,
    reader: Any,
    length: int = paging.LENGTH,
    columns: Sequence[TicketColumn] = (MANAGER,),
    marks: Mapping[str, Any] | None = None,
) -> paging.Page[TicketRow]:
    """Return one page of a list of tickets, with the cells of these columns.

    ``marks`` are expressions for ``is_new`` and ``is_bookmarked``, read with the rows.
    """
    marks = marks or {}
    page = paging.paginate(tickets.annotate(**marks), (*FIELDS, *marks), order, after, length)
    own = access.manager_rows_of(reader)
    rows = build_rows(
        page.rows,
        reader=reader,
        managed_service_ids={row.service_id for row in own},
        taking={row.service_id for row in own if row.can_take_free},
    )
    return paging.Page(fill_cells(rows, columns, reader), page.next_key, page.continued)


def filter_by_status(tickets: QuerySet[Ticket], chosen: str) -> QuerySet[Ticket]:
    """Narrow to the ``open`` or ``ended`` tickets or to one status; ``all`` narrows nothing."""
    if chosen in Status.values:
        tickets = tickets.filter(status=chosen)
        chosen = "open" if Status(chosen) in OPEN_STATUSES else "ended"
    if chosen == "open":
        # Always by the generated column: nothing else matches the partial indexes.
        return tickets.filter(is_open=True)
    if chosen == "ended":
        return tickets.filter(is_open=False)
    return tickets
