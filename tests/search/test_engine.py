"""OpenSearch and Elasticsearch propose, through Wagtail's back ends; the database disposes."""

import os
import time
from types import SimpleNamespace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.search import SearchFilters, SearchUnavailable, backends, indexing, search
from wagtail_helpdesk.search.backends import opensearch

KINDS = ["opensearch3", "elasticsearch9"]


class Server:
    """Answers as an engine in which every document matches, and remembers what it was asked."""

    def __init__(self):
        self.documents, self.asked = set(), []
        self.indices = SimpleNamespace(
            exists=lambda *a, **k: True,
            create=lambda *a, **k: self.documents.clear(),
            delete=lambda *a, **k: self.documents.clear(),
            put_mapping=lambda **k: None,
            refresh=lambda **k: None,
        )
        self.delete = lambda index, id: self.documents.discard(int(id))

    def search(self, body=None, **request):
        body = body or request
        self.asked.append(body)
        before = min(self._limits(body), default=2**63)
        keys = sorted((key for key in self.documents if key < before), reverse=True)
        hits = [{"fields": {"pk": [str(key)]}, "_score": None} for key in keys]
        return {"hits": {"hits": hits[: request["size"]]}}

    @staticmethod
    def _limits(body):
        filters = body["query"]["bool"]["filter"]
        filters = filters if isinstance(filters, list) else [filters]
        return [f["range"]["event_id_filter"]["lt"] for f in filters if "range" in f]


@pytest.fixture(params=KINDS)
def server(request, settings, monkeypatch):
    """A site that searches in an engine."""
    configure(settings, f"wagtail.search.backends.{request.param}", "http://127.0.0.1:9")
    server, backend = Server(), backends.get_backend()
    backend.backend.es = backend.index.es = server
    monkeypatch.setattr(
        type(backend.backend),
        "bulk",
        lambda self, es, acts, **kw: es.documents.update(int(a["_id"]) for a in acts),
    )
    return server


@pytest.fixture(autouse=True)
def _fresh():
    yield
    backends._get_engine.cache_clear()


def configure(settings, path, url):
    settings.WAGTAILSEARCH_BACKENDS = {
        "default": {"BACKEND": "wagtail.search.backends.database"},
        "helpdesk": {"BACKEND": path, "URLS": [url], "INDEX_PREFIX": "helpdesk_test_"},
    }
    settings.WAGTAIL_HELPDESK = {"SEARCH_BACKEND": "helpdesk"}
    backends._get_engine.cache_clear()


def test_the_request_asks_for_all_words_newest_first(server, people, find_tickets, ticket):
    find_tickets(people.karim, "clé vann", before=10_000)
    (body,) = server.asked

    def either(kind, word):
        fields = [{kind: {field: {"value": word}}} for field in ("about", "body")]
        return {"bool": {"should": fields, "minimum_should_match": 1}}

    assert body["query"]["bool"]["must"]["bool"]["must"] == [
        either("term", "cle"),
        either("prefix", "vann"),
        {
            "bool": {
                "should": [
                    {"term": {"body": {"value": "cle"}}},
                    {"prefix": {"body": {"value": "vann"}}},
                ],
                "minimum_should_match": 1,
            }
        },
    ]
    assert {"range": {"event_id_filter": {"lt": 10_000}}} in body["query"]["bool"]["filter"]
    assert body["sort"] == [{"event_id_filter": "desc"}]


def test_what_the_engine_proposes_is_seen_by_its_readers_only(server, people, find_tickets, ticket):
    actions.note(ticket, by=people.karim, text="Une note interne")
    assert len(find_tickets(people.karim, "mot")) == 2
    assert len(find_tickets(people.lea, "mot")) == 1
    for stranger in (people.victor, people.gilles, people.marion):
        assert find_tickets(stranger, "mot") == []


def test_hits_that_the_user_may_not_see_are_skipped(server, people, ticket, monkeypatch):
    for number in range(7):
        actions.note(ticket, by=people.karim, text=f"Note {number}")
    list(indexing.sweep_unindexed())
    monkeypatch.setattr(opensearch, "BATCH", 3)
    assert [h.event.action for h in search(people.lea, "mot").hits] == ["open_ticket"]
    assert len(server.asked) == 3


