"""Nothing but a transition writes to the table of tickets."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import serializers
from django.db import transaction

from tests.actions.refusals import nothing_done
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions.transition import WRITABLE, Change, transition
from wagtail_helpdesk.lifecycle import COMMENT, NOTE
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.models.guards import DirectWriteError, unguarded


def save(ticket):
    ticket.subject = "Autre"
    ticket.save()


def save_in_a_loop(ticket):
    # In a thread of its own: a browser of other tests leaves a loop running in this one.
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, ticket.asave()).result()


def copy_of(ticket):
    return Ticket(
        category=ticket.category, service=ticket.service, requester=ticket.requester,
        creator=ticket.creator, subject="Copie",
    )  # fmt: skip


WRITES = {
    "save": save,
    "save_base": lambda t: t.save_base(raw=True),
    "save_update_fields": lambda t: t.save(update_fields=["subject"]),
    "delete": lambda t: t.delete(),
    "update": lambda t: Ticket.objects.filter(pk=t.pk).update(subject="Autre"),
    "update_of_a_related_manager": lambda t: t.requester.helpdesk_tickets.update(subject="Autre"),
    "update_of_the_base_manager": lambda t: Ticket._base_manager.update(subject="Autre"),
    "delete_of_a_queryset": lambda t: Ticket.objects.filter(pk=t.pk).delete(),
    "create": lambda t: Ticket.objects.create(subject="Copie"),
    "insert": lambda t: copy_of(t).save(),
    "bulk_create": lambda t: Ticket.objects.bulk_create([copy_of(t)]),
    "bulk_update": lambda t: Ticket.objects.bulk_update([t], ["subject"]),
    "add_to_a_related_manager": lambda t: t.creator.helpdesk_tickets.add(t),
    "add_one_by_one": lambda t: t.creator.helpdesk_tickets.add(t, bulk=False),
    "clear_a_related_manager": lambda t: t.assignee.helpdesk_in_charge.clear(),
    "create_in_a_related_manager": lambda t: t.requester.helpdesk_tickets.create(subject="Copie"),
    "async_save": save_in_a_loop,
    "get_or_create": lambda t: Ticket.objects.get_or_create(pk=t.pk),
    "update_or_create": lambda t: Ticket.objects.update_or_create(
        pk=t.pk, defaults={"subject": "Autre"}
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_direct_write_to_a_ticket_raises(taken, write):
    known = list(Ticket.objects.values())
    with pytest.raises(DirectWriteError, match="verb"), transaction.atomic():
        write(taken)
    assert list(Ticket.objects.values()) == known


def test_loaders_of_test_data_may_write_within_unguarded(taken):
    with unguarded():
        Ticket.objects.filter(pk=taken.pk).update(subject="Autre")
        copy_of(taken).save()
    assert Ticket.objects.count() == 2
    assert Ticket.objects.get(pk=taken.pk).subject == "Autre"


def test_a_dump_of_tickets_is_restored_as_loaddata_does(taken):
    dumped = serializers.serialize("json", Ticket.objects.all()).replace("Radiateur", "Chauffage")
    for restored in serializers.deserialize("json", dumped):
        restored.save()
    assert Ticket.objects.get().subject.startswith("Chauffage")


def test_the_guard_stands_again_after_an_unguarded_block_that_failed(taken):
    with pytest.raises(ZeroDivisionError), unguarded():
        raise ZeroDivisionError
    with pytest.raises(DirectWriteError):
        taken.save()


@pytest.mark.parametrize(
    "change",
    [
        Change({"guests": [1]}),
        Change({"version": 7}),
        Change({"is_open": True}),
        Change({"number": 7}),
        Change({"assignee_id": 7}),
        Change(facts={"assignee": 7}),
    ],
    ids=str,
)
def test_a_verb_that_writes_an_unknown_field_raises(taken, people, change):
    with nothing_done(taken), pytest.raises(TypeError):
        transition(NOTE, taken, people.karim, change, text="Bonjour.")


def test_a_fact_is_recorded_in_the_event_and_nowhere_else(taken, people):
    event = transition(
        COMMENT, taken, people.karim, Change(facts={"visit_on": "2026-12-01"}), text="À mardi."
    )
    assert event.after == {"visit_on": "2026-12-01"}
    assert event.before == {}


def test_every_field_of_the_ticket_is_writable_or_kept_by_transition_itself():
    kept = {"number", "creator", "version", "created_at", "last_activity_at", "is_open"}
    assert {field.name for field in Ticket._meta.concrete_fields} - WRITABLE == kept


def test_a_verb_writes_after_a_direct_write_was_refused(taken, people):
    with pytest.raises(DirectWriteError):
        taken.delete()
    assert actions.release(taken, by=people.karim).status_after == "free"
