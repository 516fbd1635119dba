"""Search in PostgreSQL: the stored vector of each row, under a GIN index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from wagtail_helpdesk.search.normalisation import Query, QueryTooBroad

from . import Rows
from .database import DatabaseBackend, execute_limited

TIME_LIMIT_MS = 2000
_QUERY_CANCELED = "57014"


class PostgreSQLBackend(DatabaseBackend):
    """The rows' vectors: weight A is what the ticket is about, B what the event says."""

    def matching(self, rows: Rows, query: Query) -> Rows:
        return rows.filter(
            RawSQL(
                "wagtail_helpdesk_searchrow.vector @@ to_tsquery('simple', %s)",
                [build_tsquery(query)],
                output_field=BooleanField(),
            )
        )

    @contextmanager
    def limited(self) -> Iterator[None]:
        try:
            with transaction.atomic():
                # Compiling a plan that runs for milliseconds takes longer than running it: no jit.
                execute_limited(
                    f"SET LOCAL statement_timeout = {TIME_LIMIT_MS}; SET LOCAL jit = off"
                )
                yield
                # Nothing was written; going back undoes the limit inside a longer transaction.
                transaction.set_rollback(True)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) == _QUERY_CANCELED:
                raise QueryTooBroad from error
            raise

    def settle(self) -> None:
        execute_limited("ANALYZE wagtail_helpdesk_searchrow")


def build_tsquery(query: Query) -> str:
    """Return the question in PostgreSQL's language: all words, one of them said in the row itself."""
    said = " | ".join(f"'{word}':{'*' if begun else ''}B" for word, begun in query.terms())
    if len(query.words) == 1:
        return said
    everything = " & ".join(f"'{word}'{':*' if begun else ''}" for word, begun in query.terms())
    return f"{everything} & ({said})"