def test_who_may_see_little_goes_on_after_some_batches(server, people, ticket, monkeypatch):
    for number in range(7):
        actions.note(ticket, by=people.karim, text=f"Note {number}")
    list(indexing.sweep_unindexed())
    monkeypatch.setattr(opensearch, "BATCH", 3)
    monkeypatch.setattr(opensearch, "MAX_BATCHES", 1)
    before, pages, seen = None, 0, []
    while pages == 0 or before is not None:
        results = search(people.lea, "mot", SearchFilters(before=before))
        seen += [hit.event.action for hit in results.hits]
        before, pages = results.older, pages + 1
    assert (seen, pages) == (["open_ticket"], 3)


def test_pages_follow_each_other(server, people, ticket):
    for number in range(6):
        actions.comment(ticket, by=people.lea, text=f"Relevé {number}")
    list(indexing.sweep_unindexed())
    first = search(people.karim, "mot", length=4)
    second = search(people.karim, "mot", SearchFilters(before=first.older), length=4)
    seen = [hit.event.pk for hit in [*first.hits, *second.hits]]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) == 7
    assert second.older is None


def test_what_the_engine_refused_is_offered_again(server, people, ticket, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionError

    with monkeypatch.context() as broken:
        broken.setattr(type(backends.get_backend().backend), "bulk", refuse)
        with pytest.raises(ConnectionError):
            list(indexing.sweep_unindexed())
    assert sum(indexing.sweep_unindexed()) == 1
    assert len(server.documents) == 1


def test_an_engine_that_is_away_is_said_to_be(server, people, ticket, monkeypatch):
    def fail(**kwargs):
        raise ConnectionError

    monkeypatch.setattr(server, "search", fail)
    with pytest.raises(SearchUnavailable):
        search(people.lea, "radiateur")


@pytest.mark.django_db(transaction=True)
def test_what_is_erased_leaves_the_engine(server, people, ticket):
    actions.comment(ticket, by=people.lea, text="Mon mot de passe est azerty.")
    list(indexing.sweep_unindexed())
    assert len(server.documents) == 2
    ticket.events.last().delete()
    assert len(server.documents) == 1


@pytest.mark.django_db(transaction=True)
def test_an_engine_that_is_away_stops_no_erasing(server, people, ticket, caplog):
    list(indexing.sweep_unindexed())
    server.delete = None
    with unguarded():
        ticket.delete()
    assert not Event.objects.exists()
    assert "forget" in caplog.text


def test_rebuilding_empties_the_index_first(server, people, ticket):
    server.documents.add(999_999)
    call_command("helpdesk_index", rebuild=True, verbosity=0)
    assert 999_999 not in server.documents
    assert len(server.documents) == 1


def test_the_index_of_the_site_never_meets_the_helpdesk(server, people, ticket):
    from wagtail.search.index import get_indexed_models

    assert not [m for m in get_indexed_models() if m._meta.app_label == "wagtail_helpdesk"]


def test_another_kind_of_back_end_is_refused(settings, people, ticket):
    configure(settings, "wagtail.search.backends.database", "")
    with pytest.raises(ImproperlyConfigured, match="neither OpenSearch nor Elasticsearch"):
        search(people.lea, "radiateur")


if url := os.environ.get("HELPDESK_TEST_SEARCH_URL"):
    KIND = os.environ.get("HELPDESK_TEST_SEARCH_BACKEND", "wagtail.search.backends.opensearch3")

    def test_a_real_engine_answers_as_the_database_does(settings, people, ticket):
        configure(settings, KIND, url)
        reply = actions.comment(ticket, by=people.karim, text="La vanne sera remplacée, réunion.")
        actions.note(ticket, by=people.karim, text="La vanne coûte cher.")
        call_command("helpdesk_index", rebuild=True, verbosity=0)
        time.sleep(1)
        assert [h.event.pk for h in search(people.lea, "radiateur van").hits] == [reply.pk]
        assert len(search(people.karim, "vanne").hits) == 2
        assert len(search(people.lea, "REUNION").hits) == 1
        assert not search(people.victor, "vanne").hits
