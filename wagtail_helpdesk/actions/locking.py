"""Locking rows, and converting field values to what events store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection, models

from wagtail_helpdesk.models import Ticket

from .errors import NotNow

Row = TypeVar("Row", bound=models.Model)


def lock_rows(rows: models.Manager[Row] | models.QuerySet[Row]) -> models.QuerySet[Row]:
    """Return rows that are locked, once read, until the end of the transaction."""
    # NO KEY: a full lock also waits for uncommitted rows that refer to this one, and two
    # transactions that each inserted such a row would wait for each other.
    return rows.select_for_update(no_key=connection.features.has_select_for_no_key_update)


def get_locked(rows: models.Manager[Row] | models.QuerySet[Row], pk: Any) -> Row:
    """Return one row, locked until the end of the transaction."""
    return lock_rows(rows).get(pk=pk)


_COLUMNS = {field.name: field.attname for field in Ticket._meta.concrete_fields}


def get_stored_value(ticket: Ticket, name: str) -> Any:
    """Return the value of a field as its column stores it; costs no query."""
    return getattr(ticket, _COLUMNS[name])


def get_key(value: Any) -> Any:
    """Return the primary key of a model instance, and any other value unchanged."""
    return value.pk if isinstance(value, models.Model) else value


def serialise_value(value: Any) -> Any:
    """Return a value as events store it: keys for rows, text for what JSON does not know."""
    value = get_key(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [serialise_value(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def refresh_ticket(ticket: Ticket, now: Ticket) -> None:
    """Copy the fields of the row as it is now to an instance."""
    for name in _COLUMNS.values():
        setattr(ticket, name, getattr(now, name))


@contextmanager
def restore_on_failure(ticket: Ticket) -> Iterator[None]:
    """Restore the instance when the block fails: the rollback only restores the row."""
    given = {name: getattr(ticket, name) for name in _COLUMNS.values()}
    try:
        yield
    except BaseException as error:
        for name, value in given.items():
            setattr(ticket, name, value)
        if isinstance(error, NotNow) and error.ticket is not None:
            # The first half of a compound action may have changed it before the rollback.
            error.ticket.refresh_from_db()
        raise
