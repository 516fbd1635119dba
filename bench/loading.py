"""Bulk insertion of rows: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

Model = type[models.Model]


class Table:
    """The table of a model, for rows in which some columns vary; the others have defaults.

    Values are the database's own: UUIDs and JSON as text.
    """

    def __init__(self, model: Model, *differing: str) -> None:
        fields = {f.attname: f for f in model._meta.concrete_fields if not f.generated}
        constant = {
            name: field.get_db_prep_save(field.get_default(), connection)
            for name, field in fields.items()
            if name not in differing and not field.primary_key
        }
        self.name = connection.ops.quote_name(model._meta.db_table)
        self.columns = [fields[name].column for name in (*differing, *constant)]
        self.adapters = [_adapter(fields[name]) for name in differing]
        self.constants = tuple(constant.values())

    def write(self, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows, each with the values of the varying columns."""
        whole = ((*self._adapted(row), *self.constants) for row in rows)
        columns = ", ".join(map(connection.ops.quote_name, self.columns))
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self.name} ({columns}) FROM STDIN") as copy:
                    for row in whole:
                        copy.write_row(row)
                return
            places = ", ".join(["%s"] * len(self.columns))
            cursor.executemany(f"INSERT INTO {self.name} ({columns}) VALUES ({places})", whole)

    def _adapted(self, row: Sequence[Any]) -> Iterator[Any]:
        for adapt, value in zip(self.adapters, row, strict=True):
            yield adapt(value) if adapt else value


def _adapter(field: models.Field) -> Callable[[Any], Any] | None:
    """Return the function that converts a value for SQLite; None on PostgreSQL."""
    if connection.vendor == "postgresql":
        return None
    return {
        "DateTimeField": connection.ops.adapt_datetimefield_value,
        "DateField": connection.ops.adapt_datefield_value,
    }.get(field.get_internal_type())


@contextmanager
def in_bulk(*tables: Model) -> Iterator[None]:
    """Drop the plain indexes of tables, and do not check foreign keys, until the block ends.

    On PostgreSQL only, as a superuser. Check constraints stay active.
    """
    if connection.vendor != "postgresql":
        yield
        return
    indexes = _plain_indexes([model._meta.db_table for model in tables])
    # Pending events of the transaction would prevent changes of the tables.
    _run("SET CONSTRAINTS ALL IMMEDIATE", "SET session_replication_role = replica")
    _run(*(f"DROP INDEX {name}" for name, _definition in indexes))
    yield
    _run("SET maintenance_work_mem = '512MB'", *(definition for _name, definition in indexes))
    _run("RESET maintenance_work_mem", "RESET session_replication_role")


def _plain_indexes(tables: list[str]) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid::regclass::text = ANY(%s)
            AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
            """,
            [tables],
        )
        return cursor.fetchall()


def settle(*tables: Model) -> None:
    """Set the sequences after the highest number, and update the planner's statistics."""
    _run(*connection.ops.sequence_reset_sql(no_style(), list(tables)))
    if connection.vendor == "postgresql":
        # VACUUM, which creates the visibility map for index-only scans, runs outside a transaction.
        verb = "ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE"
        _run(*(f"{verb} {connection.ops.quote_name(model._meta.db_table)}" for model in tables))
    else:
        _run("ANALYZE")


def empty(*models: Model) -> None:
    """Empty these tables, and all that refer to them; on PostgreSQL."""
    names = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)
    _run(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def next_pk(model: Model) -> int:
    """Return the number after the highest one in use."""
    return (model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
