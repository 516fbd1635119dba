"""What the database refuses, including rows not written by the verbs."""

import datetime
import uuid

import pytest
from django.db import DataError, IntegrityError, transaction
from django.utils import timezone

from wagtail_helpdesk.models import (
    Absence,
    Alias,
    Category,
    CategoryMember,
    Event,
    Guest,
    HelpdeskPreferences,
    Monitoring,
    Notification,
    OutgoingMail,
    PermanentGuest,
    ReportPreference,
    Service,
    ServiceManager,
    Subscription,
    Ticket,
)
from wagtail_helpdesk.models.guards import unguarded

NOW = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)


def refuses(write, *arguments, **values):
    """Demand that the database refuses to write this."""
    with unguarded(), pytest.raises((IntegrityError, DataError)), transaction.atomic():
        write(*arguments, **values)


def twice(model, **values):
    """Demand that a row exists once only."""
    model.objects.create(**values)
    refuses(model.objects.bulk_create, [model(**values)])


@pytest.mark.parametrize(
    "values",
    [
        {"status": "in_progress"},
        {"status": "incomplete"},
        {"status": "postponed"},
        {"status": "unheard_of"},
        {"status": "closed"},
        {"status": "approved"},
        {"closed_at": NOW},
        {"awaiting_since": NOW},
        {"resume_on": NOW.date()},
        {"priority": 0},
        {"priority": 6},
        {"visibility": "secret"},
        {"subject": ""},
    ],
)
def test_a_free_ticket_is_nothing_else_as_well(ticket, values):
    """D-02, D-03"""
    refuses(Ticket.objects.filter(pk=ticket.pk).update, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"status": "free"},
        {"assignee": None},
        {"status": "cancelled"},
        {"resume_on": NOW.date()},
        {"closed_at": NOW},
    ],
)
def test_a_ticket_in_hand_has_a_manager_in_charge(taken, values):
    """D-03"""
    refuses(Ticket.objects.filter(pk=taken.pk).update, **values)


@pytest.mark.parametrize(
    "values", [{"awaiting_since": None}, {"closed_at": None}, {"status": "free"}]
)
def test_a_closed_ticket_waits_for_approval(closed, values):
    """D-02"""
    refuses(Ticket.objects.filter(pk=closed.pk).update, **values)


def test_an_approved_ticket_waits_for_nothing(approved):
    refuses(Ticket.objects.filter(pk=approved.pk).update, awaiting_since=NOW)


def test_an_ended_ticket_keeps_its_manager_or_not(approved):
    with unguarded():
        Ticket.objects.filter(pk=approved.pk).update(assignee=None)


def test_whether_a_ticket_is_open_follows_its_status(ticket, closed):
    assert Ticket.objects.get(pk=closed.pk).is_open is False
    with unguarded():
        Ticket.objects.filter(pk=closed.pk).update(
            status="in_progress", closed_at=None, awaiting_since=None
        )
    assert Ticket.objects.get(pk=closed.pk).is_open is True


def test_a_number_is_given_once(ticket, people):
    """D-05"""
    refuses(
        Ticket.objects.bulk_create,
        [
            Ticket(
                number=ticket.number,
                category=ticket.category,
                service=ticket.service,
                requester=people.lea,
                creator=people.lea,
                subject="Encore",
            )
        ],
    )


def test_a_person_is_on_a_list_once(ticket, general, people):
    """D-04"""
    twice(Guest, ticket=ticket, user=people.thomas)
    twice(PermanentGuest, service=general, user=people.ines)
    twice(Subscription, ticket=ticket, user=people.lea)
    twice(ServiceManager, service=general, user=people.nadia)
    manager = ServiceManager.objects.get(service=general, user=people.nadia)
    twice(CategoryMember, category=ticket.category, manager=manager)


def test_a_form_leaves_each_of_its_events_once(ticket, people):
    """D-06"""
    twice(Event, ticket=ticket, action="comment", actor=people.lea, batch=uuid.uuid4())


def test_an_audience_is_one_of_three(ticket):
    refuses(Event.objects.filter(ticket=ticket).update, audience="press")


def test_an_event_is_never_saved_again(ticket):
    event = ticket.events.get()
    with pytest.raises(TypeError):
        event.save()


@pytest.mark.parametrize("name", ["DSI", "dsi", "Dsi"])
def test_the_name_of_a_service_is_its_own_whatever_the_case(dsi, name):
    """D-08"""
    refuses(Service.objects.bulk_create, [Service(name=name)])


