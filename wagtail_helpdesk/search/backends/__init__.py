"""The back ends of the search, one for each kind of index."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import QuerySet

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import SearchRow
from wagtail_helpdesk.search.normalisation import Query

Rows = QuerySet[SearchRow]


class FoundRow(NamedTuple):
    """The ids of events, newest first. Older ones follow after ``older``; None: there are none."""

    events: list[int]
    older: int | None


class Backend(Protocol):
    """An index of search rows.

    ``sources`` are ordered queries that together give every row that the user may read.
    """

    def newest(
        self, sources: Sequence[Rows], query: Query, before: int | None, length: int
    ) -> FoundRow:
        """Return the newest events that match and are older than ``before``.

        Raises ``QueryTooBroad`` and ``SearchUnavailable``.
        """
        ...

    def add(self, rows: Sequence[SearchRow]) -> None:
        """Add rows that were just written, where the index is not in the database."""
        ...

    def remove(self, event: int) -> None:
        """Remove a deleted event, where the index is not in the database."""
        ...

    def empty(self) -> None:
        """Empty the index before everything is indexed again."""
        ...

    def settle(self) -> None:
        """Optimise the index after everything was indexed again."""
        ...


def get_backend() -> Backend:
    """Return the back end that the setting ``SEARCH_BACKEND`` names."""
    name = helpdesk_settings.SEARCH_BACKEND
    if name == "database":
        return _get_database_backend(connection.vendor)
    return _get_engine(name)


@cache
def _get_engine(name: str) -> Backend:
    from .opensearch import OpenSearchBackend

    # Cached because it holds the connections to the servers.
    return OpenSearchBackend(name)


def _get_database_backend(vendor: str) -> Backend:
    # Imported when chosen: the driver of the other database may not be installed.
    if vendor == "postgresql":
        from .postgresql import PostgreSQLBackend

        return PostgreSQLBackend()
    if vendor == "sqlite":
        from .sqlite import SQLiteBackend

        return SQLiteBackend()
    raise ImproperlyConfigured(f"The helpdesk cannot search in a database of kind {vendor!r}.")


def merge_newest(pages: Sequence[Sequence[Any]], length: int) -> FoundRow:
    """Return the newest events of several lists, each once.

    Each list has one event more than a page if there are more.
    """
    events = sorted({event for page in pages for event in page}, reverse=True)
    shown = events[:length]
    return FoundRow(shown, shown[-1] if len(events) > length else None)
