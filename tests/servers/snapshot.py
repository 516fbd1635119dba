"""The rows that the migrations wrote, kept beside the tables of PostgreSQL and put back by it.

Django truncates every table after a test that commits, and saves the rows one by one before the next:
seconds for each of these tests. Here it is one round trip, over tables that are nearly empty.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

SCHEMA = "kept_rows"
#: From this size of a table, in bytes, with its dead rows, all tables are truncated instead.
LARGE = 2**20


class Snapshot:
    """The rows of a database as they are now; Django flushes and restores the tables with it."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self._truncate = connection.ops.sql_flush
        tables = sorted(
            connection.introspection.django_table_names(only_existing=True, include_views=False)
        )
        quote = connection.ops.quote_name
        self._empty = _build_empty([quote(table) for table in tables], self._sql_truncate(tables))
        self._fill = []
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
            cursor.execute(f"CREATE SCHEMA {SCHEMA}")
            for number, table in enumerate(tables):
                cursor.execute(
                    "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)"
                    " FROM pg_attribute WHERE attrelid = %s::regclass"
                    " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
                    [quote(table)],
                )
                [columns] = cursor.fetchone()
                kept = f"{SCHEMA}.rows_{number}"
                cursor.execute(f"CREATE TABLE {kept} AS SELECT {columns} FROM {quote(table)}")
                if cursor.rowcount:
                    self._fill.append(
                        f"INSERT INTO {quote(table)} ({columns}) SELECT {columns} FROM {kept}"
                    )

    def take_over(self) -> None:
        """Let Django’s tests flush and restore the database with these rows."""
        self.connection.ops.sql_flush = self.sql_flush
        self.connection.creation.deserialize_db_from_string = self.restore

    def sql_flush(self, _style: Any, _tables: Any, **_how: bool) -> list[str]:
        """Return the SQL that empties every table."""
        return [self._empty]

    def restore(self, _contents: str = "") -> None:
        """Put the kept rows into tables that may have others."""
        with transaction.atomic(), self.connection.cursor() as cursor:
            cursor.execute(";\n".join([self._empty, *self._fill]))

    def _sql_truncate(self, tables: Sequence[str]) -> str:
        from django.core.management.color import no_style

        [sql] = self._truncate(no_style(), tables, reset_sequences=False, allow_cascade=False)
        return str(sql)


def _build_empty(tables: Sequence[str], truncate: str) -> str:
    """Return the SQL that empties tables, without their triggers and foreign keys.

    The lock waits for transactions that still write, as TRUNCATE does.
    """
    deletes = ";\n".join(f"DELETE FROM {table}" for table in tables)
    sizes = ", ".join(f"pg_relation_size('{table}')" for table in tables)
    return f"""SET LOCAL session_replication_role = replica;
LOCK TABLE {", ".join(tables)} IN SHARE ROW EXCLUSIVE MODE;
DO $empty$ BEGIN
IF greatest({sizes}) > {LARGE} THEN
{truncate}
ELSE
{deletes};
END IF;
END $empty$"""
