"""Rows in hand: locked, true to the database, and stated as events keep them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, models

from wagtail_helpdesk.models import Ticket

from .errors import NotNow

Row = TypeVar("Row", bound=models.Model)


def lock_rows(rows: models.Manager[Row] | models.QuerySet[Row]) -> models.QuerySet[Row]:
    """Return rows that nobody else changes, once read, until the end of the transaction."""
    # NO KEY, because a full lock also waits for every row that refers to this one to be committed,
    # and two transactions that each inserted such a row would wait for each other.
    return rows.select_for_update(no_key=connection.features.has_select_for_no_key_update)


def get_locked(rows: models.Manager[Row] | models.QuerySet[Row], pk: Any) -> Row:
    """Return one of them, at once."""
    return lock_rows(rows).get(pk=pk)


_COLUMNS = {field.name: field.attname for field in Ticket._meta.concrete_fields}


def get_stored_value(ticket: Ticket, name: str) -> Any:
    """Return a field of the ticket; of a row it refers to the key, which costs no query."""
    return getattr(ticket, _COLUMNS[name])


def get_key(value: Any) -> Any:
    """Return the key of a row, and anything else as it is."""
    return value.pk if isinstance(value, models.Model) else value


def serialise_value(value: Any) -> Any:
    """Return a value as it is recorded in an event: ids for rows, text for dates."""
    return value.isoformat() if hasattr(value, "isoformat") else get_key(value)


def refresh_ticket(ticket: Ticket, now: Ticket) -> None:
    """Bring a ticket up to date with its row as it is now."""
    for name in _COLUMNS.values():
        setattr(ticket, name, getattr(now, name))


@contextmanager
def restore_on_failure(ticket: Ticket) -> Iterator[None]:
    """Give a ticket back as it was given when the act fails: its row is rolled back, it is not."""
    given = {name: getattr(ticket, name) for name in _COLUMNS.values()}
    try:
        yield
    except BaseException as error:
        for name, value in given.items():
            setattr(ticket, name, value)
        if isinstance(error, NotNow):
            # What the first half of a compound act had done to it is undone.
            error.ticket.refresh_from_db()
        raise
