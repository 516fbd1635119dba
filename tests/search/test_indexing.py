"""Rows are written off the request, caught up by a sweep, and rebuilt by a command."""

import uuid
from io import StringIO

import pytest
from django.core.management import call_command

from wagtail_helpdesk import actions, tasks
from wagtail_helpdesk.models import Event, SearchRow
from wagtail_helpdesk.search import indexing, search


def test_an_action_itself_indexes_nothing(people, ticket, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        actions.comment(ticket, by=people.lea, text="Pompe")
    assert not SearchRow.objects.exists()


def test_the_task_after_an_action_indexes_its_message(people, ticket):
    event = actions.comment(ticket, by=people.lea, text="Pompe")
    tasks.dispatch_event(str(event.batch))
    assert [hit.event.pk for hit in search(people.lea, "pompe").hits] == [event.pk]


def test_the_task_run_twice_changes_nothing(people, ticket):
    event = actions.comment(ticket, by=people.lea, text="Pompe")
    tasks.dispatch_event(str(event.batch))
    tasks.dispatch_event(str(event.batch))
    assert SearchRow.objects.count() == 1
    assert len(search(people.lea, "pompe").hits) == 1


def test_a_form_that_left_nothing_indexes_nothing(db):
    indexing.index_submission(uuid.uuid4())
    assert not SearchRow.objects.exists()


def test_a_schedule_catches_up_with_what_was_missed(people, ticket):
    tasks.index_search()
    assert search(people.lea, "radiateur").hits


def test_indexing_goes_back_to_the_oldest_missing_event(people, ticket, monkeypatch):
    for n in range(5):
        actions.comment(ticket, by=people.lea, text=f"Rappel {n}")
    monkeypatch.setattr(indexing, "STRETCH", 2)
    tasks.index_search()
    assert not indexing.find_unindexed().exists()


def test_a_new_subject_is_what_the_whole_ticket_is_about(find_tickets, people, ticket):
    reply = actions.comment(ticket, by=people.karim, text="La vanne sera remplacée.")
    find_tickets(people.karim, "vanne")
    event = actions.change_subject(ticket, by=people.lea, to="Chaudière en panne")
    indexing.index_submission(event.batch)
    assert [h.event.pk for h in search(people.karim, "chaudière vanne").hits] == [reply.pk]
    assert not search(people.karim, "radiateur vanne").hits


def test_a_transferred_ticket_is_found_by_its_new_service(find_tickets, people, ticket, loans):
    find_tickets(people.karim, "radiateur")
    event = actions.move(ticket, by=people.karim, to=loans, become_guest=False)
    indexing.index_submission(event.batch)
    assert search(people.marion, "bibliothèque").hits


def test_the_sweep_takes_what_was_missed_only(people, ticket):
    missed = Event.objects.count()
    assert sum(indexing.sweep_unindexed()) == missed
    assert sum(indexing.sweep_unindexed()) == 0


def test_the_command_says_how_many(people, ticket):
    out = StringIO()
    call_command("helpdesk_index", stdout=out)
    assert f"{Event.objects.count()} events indexed." in out.getvalue()
    assert search(people.karim, "radiateur").hits


def test_the_command_rebuilds_with_progress(people, ticket, monkeypatch):
    actions.comment(ticket, by=people.lea, text="Pompe")
    monkeypatch.setattr(indexing, "BATCH", 1)
    monkeypatch.setattr("wagtail_helpdesk.management.commands.helpdesk_index.PROGRESS_STEP", 1)
    list(indexing.sweep_unindexed())
    SearchRow.objects.update(body="rien")
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
        list(indexing.sweep_unindexed())
        # Manager or not, the limit, three sources, events, files; here savepoints in place of BEGIN too.
        with django_assert_max_num_queries(10):
            search(user, "pompe")
