"""What the back ends of both databases share."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from django.db import connection

from wagtail_helpdesk.models import SearchRow
from wagtail_helpdesk.search.normalisation import Query

from . import FoundRow, Rows, merge_newest


class DatabaseBackend:
    """An index in the database, which triggers or generated columns keep up to date."""

    def filter_matching(self, rows: Rows, query: Query) -> Rows:
        """Narrow to the rows that match a query."""
        raise NotImplementedError

    def limited(self) -> AbstractContextManager[None]:
        """Return a context in which a search is cancelled when it takes too long."""
        return nullcontext()

    def newest(
        self, sources: Sequence[Rows], query: Query, before: int | None, length: int
    ) -> FoundRow:
        with self.limited():
            return merge_newest(
                [self._read(source, query, before, length) for source in sources], length
            )

    def _read(self, source: Rows, query: Query, before: int | None, length: int) -> list[int]:
        rows = self.filter_matching(source, query)
        if before is not None:
            rows = rows.filter(pk__lt=before)
        # By time and not by relevance: a rank would have to be computed for every row that matches.
        return list(rows.values_list("pk", flat=True)[: length + 1])

    def add(self, rows: Sequence[SearchRow]) -> None:
        pass

    def remove(self, event: int) -> None:
        pass

    def empty(self) -> None:
        pass

    def settle(self) -> None:
        pass


def execute(statement: str) -> None:
    """Run a statement that has no parameters."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
