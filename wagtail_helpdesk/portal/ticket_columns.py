"""What ticket lists show of a ticket besides number, subject, category, status and waiting time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy, pgettext_lazy
from wagtail import hooks

if TYPE_CHECKING:
    from .ticket_rows import TicketRow

DESK_HOOK = "register_helpdesk_desk_column"


@dataclass(frozen=True, slots=True)
class TicketColumn:
    """A column of a ticket list.

    ``load_cells`` gets the rows of a page and the user who reads them, and returns what the cell
    of each ticket shows by the ticket's number, in one statement at most. Text is escaped unless
    it is marked safe. The caller has checked that the user may read the tickets. The label stands
    before what is shown, unless ``shows_label`` is false. Managers choose their columns; those who
    have not chosen get the ones that are ``is_default``.
    """

    name: str
    label: Any
    load_cells: Callable[[Sequence[TicketRow], Any], Mapping[int, Any]]
    sort_order: int
    shows_label: bool = True
    is_default: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a registered column, with the label before it, empty when none is shown."""

    label: Any
    value: Any


def fill_cells(
    rows: Sequence[TicketRow], columns: Sequence[TicketColumn], user: Any
) -> list[TicketRow]:
    """Return the rows with the cells of these columns."""
    loaded = [
        (column.label if column.shows_label else "", column.load_cells(rows, user))
        for column in columns
        if rows
    ]
    return [
        replace(
            row,
            cells=tuple(
                Cell(label, value)
                for label, cells in loaded
                if (value := cells.get(row.number, ""))
            ),
        )
        for row in rows
    ]


def get_desk_columns() -> list[TicketColumn]:
    """Return the columns of the desk in order; of two with one name, the one registered later."""
    columns = {column.name: column for column in (make() for make in hooks.get_hooks(DESK_HOOK))}
    return sorted(columns.values(), key=lambda column: column.sort_order)


def arrange_columns(
    columns: Sequence[TicketColumn], chosen: Sequence[str]
) -> list[tuple[TicketColumn, bool]]:
    """Return the columns in the order that a person chose, each with whether it is shown.

    ``chosen`` has names, those of columns that are not shown with a “-” before. Columns that were
    registered later follow, as they are by default.
    """
    known = {column.name: column for column in columns}
    arranged = []
    for entry in chosen:
        column = known.pop(str(entry).removeprefix("-"), None)
        if column is not None:
            arranged.append((column, not str(entry).startswith("-")))
    return [*arranged, *((column, column.is_default) for column in known.values())]


def register_place_column() -> TicketColumn:
    """Return the column with service and category."""
    return PLACE


def register_opened_column() -> TicketColumn:
    """Return the column with the dates of opening, which is shown to those who choose it."""
    return OPENED


def register_priority_column() -> TicketColumn:
    """Return the column with every priority; unusual ones are marked without it."""
    return PRIORITY


def register_requester_column() -> TicketColumn:
    """Return the column with the names of the requesters."""
    return REQUESTER


def register_manager_column() -> TicketColumn:
    """Return the column with the names of the managers in charge."""
    return MANAGER


def _requesters(rows: Sequence[TicketRow], user: Any) -> dict[int, str]:
    return {row.number: row.requester for row in rows}


def _managers(rows: Sequence[TicketRow], user: Any) -> dict[int, str]:
    return {row.number: row.assignee for row in rows}


def _places(rows: Sequence[TicketRow], user: Any) -> dict[int, str]:
    return {row.number: f"{row.service} › {row.category}" for row in rows}


def _openings(rows: Sequence[TicketRow], user: Any) -> dict[int, str]:
    return {row.number: row.opened for row in rows}


def _priorities(rows: Sequence[TicketRow], user: Any) -> dict[int, str]:
    return {row.number: "" if row.urgent else row.priority_words for row in rows}


PLACE = TicketColumn("place", gettext_lazy("Service and category"), _places, 50, shows_label=False)
OPENED = TicketColumn("opened", pgettext_lazy("column", "Opened"), _openings, 400, is_default=False)
PRIORITY = TicketColumn("priority", gettext_lazy("Priority"), _priorities, 500, is_default=False)
REQUESTER = TicketColumn(
    "requester", gettext_lazy("Requester"), _requesters, 100, shows_label=False
)
MANAGER = TicketColumn("manager", gettext_lazy("Manager"), _managers, 200)
