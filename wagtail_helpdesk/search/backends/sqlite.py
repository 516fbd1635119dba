"""Search in SQLite: an FTS5 index that triggers keep in step with the rows."""

from __future__ import annotations

from django.db.models.expressions import RawSQL

from wagtail_helpdesk.search.normalisation import Query

from . import Rows
from .database import DatabaseBackend, execute_limited


class SQLiteBackend(DatabaseBackend):
    """The virtual table of migration 0002."""

    def matching(self, rows: Rows, query: Query) -> Rows:
        return rows.filter(
            pk__in=RawSQL(
                "SELECT rowid FROM wagtail_helpdesk_searchindex"
                " WHERE wagtail_helpdesk_searchindex MATCH %s",
                [build_match(query)],
            )
        )

    def settle(self) -> None:
        execute_limited(
            "INSERT INTO wagtail_helpdesk_searchindex (wagtail_helpdesk_searchindex)"
            " VALUES ('optimize')"
        )


def build_match(query: Query) -> str:
    """Return the question in FTS5's language: all words, one of them said in the row itself."""
    terms = [f'"{word}"{"*" if begun else ""}' for word, begun in query.terms()]
    said = f"{{said}} : ({' OR '.join(terms)})"
    return said if len(terms) == 1 else f"{' AND '.join(terms)} AND {said}"
