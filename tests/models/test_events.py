"""What an event records of its action."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.db import models

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions.locking import serialise_value
from wagtail_helpdesk.models import Event


def test_an_event_records_the_status_before_and_after(ticket, people):
    event = actions.take(ticket, by=people.karim)
    assert (event.status_before, event.status_after) == ("free", "in_progress")
    event = actions.comment(ticket, by=people.lea, text="Merci.")
    assert (event.status_before, event.status_after) == ("in_progress", "in_progress")


def test_the_event_that_opens_a_ticket_has_no_status_before(ticket):
    event = ticket.events.get()
    assert (event.status_before, event.status_after) == ("", "free")


def test_an_event_of_a_verb_called_by_code_has_that_source(ticket):
    assert ticket.events.get().source == "code"


def test_an_event_of_the_system_has_that_source(taken):
    actions.release(taken, by=None)
    assert taken.events.last().source == "system"


def test_an_event_of_an_action_whose_app_is_gone_still_has_a_row(ticket):
    Event.objects.create(ticket=ticket, action="confirm_visit")
    row = ticket.events.last().row
    assert (row.name, str(row.label)) == ("confirm_visit", "confirm_visit")


def test_the_name_of_an_action_has_no_choices_to_migrate():
    assert Event._meta.get_field("action").choices is None


def test_keys_of_events_come_back_as_the_keys_of_users(taken, people):
    actions.invite(taken, by=people.karim, users=[people.thomas])
    event = taken.events.last()
    assert event.value_after("guests") == [people.thomas.pk]
    assert event.value_after("assignee") is None
    event = actions.release(taken, by=people.karim)
    assert event.value_before("assignee") == people.karim.pk


def test_keys_that_are_uuids_are_stored_as_text_and_come_back_as_uuids(ticket, monkeypatch):
    """A user model may have any primary key."""
    key = uuid.uuid4()
    after = {"assignee": serialise_value(key), "guests": serialise_value([key])}
    event = Event.objects.create(ticket=ticket, action="assign", after=after)
    event.refresh_from_db()
    assert event.after == {"assignee": str(key), "guests": [str(key)]}
    monkeypatch.setattr(get_user_model()._meta, "pk", models.UUIDField())
    assert event.value_after("assignee") == key
    assert event.value_after("guests") == [key]


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (datetime.date(2026, 12, 1), "2026-12-01"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("1.5"), "1.5"),
        ((1, 2), [1, 2]),
        (None, None),
        (True, True),
    ],
)
def test_values_are_stored_as_json_knows_them(value, stored):
    assert serialise_value(value) == stored
