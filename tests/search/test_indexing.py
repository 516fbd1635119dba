"""Rows are written off the request, caught up by a sweep, and rebuilt by a command."""

from io import StringIO

import pytest
from django.core.management import call_command
from django_q.models import OrmQ

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event, SearchRow
from wagtail_helpdesk.search import indexing, search


def test_an_act_queues_its_event_and_indexes_nothing(
    people, ticket, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        event = actions.comment(ticket, by=people.lea, text="Pompe")
    tasks = [task.task for task in OrmQ.objects.all()]
    assert any("index" in t["func"] and t["args"] == (event.pk,) for t in tasks)
    assert not SearchRow.objects.exists()


def test_indexing_one_event_makes_it_findable(people, ticket):
    event = actions.comment(ticket, by=people.lea, text="Pompe")
    indexing.index_event(event.pk)
    assert [hit.event.pk for hit in search(people.lea, "pompe").hits] == [event.pk]


def test_indexing_twice_changes_nothing(people, ticket):
    event = actions.comment(ticket, by=people.lea, text="Pompe")
    indexing.index_event(event.pk)
    indexing.index_event(event.pk)
    assert SearchRow.objects.count() == 1
    assert len(search(people.lea, "pompe").hits) == 1


def test_indexing_an_event_that_is_gone_does_nothing(db):
    indexing.index_event(404)
    assert not SearchRow.objects.exists()


def test_a_new_subject_is_what_the_whole_ticket_is_about(find, people, ticket):
    reply = actions.comment(ticket, by=people.karim, text="La vanne sera remplacée.")
    find(people.karim, "vanne")
    event = actions.change_subject(ticket, by=people.lea, to="Chaudière en panne")
    indexing.index_event(event.pk)
    assert [h.event.pk for h in search(people.karim, "chaudière vanne").hits] == [reply.pk]
    assert not search(people.karim, "radiateur vanne").hits


def test_a_transferred_ticket_is_found_by_its_new_service(find, people, ticket, loans):
    find(people.karim, "radiateur")
    event = actions.move(ticket, by=people.karim, to=loans, become_guest=False)
    indexing.index_event(event.pk)
    assert search(people.marion, "bibliothèque").hits


def test_the_sweep_takes_what_was_missed_only(people, ticket):
    missed = Event.objects.count()
    assert sum(indexing.sweep()) == missed
    assert sum(indexing.sweep()) == 0


def test_the_command_says_how_many(people, ticket):
    out = StringIO()
    call_command("helpdesk_index", stdout=out)
    assert f"{Event.objects.count()} events indexed." in out.getvalue()
    assert search(people.karim, "radiateur").hits


def test_the_command_rebuilds_with_progress(people, ticket, monkeypatch):
    actions.comment(ticket, by=people.lea, text="Pompe")
    monkeypatch.setattr(indexing, "BATCH", 1)
    monkeypatch.setattr("wagtail_helpdesk.management.commands.helpdesk_index.EVERY", 1)
    list(indexing.sweep())
    SearchRow.objects.update(said="rien")
    out = StringIO()
    call_command("helpdesk_index", rebuild=True, stdout=out)
    assert "1 of 2 events indexed\n2 of 2 events indexed\n" in out.getvalue()
    assert search(people.karim, "pompe").hits
    assert not search(people.karim, "rien").hits


def test_a_dry_run_writes_nothing(people, ticket):
    out = StringIO()
    call_command("helpdesk_index", dry_run=True, stdout=out)
    assert f"{Event.objects.count()} events to index." in out.getvalue()
    assert not SearchRow.objects.exists()


@pytest.mark.parametrize("reader", ["karim", "lea", "victor"])
def test_statements_do_not_grow_with_what_is_found(
    people, ticket, reader, django_assert_max_num_queries
):
    user = getattr(people, reader)
    for size in (2, 20):
        for number in range(size):
            actions.comment(ticket, by=people.lea, text=f"Pompe {number}")
        list(indexing.sweep())
        # Manager or not, the limit, two doors, events, files; here savepoints in place of BEGIN too.
        with django_assert_max_num_queries(9):
            search(user, "pompe")
