"""What holds for all verbs alike: whole or not at all, once per form, and cheap."""

import datetime
import uuid
from copy import copy

import pytest
import time_machine
from django.db import connection

from tests.actions.refusals import history, nothing_done, recorded, row
from tests.actions.scenarios import SCENARIOS
from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import ACTIONS
from wagtail_helpdesk.models import Attachment, Event, Guest, Submission, Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.signals import event_recorded

every_verb = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


@pytest.fixture
def no_ticket(world):
    return None


@pytest.fixture
def overdue(ticket, people):
    """Closed so long ago that its requester’s silence counts as consent."""
    with time_machine.travel(datetime.timedelta(days=-30)):
        actions.take_and_close(ticket, by=people.karim)
    return ticket


@pytest.fixture
def duplicate(invited, world):
    """A ticket with a guest, beside another that says the same."""
    world.other = actions.open_ticket(
        world.heating, by=world.emily, subject="Radiateurs", text="Tous froids."
    )
    return invited


@pytest.fixture
def linked(duplicate, world):
    """The ticket, linked to the other."""
    actions.link(duplicate, by=world.karim, to=world.other)
    return duplicate


@pytest.fixture
def asked_twice(taken, world):
    """A ticket in which its requester wrote of something else."""
    world.message = actions.comment(taken, by=world.lea, text="Le néon clignote.").pk
    return taken


@pytest.fixture
def subject(request, scenario, world):
    """The ticket the verb is done to; None where it has still to be opened."""
    return request.getfixturevalue(scenario.on)


def get_ticket(ticket, result):
    """Return the ticket at the end: opening returns a new one."""
    return ticket or result


def everything():
    models = (Ticket, Event, Guest, Attachment, Submission)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_every_verb_has_a_scenario():
    assert {row.name for row in ACTIONS.values() if row.recorded or row.then} <= set(SCENARIOS)


@every_verb
def test_a_verb_records_its_events_in_one_batch(scenario, subject, world):
    before = len(history(subject)) if subject else 0
    ticket = get_ticket(subject, scenario.act(subject, world))
    assert tuple(history(ticket)[before:]) == scenario.leaves
    events = list(ticket.events.order_by("pk"))[before:]
    assert len({event.batch for event in events}) == 1
    recorded_in_batch = Event.objects.filter(batch=events[0].batch).order_by("pk")
    positions = [event.position for event in recorded_in_batch]
    assert positions == list(range(len(scenario.leaves + scenario.elsewhere)))


@every_verb
def test_a_verb_returns_its_last_event(scenario, subject, world):
    result = scenario.act(subject, world)
    if subject:
        assert result == subject.events.order_by("pk").last()
    else:
        assert isinstance(result, Ticket)


@every_verb
def test_a_verb_brings_the_given_instance_up_to_date(scenario, subject, world):
    ticket = get_ticket(subject, scenario.act(subject, world))
    assert row(ticket) == row(Ticket.objects.get(pk=ticket.pk))


@every_verb
def test_the_version_grows_only_with_changes_that_make_shown_pages_untrue(scenario, subject, world):
    before = subject.version if subject else 0
    ticket = get_ticket(subject, scenario.act(subject, world))
    assert ticket.version == before + scenario.grows


@every_verb
def test_a_form_sent_twice_is_performed_once(scenario, subject, world):
    """R-24"""
    submission = uuid.uuid4()
    seen = Ticket.objects.get(pk=subject.pk) if subject else None
    first = scenario.act(subject, world, submission=submission)
    known = everything()
    second = scenario.act(seen, world, submission=submission)
    assert second == first
    assert everything() == known
    if seen:
        assert row(seen) == row(subject)


@every_verb
def test_a_form_sent_again_by_another_person_is_refused_without_naming_the_ticket(
    scenario, subject, world
):
    submission = uuid.uuid4()
    scenario.act(subject, world, submission=submission)
    other = next(t for t in (subject, Ticket.objects.first()) if t)
    with nothing_done(other), pytest.raises(actions.SentBefore) as refusal:
        actions.comment(other, by=world.julien, text="Bonjour.", submission=submission)
    assert refusal.value.ticket is None
    assert str(other.pk) not in str(refusal.value)