def test_the_name_of_a_category_is_its_own_beside_its_sisters(dsi, general):
    """D-08"""
    network = dsi.categories.get(name="Réseau")
    refuses(Category.objects.bulk_create, [Category(service=dsi, name="RéSEAU")])
    wifi = Category.objects.create(service=dsi, parent=network, name="Wifi")
    refuses(Category.objects.bulk_create, [Category(service=dsi, parent=network, name="WIFI")])
    Category.objects.create(service=dsi, parent=wifi, name="Wifi")
    Category.objects.create(service=dsi, name="Wifi")
    Category.objects.create(service=general, name="Wifi")


def test_a_category_is_not_its_own_parent(heating):
    refuses(Category.objects.filter(pk=heating.pk).update, parent=heating)


def test_an_alias_leads_to_one_thing(general, heating):
    refuses(Alias.objects.create, name="Rien")
    refuses(Alias.objects.create, name="Deux", to_service=general, to_category=heating)
    refuses(Alias.objects.create, name="Où", parent=heating, to_service=general)
    Alias.objects.create(name="Chaleur", to_category=heating)


def test_an_absence_ends_after_it_starts_and_is_replaced_by_another(people):
    first, last = datetime.date(2026, 3, 2), datetime.date(2026, 3, 6)
    refuses(Absence.objects.create, user=people.karim, starts_on=last, ends_on=first)
    refuses(
        Absence.objects.create,
        user=people.karim,
        starts_on=first,
        ends_on=last,
        replacement=people.karim,
    )
    Absence.objects.create(user=people.karim, starts_on=first, ends_on=first)


@pytest.mark.parametrize(
    "levels",
    [
        ("always", "creation", "always"),
        ("never", "always", "creation"),
        ("creation", "never", "always"),
        ("loud", "always", "always"),
    ],
)
def test_monitoring_grows_from_left_to_right(general, people, levels):
    """D-10"""
    words = dict(zip(("any_ticket", "member", "in_charge"), levels, strict=True))
    refuses(Monitoring.objects.create, user=people.karim, service=general, **words)


@pytest.mark.parametrize(
    "hours",
    [
        {"first_hour": 24},
        {"first_hour": 8, "second_hour": 24},
        {"first_hour": 8, "second_hour": 8},
    ],
)
def test_hours_of_reports_are_hours_and_differ(general, people, hours):
    """D-10"""
    refuses(ReportPreference.objects.create, user=people.karim, service=general, **hours)


@pytest.mark.parametrize("hours", [(20, None), (None, 7), (20, 24), (7, 7)])
def test_quiet_hours_are_two_hours_that_differ_or_none(people, hours):
    first, last = hours
    refuses(
        HelpdeskPreferences.objects.create,
        user=people.karim,
        quiet_from=first,
        quiet_until=last,
    )


def test_a_choice_is_made_once_for_a_service(general, people):
    levels = {"any_ticket": "never", "member": "never", "in_charge": "always"}
    twice(Monitoring, user=people.karim, service=general, **levels)
    twice(ReportPreference, user=people.karim, service=general)


def test_a_mail_has_one_message_id_and_one_slot(people):
    """D-07"""
    twice(OutgoingMail, user=people.lea, message_id="<a@example.org>")
    slot = {"user": people.karim, "kind": "report", "slot": timezone.now()}
    OutgoingMail.objects.create(message_id="<b@example.org>", **slot)
    refuses(OutgoingMail.objects.create, message_id="<c@example.org>", **slot)


@pytest.mark.parametrize(
    "state",
    [
        {"state": "sending"},
        {"state": "sent"},
        {"state": "dead"},
        {"state": "uncertain"},
        {"lease_until": NOW},
        {"failed_at": NOW},
        {"ambiguous": 3},
    ],
)
def test_the_state_of_a_mail_is_consistent(people, state):
    mail = OutgoingMail.objects.create(user=people.lea, message_id="<a@example.org>")
    refuses(OutgoingMail.objects.filter(pk=mail.pk).update, **state)


def test_a_recipient_has_at_most_one_notification_of_an_event(ticket, people):
    """D-07"""
    twice(Notification, event=ticket.events.get(), user=people.lea, reason="requester")
    twice(Notification, event=ticket.events.get(), email="team@example.org", reason="mailbox")
