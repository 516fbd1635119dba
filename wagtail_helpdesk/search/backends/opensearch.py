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
from wagtail_helpdesk.search.normalisation import Query, SearchUnavailable

from . import FoundRow, Rows, merge_newest

#: Events the engine proposes at a time; more would make Wagtail keep a cursor open in the engine.
BATCH = 100
#: Batches looked through for one page: somebody who may read little continues on the next.
MOST_BATCHES = 20


class EventDocument(index.Indexed, models.Model):  # type: ignore[misc]
    """A search row as the engine holds it, in a registry of its own.

    The site's ``update_index`` therefore never meets it: it would write every message of the
    helpdesk into each of the site's back ends.
    """

    event_id = models.BigIntegerField(primary_key=True)
    about = models.TextField()
    said = models.TextField()

    search_auto_update = False
    search_fields = [
        index.SearchField("about"),
        index.SearchField("said"),
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
    """An index outside the database. It proposes; the doors decide, in the database, what is seen."""

    def __init__(self, name: str) -> None:
        self.backend = get_search_backend(name)
        if not isinstance(self.backend, ElasticsearchBaseSearchBackend):
            raise ImproperlyConfigured(
                f"SEARCH_BACKEND names {name!r}, which is neither OpenSearch nor Elasticsearch."
            )
        self.index = self.backend.get_index_for_model(EventDocument)

    def newest(
        self, doors: Sequence[Rows], query: Query, before: int | None, length: int
    ) -> FoundRow:
        events: list[int] = []
        for _turn in range(MOST_BATCHES):
            proposed = self.proposed(query, before)
            events += merge_newest([_seen(door, proposed) for door in doors], len(proposed)).events
            if len(events) > length:
                return FoundRow(events[:length], events[length - 1])
            if len(proposed) < BATCH:
                return FoundRow(events, None)
            before = proposed[-1]
        return FoundRow(events, before)

    def proposed(self, query: Query, before: int | None) -> list[int]:
        """Return the next events that answer, newest first, whoever may read them."""
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
            EventDocument(event_id=r.pk, about=r.about, said=r.said) for r in rows if r.said
        ]
        self.index.add_items(EventDocument, documents)

    def remove(self, event: int) -> None:
        self.index.delete_item(EventDocument(event_id=event))

    def empty(self) -> None:
        self.index.reset()
        self.index.add_model(EventDocument)

    def settle(self) -> None:
        self.index.refresh()


def _seen(door: Rows, events: list[int]) -> list[int]:
    return list(door.filter(pk__in=events).values_list("pk", flat=True)) if events else []


def _compiler_of(backend: Any) -> type[Any]:
    """Return the compiler of this version of the engine, speaking of words and beginnings.

    Wagtail's own knows whole words or beginnings, and no question over two fields at once.
    """

    class Compiler(backend.query_compiler_class):  # type: ignore[misc]
        def get_inner_query(self) -> dict[str, Any]:
            terms = list(self.query.terms())
            everywhere = [_one_of([_term(f, *t) for f in ("about", "said")]) for t in terms]
            said = _one_of([_term("said", *term) for term in terms])
            return {"bool": {"must": [*everywhere, said]}}

    return Compiler


def _one_of(conditions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"bool": {"should": conditions, "minimum_should_match": 1}}


def _term(field: str, word: str, begun: bool) -> dict[str, Any]:
    # Rows and questions hold folded words: the engine's own analysis has nothing left to do.
    return {"prefix" if begun else "term": {field: {"value": word}}}
