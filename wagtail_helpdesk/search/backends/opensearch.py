"""Search in OpenSearch or Elasticsearch, through one of the site's Wagtail search back ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps.registry import Apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from modelsearch.backends.elasticsearchbase import ElasticsearchBaseSearchBackend
from wagtail.search import index
from wagtail.search.backends import get_search_backend

from wagtail_helpdesk.models import SearchRow
from wagtail_helpdesk.search.normalisation import Query, QueryWord, SearchUnavailable

from . import FoundRow, Rows, merge_newest

#: Events read from the engine at a time; for more, Wagtail would keep a cursor open in the engine.
BATCH = 100
#: Batches read for one page. A user who may read little continues on the next page.
MAX_BATCHES = 20


class EventDocument(index.Indexed, models.Model):  # type: ignore[misc]
    """A search row in the engine, in an app registry of its own.

    ``update_index`` must not find it: it would write every message of the helpdesk into each of
    the site's search back ends.
    """

    event_id = models.BigIntegerField(primary_key=True)
    about = models.TextField()
    body = models.TextField()

    search_auto_update = False
    search_fields = [
        index.SearchField("about"),
        index.SearchField("body"),
        index.FilterField("event_id"),
    ]

    class Meta:
        app_label = "wagtail_helpdesk"
        apps = Apps()
        managed = False
        db_table = SearchRow._meta.db_table

    def __str__(self) -> str:
        return str(self.pk)


class OpenSearchBackend:
    """An index outside the database. Its results are filtered in the database by ``sources``."""

    def __init__(self, name: str) -> None:
        self.backend = get_search_backend(name)
        if not isinstance(self.backend, ElasticsearchBaseSearchBackend):
            raise ImproperlyConfigured(
                f"SEARCH_BACKEND names {name!r}, which is neither OpenSearch nor Elasticsearch."
            )
        self.index = self.backend.get_index_for_model(EventDocument)

    def newest(
        self, sources: Sequence[Rows], query: Query, before: int | None, length: int
    ) -> FoundRow:
        events: list[int] = []
        for _turn in range(MAX_BATCHES):
            proposed = self.propose(query, before)
            events += merge_newest(
                [_filter(source, proposed) for source in sources], len(proposed)
            ).events
            if len(events) > length:
                return FoundRow(events[:length], events[length - 1])
            if len(proposed) < BATCH:
                return FoundRow(events, None)
            before = proposed[-1]
        return FoundRow(events, before)

    def propose(self, query: Query, before: int | None) -> list[int]:
        """Return the next events that match, newest first, without any access check."""
        documents = EventDocument.objects.order_by("-event_id")
        if before is not None:
            documents = documents.filter(event_id__lt=before)
        compiler = _compiler_of(self.backend)(documents, query, order_by_relevance=False)
        found = self.backend.results_class(self.backend, compiler)[:BATCH]
        try:
            return [document.pk for document in found]
        except Exception as error:  # each client has exceptions of its own, and no common one
            raise SearchUnavailable from error

    def add(self, rows: Sequence[SearchRow]) -> None:
        if not self.index.exists():
            self.empty()
        documents = [
            EventDocument(event_id=r.pk, about=r.about, body=r.body) for r in rows if r.body
        ]
        self.index.add_items(EventDocument, documents)

    def remove(self, event: int) -> None:
        self.index.delete_item(EventDocument(event_id=event))

    def empty(self) -> None:
        self.index.reset()
        self.index.add_model(EventDocument)

    def settle(self) -> None:
        self.index.refresh()


def _filter(source: Rows, events: list[int]) -> list[int]:
    return list(source.filter(pk__in=events).values_list("pk", flat=True)) if events else []


def _compiler_of(backend: Any) -> type[Any]:
    """Return the engine's query compiler with our queries.

    Wagtail's own compiles whole words or prefixes, and nothing over two fields at once.
    """

    class Compiler(backend.query_compiler_class):  # type: ignore[misc]
        def get_inner_query(self) -> dict[str, Any]:
            words = self.query.words
            everywhere = [_match_word(word, ("about", "body")) for word in words]
            body = _match_any([_match_word(word, ("body",)) for word in words])
            return {"bool": {"must": [*everywhere, body]}}

    return Compiler


def _match_word(word: QueryWord, fields: Sequence[str]) -> dict[str, Any]:
    return _match_any(
        [
            _match_all([_match_any([_match(field, *term) for field in fields]) for term in terms])
            for terms in word.alternatives
        ]
    )


def _match_all(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    return conditions[0] if len(conditions) == 1 else {"bool": {"must": conditions}}


def _match_any(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    if len(conditions) == 1:
        return conditions[0]
    return {"bool": {"should": conditions, "minimum_should_match": 1}}


def _match(field: str, word: str, is_prefix: bool) -> dict[str, Any]:
    # Rows and queries are normalised already: the engine's own analysis changes nothing.
    return {"prefix" if is_prefix else "term": {field: {"value": word}}}
