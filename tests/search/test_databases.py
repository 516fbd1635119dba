"""Each database answers from its index, and PostgreSQL never takes long."""

import pytest
from django.db import connection

from wagtail_helpdesk import actions
from wagtail_helpdesk.markdown import render_message
from wagtail_helpdesk.models import Event, SearchRow
from wagtail_helpdesk.search import QueryTooBroad, SearchFilters, indexing, search
from wagtail_helpdesk.search.backends import get_backend, postgresql
from wagtail_helpdesk.search.normalisation import parse_query
from wagtail_helpdesk.search.results import _build_sources

#: Enough for the planners to prefer an index to reading everything.
EVENTS = 6_000


@pytest.fixture
def tickets_with_many_messages(people, heating):
    """Tickets with thousands of messages, every one with a word of its own and a common one."""
    tickets = [
        actions.open_ticket(heating, by=people.lea, subject=f"Salle {n}", text="Il fait froid.")
        for n in range(20)
    ]
    Event.objects.bulk_create(
        Event(
            ticket=tickets[n % 20],
            action="comment",
            actor=people.lea,
            text=f"commun rare{n} " + "remplissage " * 30,
            html=render_message(f"commun rare{n}"),
        )
        for n in range(EVENTS)
    )
    list(indexing.rebuild_index())


def plan_of(user, question, source=0):
    rows = get_backend().filter_matching(
        _build_sources(user, SearchFilters())[source], parse_query(question)
    )
    return rows.values_list("pk")[:26].explain()


@pytest.mark.postgresql
@pytest.mark.parametrize("reader", ["karim", "lea"])
def test_postgresql_looks_in_the_index_for_a_rare_word(tickets_with_many_messages, people, reader):
    with connection.cursor() as cursor:
        # What autovacuum does with them on a site: entries just written count against the index.
        cursor.execute("SELECT gin_clean_pending_list('hd_search_vector')")
        cursor.execute("ANALYZE")
    assert "hd_search_vector" in plan_of(getattr(people, reader), "rare4711")


@pytest.mark.postgresql
@pytest.mark.parametrize("source", [0, 1])
def test_postgresql_sorts_what_is_ones_own(tickets_with_many_messages, people, source):
    assert "Sort Key: ((wagtail_helpdesk_searchrow.event_id + 0)" in plan_of(
        people.lea, "commun", source
    )


@pytest.mark.postgresql
def test_postgresql_keeps_the_statistics_that_the_index_needs(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstattarget FROM pg_attribute"
            " WHERE attrelid = 'wagtail_helpdesk_searchrow'::regclass AND attname = 'vector'"
        )
        assert cursor.fetchone() == (1000,)


@pytest.mark.postgresql
def test_postgresql_gives_up_in_time(tickets_with_many_messages, people, monkeypatch):
    monkeypatch.setattr(postgresql, "TIME_LIMIT_MS", 1)
    with pytest.raises(QueryTooBroad):
        search(people.karim, "commun remplissage introuvable froid sal")


@pytest.mark.postgresql
def test_the_limit_of_a_search_ends_with_it(people, ticket):
    list(indexing.sweep_unindexed())
    search(people.karim, "radiateur")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.sqlite
def test_sqlite_looks_in_the_index(tickets_with_many_messages, people):
    plan = plan_of(people.karim, "rare4711")
    assert "wagtail_helpdesk_searchindex VIRTUAL TABLE INDEX" in plan
    assert "SCAN wagtail_helpdesk_searchrow" not in plan


@pytest.mark.sqlite
def test_sqlite_forgets_what_was_deleted(people, ticket):
    list(indexing.sweep_unindexed())
    SearchRow.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO wagtail_helpdesk_searchindex (wagtail_helpdesk_searchindex, rank)"
            " VALUES ('integrity-check', 1)"
        )
        cursor.execute(
            "SELECT count(*) FROM wagtail_helpdesk_searchindex"
            " WHERE wagtail_helpdesk_searchindex MATCH 'radiateur'"
        )
        assert cursor.fetchone() == (0,)


def test_both_databases_find_the_same_messages(tickets_with_many_messages, people):
    assert len(search(people.karim, "rare4711").hits) == 1
    assert len(search(people.lea, "commun rare4711").hits) == 1
    results = search(people.lea, "commun", length=50)
    assert len(results.hits) == 50
    assert results.older == results.hits[-1].event.pk
