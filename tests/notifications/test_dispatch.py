"""From events to notices: every listener once, with their reason, in one mail."""

import datetime
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Algorithm
from wagtail_helpdesk.models import (
    Absence,
    CategoryMember,
    Event,
    Guest,
    HelpdeskPreferences,
    Monitoring,
    Notification,
    OutgoingMail,
    PermanentGuest,
    ServiceManager,
)
from wagtail_helpdesk.notifications.dispatch import (
    BULK_SIZE,
    FLOOD_SIZE,
    dispatch_event,
    dispatch_waiting_events,
)


def monitor(user, service, any_ticket, member, in_charge):
    Monitoring.objects.update_or_create(
        user=user,
        service=service,
        defaults={"any_ticket": any_ticket, "member": member, "in_charge": in_charge},
    )


def test_a_new_ticket_is_told_to_the_managers_of_the_service(ticket, recipients):
    assert recipients("open_ticket") == {
        "karim": "member",
        "sophie": "member",
        "julien": "member",
        "hugo": "member",
    }


def test_named_members_narrow_the_default(general, heating, people, recipients):
    karim = ServiceManager.objects.get(service=general, user=people.karim)
    CategoryMember.objects.create(category=heating, manager=karim)
    heating.members_from = heating
    heating.save()
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    assert recipients() == {"karim": "member"}


def test_a_released_ticket_is_told_to_all_the_other_managers(
    taken, people, general, recipients, forget_notifications
):
    karim = ServiceManager.objects.get(service=general, user=people.karim)
    CategoryMember.objects.create(category=taken.category, manager=karim)
    taken.category.members_from = taken.category
    taken.category.save()
    forget_notifications()
    actions.release(taken, by=people.karim)
    assert recipients() == {
        "lea": "requester",
        "sophie": "manager",
        "julien": "manager",
        "hugo": "manager",
    }


def test_the_one_in_charge_hears_of_what_others_do(taken, people, recipients, forget_notifications):
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


def test_a_form_makes_one_mail_with_the_strongest_reason(heating, people, general, recipients):
    heating.algorithm = Algorithm.FIRST
    heating.save()
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    recipients()
    reasons = Notification.objects.filter(user=ticket.assignee).values_list(
        "event__action", "reason"
    )
    assert set(reasons) == {("open_ticket", "in_charge"), ("assign", "in_charge")} or set(
        reasons
    ) == {("open_ticket", "member"), ("assign", "in_charge")}
    assert OutgoingMail.objects.filter(user=ticket.assignee).count() == 1


def test_permanent_guests_hear_of_the_creation_and_get_no_invitation(
    general, heating, people, recipients
):
    PermanentGuest.objects.create(service=general, user=people.ines)
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    assert recipients("open_ticket")["ines"] == "permanent_guest"
    assert not Notification.objects.filter(asked=True).exists()
    assert OutgoingMail.objects.filter(user=people.ines).count() == 1


def test_what_the_application_does_for_a_form_is_not_told_to_its_author(
    heating, people, general, recipients
):
    PermanentGuest.objects.create(service=general, user=people.marion)
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    assert "lea" not in recipients("invite")


def test_a_manager_deprived_by_a_move_hears_of_it(
    taken, network, people, recipients, forget_notifications
):
    forget_notifications()
    actions.move(taken, by=people.sophie, to=network)
    assert recipients("move") == {
        "lea": "requester",
        "karim": "was_in_charge",
        "nadia": "member",
        "julien": "member",
    }


def test_the_state_before_a_move_is_that_of_the_moment(
    taken, network, people, recipients, forget_notifications
):
    """Announced late, after the ticket went on, the move still knows who had it."""
    forget_notifications()
    actions.move(taken, by=people.sophie, to=network)
    actions.take(taken, by=people.nadia)
    actions.change_requester(taken, by=people.nadia, to=people.thomas)
    assert recipients("move")["karim"] == "was_in_charge"
    assert recipients("move")["lea"] == "requester"
    assert recipients("change_requester")["lea"] == "was_requester"


