"""Search in PostgreSQL, by the stored vector of each row under a GIN index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from wagtail_helpdesk.search.normalisation import Alternative, Query, QueryTooBroad, QueryWord

from . import Rows
from .database import DatabaseBackend, execute

#: In milliseconds, for one search.
TIME_LIMIT_MS = 2000
_QUERY_CANCELED = "57014"


class PostgreSQLBackend(DatabaseBackend):
    """Uses the vectors of the rows: weight A for the subject of the ticket, B for the message of the event."""

    def filter_matching(self, rows: Rows, query: Query) -> Rows:
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
                execute(f"SET LOCAL statement_timeout = {TIME_LIMIT_MS}; SET LOCAL jit = off")
                yield
                # Nothing was written; a rollback undoes the limit inside a longer transaction.
                transaction.set_rollback(True)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) == _QUERY_CANCELED:
                raise QueryTooBroad from error
            raise

    def settle(self) -> None:
        execute("ANALYZE wagtail_helpdesk_searchrow")


def build_tsquery(query: Query) -> str:
    """Return the query for ``to_tsquery``: all words, and one of them in the event itself."""
    body = " | ".join(_format_word(word, "B") for word in query.words)
    if len(query.words) == 1:
        return body
    everything = " & ".join(f"({_format_word(word)})" for word in query.words)
    return f"{everything} & ({body})"


def _format_word(word: QueryWord, weight: str = "") -> str:
    return " | ".join(_format_alternative(terms, weight) for terms in word.alternatives)


def _format_alternative(terms: Alternative, weight: str) -> str:
    formatted = []
    for term in terms:
        label = ("*" if term.is_prefix else "") + weight
        formatted.append(f"'{term.word}':{label}" if label else f"'{term.word}'")
    return formatted[0] if len(formatted) == 1 else f"({' & '.join(formatted)})"
