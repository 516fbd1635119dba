"""From events to notifications: each recipient once, with the strongest reason, in one mail."""

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
    dispatch_event,
    dispatch_waiting_events,
)
from wagtail_helpdesk.notifications.mail_plan import BULK_SIZE, FLOOD_PERIOD, FLOOD_SIZE


def monitor(user, service, any_ticket, member, in_charge):
    Monitoring.objects.update_or_create(
        user=user,
        service=service,
        defaults={"any_ticket": any_ticket, "member": member, "in_charge": in_charge},
    )


def test_a_new_ticket_notifies_the_managers_of_the_service(ticket, recipients):
    assert recipients("open_ticket") == {
        "karim": "member",
        "sophie": "member",
        "julien": "member",
        "hugo": "member",
    }


def test_members_of_the_category_narrow_the_default(general, heating, people, recipients):
    karim = ServiceManager.objects.get(service=general, user=people.karim)
    CategoryMember.objects.create(category=heating, manager=karim)
    heating.members_from = heating
    heating.save()
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    assert recipients() == {"karim": "member"}


def test_a_released_ticket_notifies_all_other_managers(
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


def test_the_manager_in_charge_is_notified_of_actions_of_others(
    taken, people, recipients, forget_notifications
):
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


def test_permanent_guests_are_notified_of_the_creation_without_invitation(
    general, heating, people, recipients
):
    PermanentGuest.objects.create(service=general, user=people.ines)
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    assert recipients("open_ticket")["ines"] == "permanent_guest"
    assert not Notification.objects.filter(asked=True).exists()
    assert OutgoingMail.objects.filter(user=people.ines).count() == 1


def test_automatic_actions_of_a_form_do_not_notify_its_author(heating, people, general, recipients):
    PermanentGuest.objects.create(service=general, user=people.marion)
    actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    assert "lea" not in recipients("invite")


def test_a_manager_who_loses_a_ticket_by_a_move_is_notified(
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


def test_recipients_of_a_move_are_those_at_its_time(
    taken, network, people, recipients, forget_notifications
):
    """A move dispatched late, after further events, still knows who was in charge."""
    forget_notifications()
    actions.move(taken, by=people.sophie, to=network)
    actions.take(taken, by=people.nadia)
    actions.change_requester(taken, by=people.nadia, to=people.thomas)
    assert recipients("move")["karim"] == "was_in_charge"
    assert recipients("move")["lea"] == "requester"
    assert recipients("change_requester")["lea"] == "was_requester"


def test_people_with_alerts_off_are_recorded_as_skipped(
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
def test_an_invalid_email_is_recorded_as_skipped(
    ticket, people, recipients, forget_notifications, address
):
    people.lea.email = address
    people.lea.save()
    forget_notifications()
    actions.take(ticket, by=people.karim)
    assert recipients()["lea"] == "bad_email"


def test_an_email_of_spaces_counts_as_missing(ticket, people, recipients, forget_notifications):
    people.lea.email = "  "
    people.lea.save()
    forget_notifications()
    actions.take(ticket, by=people.karim)
    assert recipients()["lea"] == "no_email"


def test_the_mailbox_of_a_category_is_notified_of_arrivals_only(
    general, heating, people, recipients
):
    general.alert_address = "chauffage@arvelle.example"
    general.save()
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    assert recipients("open_ticket")["chauffage@arvelle.example"] == "mailbox"
    actions.note(ticket, by=people.karim, text="Encore lui.")
    assert "chauffage@arvelle.example" not in recipients("note")


def test_an_event_is_dispatched_once(ticket):
    batch = Event.objects.get().batch
    assert dispatch_event(batch) == 4
    assert dispatch_event(batch) == 0
    assert Notification.objects.count() == 4


def test_an_event_of_an_action_whose_app_is_gone_blocks_no_other(ticket, people):
    Event.objects.create(ticket=ticket, action="teleport", actor=people.lea)
    actions.comment(ticket, by=people.lea, text="Allô ?")
    Event.objects.filter(action="comment").update(before={"unheard": 1})
    dispatch_waiting_events()
    assert not Event.objects.not_dispatched().exists()


def test_without_delay_a_mail_is_due_at_once(ticket, recipients):
    recipients()
    assert not OutgoingMail.objects.filter(next_at__gt=timezone.now()).exists()


class TestDelay:
    @pytest.fixture(autouse=True)
    def five_minutes(self, settings):
        settings.WAGTAIL_HELPDESK = {"ALERT_DELAY": 300}

    def test_events_within_the_delay_share_one_mail(
        self, taken, people, recipients, forget_notifications
    ):
        forget_notifications()
        actions.comment(taken, by=people.lea, text="Un.")
        recipients()
        first = OutgoingMail.objects.get()
        assert first.next_at > timezone.now() + datetime.timedelta(minutes=4)
        actions.comment(taken, by=people.lea, text="Deux.")
        recipients()
        assert OutgoingMail.objects.get().next_at == first.next_at
        assert Notification.objects.filter(mail=first).count() == 2

    def test_a_question_is_sent_at_once_with_the_waiting_events(
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


def test_many_events_in_a_short_time_are_sent_in_few_mails(taken, people, forget_notifications):
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
    # Those of some time ago do not count, however busy the ticket is now.
    ago = timezone.now() - 1.1 * FLOOD_PERIOD
    OutgoingMail.objects.update(created_at=ago, sealed=True)
    actions.comment(taken, by=people.lea, text="Allô ?")
    dispatch_waiting_events()
    assert OutgoingMail.objects.get(user=people.karim, sealed=False).next_at <= timezone.now()


def crowd(ticket, people, size):
    """Invite many people to a ticket."""
    model = type(people.lea)
    users = model.objects.bulk_create(
        model(username=f"guest{n}", email=f"guest{n}@arvelle.example") for n in range(size)
    )
    Guest.objects.bulk_create(Guest(ticket=ticket, user=user) for user in users)


def test_an_event_with_many_recipients_makes_bulk_mails(ticket, people, forget_notifications):
    crowd(ticket, people, BULK_SIZE + 1)
    forget_notifications()
    actions.comment(ticket, by=people.lea, text="À tous.")
    dispatch_waiting_events()
    assert OutgoingMail.objects.filter(bulk=True).count() == BULK_SIZE + 1


def test_a_question_is_never_bulk(taken, people, forget_notifications):
    crowd(taken, people, BULK_SIZE + 1)
    forget_notifications()
    actions.close(taken, by=people.karim)
    dispatch_waiting_events()
    assert not OutgoingMail.objects.get(user=people.lea).bulk


def test_dispatch_takes_as_many_queries_for_many_people_as_for_few(
    ticket, people, forget_notifications
):
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


def test_an_absent_manager_is_still_notified(taken, people, recipients, forget_notifications):
    """An absence is about assignment; alerts are switched off in the preferences."""
    today = timezone.localdate()
    Absence.objects.create(user=people.karim, starts_on=today, ends_on=today)
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


@pytest.fixture
def replaced_manager(taken, people, forget_notifications):
    """Karim is away, and Sophie stands in for him."""
    today = timezone.localdate()
    return Absence.objects.create(
        user=people.karim, starts_on=today, ends_on=today, replacement=people.sophie
    )


def test_the_substitute_of_an_absent_manager_is_notified(
    taken, people, recipients, forget_notifications, replaced_manager
):
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge", "sophie": "substitute"}


def test_the_substitute_is_not_notified_if_the_absent_manager_opted_out(
    taken, people, recipients, forget_notifications, replaced_manager
):
    Absence.objects.update(alerts_follow=False)
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


def test_a_substitute_who_may_not_read_the_ticket_is_not_notified(
    taken, people, recipients, forget_notifications, replaced_manager
):
    Absence.objects.update(replacement=people.nadia)
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


def test_a_substitute_who_lost_the_service_before_sending_gets_no_mail(
    taken, people, recipients, forget_notifications, replaced_manager, send_mails
):
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    recipients()
    people.sophie.helpdesk_manager_rows.all().delete()
    assert set(send_mails()) == {"karim"}


def test_the_substitutes_mail_explains_the_reason(
    taken, people, forget_notifications, replaced_manager, send_mails
):
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert "you replace the manager of the ticket" in send_mails()["sophie"].body


def test_the_substitute_is_not_notified_after_the_absence(
    taken, people, recipients, forget_notifications, replaced_manager
):
    Absence.objects.update(
        ends_on=timezone.localdate() - datetime.timedelta(days=1), starts_on="2020-01-01"
    )
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    assert recipients() == {"karim": "in_charge"}


def test_an_unknown_batch_makes_no_notification(db):
    assert dispatch_event(uuid.uuid4()) == 0
