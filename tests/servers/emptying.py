"""How PostgreSQL empties the tables after a test that commits: quickly, because they are small."""

from collections.abc import Sequence
from typing import Any

from django.core.management.color import no_style

#: From this size of a table, in bytes, with its dead rows, all tables are truncated instead.
LARGE = 2**20


def empty_with_deletes(connection: Any) -> None:
    """Let Django delete the rows of its tables instead of truncating them.

    TRUNCATE makes new files for each table and index: more than a second for a few rows.
    """
    tables = sorted(
        connection.introspection.django_table_names(only_existing=True, include_views=False)
    )
    style = no_style()
    [truncate] = connection.ops.sql_flush(style, tables, reset_sequences=False, allow_cascade=False)
    sql = _build_sql([connection.ops.quote_name(table) for table in tables], truncate)
    connection.ops.sql_flush = lambda style, tables, **how: [sql]


def _build_sql(tables: Sequence[str], truncate: str) -> str:
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