def test_whoever_hears_nothing_for_a_reason_of_their_own_is_recorded(
    ticket, people, recipients, forget_notifications
):
    Guest.objects.bulk_create(
        Guest(ticket=ticket, user=user)
        for user in (people.marcel, people.yvette, people.ines, people.thomas)
    )
    HelpdeskPreferences.objects.create(user=people.ines, alerts_as_guest=False)
    actions.mute(ticket, by=people.thomas)
    forget_notifications()
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    assert recipients() == {
        "marcel": "no_email",
        "yvette": "inactive",
        "ines": "switched_off",
        "thomas": "muted",
    }


@pytest.mark.parametrize("address", ["nobody", "a b@c@d", "é@example.org", "a@b.fr\r\nBcc: x@y.fr"])
def test_r21_an_address_that_is_none_is_recorded(
    ticket, people, recipients, forget_notifications, address
):
    people.lea.email = address
    people.lea.save()
    forget_notifications()
    actions.take(ticket, by=people.karim)
    assert recipients()["lea"] == "bad_email"


def test_r20_an_address_of_spaces_is_none(ticket, people, recipients, forget_notifications):
    people.lea.email = "  "
    people.lea.save()
    forget_notifications()
    actions.take(ticket, by=people.karim)
    assert recipients()["lea"] == "no_email"


def test_the_extra_address_hears_of_arrivals_only(general, heating, people, recipients):
    general.alert_address = "chauffage@arvelle.example"
    general.save()
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    assert recipients("open_ticket")["chauffage@arvelle.example"] == "mailbox"
    actions.note(ticket, by=people.karim, text="Encore lui.")
    assert "chauffage@arvelle.example" not in recipients("note")


def test_is_done_once(ticket):
    batch = Event.objects.get().batch
    assert dispatch_event(batch) == 4
    assert dispatch_event(batch) == 0
    assert Notification.objects.count() == 4


def test_what_a_newer_version_wrote_keeps_waiting_and_stops_nobody_r34(ticket, people):
    unknown = Event.objects.create(ticket=ticket, action="teleport", actor=people.lea)
    actions.comment(ticket, by=people.lea, text="Allô ?")
    Event.objects.filter(action="comment").update(before={"unheard": 1})
    dispatch_waiting_events()
    assert list(Event.objects.not_dispatched()) == [unknown]


def test_without_delay_a_mail_is_due_at_once(ticket, recipients):
    recipients()
    assert not OutgoingMail.objects.filter(next_at__gt=timezone.now()).exists()


class TestDelay:
    @pytest.fixture(autouse=True)
    def five_minutes(self, settings):
        settings.WAGTAIL_HELPDESK = {"ALERT_DELAY": 300}

    def test_acts_travel_together(self, taken, people, recipients, forget_notifications):
        forget_notifications()
        actions.comment(taken, by=people.lea, text="Un.")
        recipients()
        first = OutgoingMail.objects.get()
        assert first.next_at > timezone.now() + datetime.timedelta(minutes=4)
        actions.comment(taken, by=people.lea, text="Deux.")
        recipients()
        assert OutgoingMail.objects.get().next_at == first.next_at
        assert Notification.objects.filter(mail=first).count() == 2

    def test_a_question_does_not_wait_and_takes_along_what_waits(
        self, taken, people, recipients, forget_notifications
    ):
        forget_notifications()
        actions.comment(taken, by=people.karim, text="Je regarde.")
        recipients()
        actions.close(taken, by=people.karim)
        recipients()
        (mail,) = OutgoingMail.objects.filter(user=people.lea)
        assert mail.next_at <= timezone.now()
        assert mail.notifications.count() == 2


