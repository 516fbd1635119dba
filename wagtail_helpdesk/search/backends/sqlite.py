"""Search in SQLite, by an FTS5 index that triggers keep up to date."""

from __future__ import annotations

from django.db.models.expressions import RawSQL

from wagtail_helpdesk.search.normalisation import Query, QueryWord

from . import Rows
from .database import DatabaseBackend, execute


class SQLiteBackend(DatabaseBackend):
    """Uses the virtual table that the migration creates."""

    def filter_matching(self, rows: Rows, query: Query) -> Rows:
        return rows.filter(
            pk__in=RawSQL(
                "SELECT rowid FROM wagtail_helpdesk_searchindex"
                " WHERE wagtail_helpdesk_searchindex MATCH %s",
                [build_match(query)],
            )
        )

    def settle(self) -> None:
        execute(
            "INSERT INTO wagtail_helpdesk_searchindex (wagtail_helpdesk_searchindex)"
            " VALUES ('optimize')"
        )


def build_match(query: Query) -> str:
    """Return the query for ``MATCH``: all words, and one of them in the event itself."""
    words = [_format_word(word) for word in query.words]
    body = f"{{body}} : ({' OR '.join(words)})"
    return body if len(words) == 1 else f"{' AND '.join(words)} AND {body}"


def _format_word(word: QueryWord) -> str:
    alternatives = [
        " AND ".join(f'"{term.word}"{"*" if term.is_prefix else ""}' for term in terms)
        for terms in word.alternatives
    ]
    if len(alternatives) == 1:
        return alternatives[0]
    return f"({' OR '.join(f'({each})' for each in alternatives)})"