@every_verb
def test_a_form_sent_again_for_another_ticket_is_refused(scenario, subject, world):
    submission = uuid.uuid4()
    scenario.act(subject, world, submission=submission)
    other = actions.open_ticket(world.plumbing, by=world.lea, subject="Lavabo", text="Bouché.")
    with nothing_done(other), pytest.raises(actions.SentBefore):
        actions.comment(other, by=world.lea, text="Bonjour.", submission=submission)


class Crash(Exception):
    """The process dies here."""


class Statements(list):
    """The statements sent to the database, those that only frame transactions left out.

    With a number, the process dies before the statement of that number, counted from zero.
    """

    def __init__(self, dies_before=None):
        super().__init__()
        self.dies_before = dies_before

    def __call__(self, execute, sql, *arguments):
        if sql.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}:
            if len(self) == self.dies_before:
                raise Crash
            self.append(sql)
        return execute(sql, *arguments)


@every_verb
def test_a_crash_between_any_two_statements_of_a_verb_leaves_no_change(scenario, subject, world):
    """D-23"""
    known, shown = everything(), row(subject) if subject else None
    for number in range(100):
        try:
            with connection.execute_wrapper(Statements(dies_before=number)):
                scenario.act(subject, world)
        except Crash:
            assert everything() == known
            assert subject is None or row(subject) == shown
        else:
            break
    assert number >= 3
    assert everything() != known


@every_verb
def test_the_signal_is_sent_after_commit_and_once_per_event(
    scenario, subject, world, django_capture_on_commit_callbacks
):
    heard = []

    def listen(sender, event, **kwargs):
        heard.append(event.action)

    event_recorded.connect(listen)
    try:
        with django_capture_on_commit_callbacks() as callbacks:
            scenario.act(subject, world)
        assert heard == []
        for callback in callbacks:
            callback()
    finally:
        event_recorded.disconnect(listen)
    assert sorted(heard) == sorted(scenario.leaves + scenario.elsewhere)


@every_verb
def test_a_failing_receiver_of_the_signal_does_not_break_the_verb(
    scenario, subject, world, django_capture_on_commit_callbacks, caplog
):
    def break_down(sender, event, **kwargs):
        raise RuntimeError("queue down")

    event_recorded.connect(break_down)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            ticket = get_ticket(subject, scenario.act(subject, world))
    finally:
        event_recorded.disconnect(break_down)
    assert history(ticket)[-1] == scenario.leaves[-1]
    assert "queue down" in caplog.text


@every_verb
def test_a_deactivated_person_may_perform_no_verb(scenario, subject, world):
    for person in (world.karim, world.sophie, world.lea):
        type(person).objects.filter(pk=person.pk).update(is_active=False)
        person.is_active = False
    if scenario.on == "overdue":
        scenario.act(subject, world)
        assert subject.status == "expired"
        return
    if scenario.leaves == ("receive_merged",):
        # A step that nobody performs.
        return
    known = everything()
    with pytest.raises(actions.NotYours):
        scenario.act(subject, world)
    assert everything() == known


@every_verb
def test_a_verb_needs_no_more_statements_than_recorded(scenario, subject, world):
    statements = Statements()
    fresh = Ticket.objects.get(pk=subject.pk) if subject else None
    with connection.execute_wrapper(statements):
        scenario.act(fresh, world, submission=uuid.uuid4())
    assert len(statements) <= scenario.statements, "\n".join(statements)


def test_a_refused_compound_verb_leaves_no_change(ticket, people):
    known = recorded(ticket)
    with pytest.raises(actions.NotPossible):
        actions.take_and_ask(ticket, by=people.karim, text="")
    assert recorded(ticket) == known
    assert ticket.status == "free"


def test_without_row_locks_the_version_keeps_two_actions_apart(ticket, people, monkeypatch):
    """SQLite without IMMEDIATE: another person takes the ticket after the row was read."""
    stale = Ticket.objects.get(pk=ticket.pk)
    actions.take(ticket, by=people.karim)
    shown = Ticket.objects.get(pk=ticket.pk)
    with unguarded():
        Ticket.objects.filter(pk=stale.pk).update(version=shown.version + 1)
    monkeypatch.setattr(
        "wagtail_helpdesk.actions.transition.get_locked", lambda rows, pk: copy(shown)
    )
    with nothing_done(shown), pytest.raises(actions.NotNow):
        actions.release(shown, by=people.karim)


@pytest.mark.parametrize("error", [actions.NotYours(), actions.NotNow(None)])
def test_a_refusal_has_a_message_for_people(error):
    assert str(error).endswith(".")