def test_r39_a_flood_is_sent_in_few_mails_and_loses_nothing(taken, people, forget_notifications):
    forget_notifications()
    for number in range(FLOOD_SIZE + 10):
        actions.comment(taken, by=people.lea, text=f"Allô {number} ?")
        dispatch_waiting_events()
        OutgoingMail.objects.filter(next_at__lte=timezone.now()).update(sealed=True)
    assert OutgoingMail.objects.filter(user=people.karim).count() == FLOOD_SIZE + 1
    assert (
        Notification.objects.filter(user=people.karim, mail__isnull=False).count()
        == FLOOD_SIZE + 10
    )


def crowd(ticket, people, size):
    """Invite many people to a ticket."""
    model = type(people.lea)
    users = model.objects.bulk_create(
        model(username=f"guest{n}", email=f"guest{n}@arvelle.example") for n in range(size)
    )
    Guest.objects.bulk_create(Guest(ticket=ticket, user=user) for user in users)


def test_many_at_once_are_a_bulk_which_fresh_alerts_overtake(ticket, people, forget_notifications):
    crowd(ticket, people, BULK_SIZE + 1)
    forget_notifications()
    actions.comment(ticket, by=people.lea, text="À tous.")
    dispatch_waiting_events()
    assert OutgoingMail.objects.filter(bulk=True).count() == BULK_SIZE + 1


def test_a_question_is_never_part_of_the_bulk(taken, people, forget_notifications):
    crowd(taken, people, BULK_SIZE + 1)
    forget_notifications()
    actions.close(taken, by=people.karim)
    dispatch_waiting_events()
    assert not OutgoingMail.objects.get(user=people.lea).bulk


def test_reading_statements_do_not_grow_with_the_people(ticket, people, forget_notifications):
    counts = []
    for size in (10, 200):
        Guest.objects.filter(ticket=ticket).delete()
        type(people.lea).objects.filter(username__startswith="guest").delete()
        crowd(ticket, people, size)
        forget_notifications()
        actions.comment(ticket, by=people.lea, text="À tous.")
        with CaptureQueriesContext(connection) as queries:
            dispatch_event(Event.objects.last().batch)
        counts.append(sum("INSERT" not in query["sql"] for query in queries))
    assert counts[0] == counts[1] <= 20


def test_an_absent_manager_still_hears(taken, people, recipients, forget_notifications):
    """Absence is about assignment; whoever does not want to hear says so in their preferences."""
    today = timezone.localdate()
    Absence.objects.create(user=people.karim, starts_on=today, ends_on=today)
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


@pytest.fixture
def replaced(taken, people, forget_notifications):
    """Karim is away, and Sophie stands in for him."""
    today = timezone.localdate()
    return Absence.objects.create(
        user=people.karim, starts_on=today, ends_on=today, replacement=people.sophie
    )


def test_alerts_follow_to_the_replacement(
    taken, people, recipients, forget_notifications, replaced
):
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge", "sophie": "substitute"}


def test_they_do_not_when_the_absent_manager_switched_that_off(
    taken, people, recipients, forget_notifications, replaced
):
    Absence.objects.update(alerts_follow=False)
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


def test_they_follow_to_nobody_who_may_not_read_the_ticket(
    taken, people, recipients, forget_notifications, replaced
):
    Absence.objects.update(replacement=people.nadia)
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


def test_a_replacement_who_lost_the_service_before_the_mail_left_gets_none(
    taken, people, recipients, forget_notifications, replaced, send_mails
):
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    recipients()
    people.sophie.helpdesk_manager_rows.all().delete()
    assert set(send_mails()) == {"karim"}


def test_the_mail_says_that_one_stands_in(
    taken, people, forget_notifications, replaced, send_mails
):
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert "you replace the manager of the ticket" in send_mails()["sophie"].body


def test_once_the_manager_is_back_alerts_are_theirs_alone(
    taken, people, recipients, forget_notifications, replaced
):
    Absence.objects.update(
        ends_on=timezone.localdate() - datetime.timedelta(days=1), starts_on="2020-01-01"
    )
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


def test_a_batch_nobody_knows_makes_nothing(db):
    assert dispatch_event(uuid.uuid4()) == 0
