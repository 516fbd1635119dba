"""The log of who was notified, why, when and by which mail, or why not."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue import queue
from wagtail_helpdesk.models import (
    Event,
    HelpdeskPreferences,
    MailState,
    Notification,
    OutgoingMail,
)
from wagtail_helpdesk.notifications import delivery_log
from wagtail_helpdesk.notifications.delivery_log import (
    PAGE_SIZE,
    find_not_notified,
    get_delivery_log,
    is_complete,
)
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


def lines():
    """Return the log of the last event, by name."""
    event = Event.objects.last()
    return {line.name: line for line in get_delivery_log(event.pk).records}


def test_the_log_has_recipient_reason_time_and_mail(ticket, people, send_mails):
    mail = send_mails()["karim"]
    line = lines()["Karim Benali"]
    assert (line.reason, line.outcome, line.is_sent) == ("member of the category", "sent", True)
    assert line.when is not None
    assert line.mail == mail.extra_headers["Message-ID"]


def test_the_log_has_the_reason_why_a_person_was_skipped(taken, people, send_mails):
    HelpdeskPreferences.objects.create(user=people.karim, monitoring_suspended=True)
    actions.comment(taken, by=people.lea, text="Allô ?")
    send_mails()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.is_sent) == ("switched off in the preferences", False)


def test_the_log_has_the_answer_of_the_mail_server(ticket, people, smtp):
    people.karim.email = "r5@example.org"
    people.karim.save()
    dispatch_waiting_events()
    from wagtail_helpdesk.mailqueue.delivery import deliver

    deliver()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.error[:3], line.is_sent) == ("failed", "550", False)


def test_managers_whose_alert_settings_exclude_the_event_are_named(taken, people, recipients):
    actions.comment(taken, by=people.lea, text="Allô ?")
    recipients()
    names = set(find_not_notified(Event.objects.last()))
    assert names == {"Sophie Lambert", "Julien Moreau", "Hugo Perrin"}


def test_the_log_names_a_mailbox(general, ticket, send_mails):
    general.alert_address = "team@example.org"
    general.save()
    ticket.events.update(dispatched_at=None)
    send_mails()
    assert lines()["team@example.org"].is_sent


@pytest.fixture
def event_for_250_people(ticket):
    """An event with 250 recipients."""
    event, users = ticket.events.get(), get_user_model()
    users.objects.bulk_create(
        users(username=f"crowd{n}", first_name=f"Number {n}") for n in range(250)
    )
    people = users.objects.filter(username__startswith="crowd")
    Notification.objects.bulk_create(
        Notification(event=event, user=user, reason="guest") for user in people
    )
    return event


def test_paging_lists_each_of_many_recipients_once(event_for_250_people):
    names, after = [], 0
    while after is not None:
        page = get_delivery_log(event_for_250_people.pk, after)
        assert 0 < len(page.records) <= PAGE_SIZE
        names += [line.name for line in page.records]
        after = page.next
    assert len(names) == len(set(names)) == 250


def test_a_mailbox_is_on_the_first_page_only(event_for_250_people):
    Notification.objects.create(
        event=event_for_250_people, email="team@example.org", reason="mailbox"
    )
    first = get_delivery_log(event_for_250_people.pk)
    assert first.records[0].name == "team@example.org"
    assert "team@example.org" not in [
        line.name for line in get_delivery_log(event_for_250_people.pk, first.next).records
    ]


def test_a_page_of_the_log_takes_few_statements(event_for_250_people, django_assert_num_queries):
    with django_assert_num_queries(2):
        page = get_delivery_log(event_for_250_people.pk)
    with django_assert_num_queries(1):
        get_delivery_log(event_for_250_people.pk, page.next)


def test_the_list_of_managers_without_alert_is_cut(general, ticket, monkeypatch):
    monkeypatch.setattr(delivery_log, "PAGE_SIZE", 2)
    assert find_not_notified(ticket.events.get()) == ["Karim Benali", "Sophie Lambert", "…"]


def test_an_old_event_has_no_complete_log(ticket):
    event = Event.objects.get()
    assert is_complete(event)
    event.created_at = timezone.now() - timedelta(days=400)
    assert not is_complete(event)


def test_a_failed_mail_can_be_sent_again(ticket, people, send_mails, recipients):
    recipients()
    OutgoingMail.objects.update(state=MailState.DEAD, failed_at=timezone.now())
    assert send_mails() == {}
    assert all(queue.send_again(outgoing) for outgoing in OutgoingMail.objects.all())
    assert len(send_mails()) == 4


def test_a_sent_mail_cannot_be_sent_again(ticket, send_mails):
    send_mails()
    assert not queue.send_again(OutgoingMail.objects.first())


def test_a_failed_mail_to_a_mailbox_can_be_sent_again(general, ticket, send_mails):
    general.alert_address = "team@example.org"
    general.save()
    ticket.events.update(dispatched_at=None)
    send_mails()
    failed = OutgoingMail.objects.get(email="team@example.org")
    OutgoingMail.objects.filter(pk=failed.pk).update(
        state=MailState.DEAD, sent_at=None, failed_at=timezone.now()
    )
    assert queue.send_again(failed)
    assert [mail.to for mail in send_mails().values()] == [["team@example.org"]]


def test_the_log_shows_that_a_mail_was_deleted(ticket, people, send_mails):
    send_mails()
    OutgoingMail.objects.all().delete()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.is_sent) == ("the e-mail was deleted", False)
