"""The back ends of the search, one for each kind of index, and which of them this site uses."""

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
    """The ids of events, newest first, and the one after which older ones may be (None: no more)."""

    events: list[int]
    older: int | None


class Backend(Protocol):
    """What a back end does. ``doors`` are queries that already hold the rule of reading, in order."""

    def newest(
        self, doors: Sequence[Rows], query: Query, before: int | None, length: int
    ) -> FoundRow:
        """Return the newest events that answer, older than ``before``; raises ``TooBroad``, ``Unavailable``."""
        ...

    def add(self, rows: Sequence[SearchRow]) -> None:
        """Take rows that were just written into an index outside their table."""
        ...

    def remove(self, event: int) -> None:
        """Take the words of an event whose row was deleted out of an index outside its table."""
        ...

    def empty(self) -> None:
        """Make ready for everything to be indexed again."""
        ...

    def settle(self) -> None:
        """Put the index in order after everything was."""
        ...


def get_backend() -> Backend:
    """Return the back end that the setting ``SEARCH_BACKEND`` names."""
    name = helpdesk_settings.SEARCH_BACKEND
    return _of_database(connection.vendor) if name == "database" else _of_engine(name)


@cache
def _of_engine(name: str) -> Backend:
    from .opensearch import OpenSearchBackend

    # Kept: it holds the connections to the servers.
    return OpenSearchBackend(name)


def _of_database(vendor: str) -> Backend:
    # Imported when chosen: each knows a database that the site may not have.
    if vendor == "postgresql":
        from .postgresql import PostgreSQLBackend

        return PostgreSQLBackend()
    if vendor == "sqlite":
        from .sqlite import SQLiteBackend

        return SQLiteBackend()
    raise ImproperlyConfigured(f"The helpdesk cannot search in a database of kind {vendor!r}.")


def merge_newest(pages: Sequence[Sequence[Any]], length: int) -> FoundRow:
    """Return the newest events of several lists, each once; one more than a page tells the rest."""
    events = sorted({event for page in pages for event in page}, reverse=True)
    shown = events[:length]
    return FoundRow(shown, shown[-1] if len(events) > length else None)
