"""Who was told, why, when, by which mail, or why not."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue import queue
from wagtail_helpdesk.models import Event, HelpdeskPreferences, Notification, OutgoingMail, State
from wagtail_helpdesk.notifications import delivery_log
from wagtail_helpdesk.notifications.delivery_log import (
    PAGE_SIZE,
    find_not_notified,
    get_delivery_log,
    is_complete,
)
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


def lines():
    """What the trace says of the last event, by name."""
    event = Event.objects.last()
    return {line.name: line for line in get_delivery_log(event.pk).records}


def test_says_who_was_told_why_when_and_by_which_mail(ticket, people, send_mails):
    mail = send_mails()["karim"]
    line = lines()["Karim Benali"]
    assert (line.reason, line.outcome, line.is_sent) == ("member of the category", "sent", True)
    assert line.when is not None
    assert line.mail == mail.extra_headers["Message-ID"]


def test_says_why_somebody_was_not(taken, people, send_mails):
    HelpdeskPreferences.objects.create(user=people.karim, monitoring_suspended=True)
    actions.comment(taken, by=people.lea, text="Allô ?")
    send_mails()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.is_sent) == ("switched off in the preferences", False)


def test_says_what_the_mail_server_said(ticket, people, smtp):
    people.karim.email = "r5@example.org"
    people.karim.save()
    dispatch_waiting_events()
    from wagtail_helpdesk.mailqueue.delivery import deliver

    deliver()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.error[:3], line.is_sent) == ("failed", "550", False)


def test_names_the_managers_whose_level_did_not_ask_for_it(taken, people, recipients):
    actions.comment(taken, by=people.lea, text="Allô ?")
    recipients()
    names = set(find_not_notified(Event.objects.last()))
    assert names == {"Sophie Lambert", "Julien Moreau", "Hugo Perrin"}


def test_names_an_extra_address(general, ticket, send_mails):
    general.alert_address = "team@example.org"
    general.save()
    ticket.events.update(dispatched_at=None)
    send_mails()
    assert lines()["team@example.org"].is_sent


@pytest.fixture
def crowd(ticket):
    """An event of which 250 people hear."""
    event, users = ticket.events.get(), get_user_model()
    users.objects.bulk_create(
        users(username=f"crowd{n}", first_name=f"Number {n}") for n in range(250)
    )
    people = users.objects.filter(username__startswith="crowd")
    Notification.objects.bulk_create(
        Notification(event=event, user=user, reason="guest") for user in people
    )
    return event


def test_goes_through_a_crowd_a_page_at_a_time_and_names_everybody_once(crowd):
    names, after = [], 0
    while after is not None:
        page = get_delivery_log(crowd.pk, after)
        assert 0 < len(page.records) <= PAGE_SIZE
        names += [line.name for line in page.records]
        after = page.next
    assert len(names) == len(set(names)) == 250


def test_an_extra_address_is_named_once(crowd):
    Notification.objects.create(event=crowd, email="team@example.org", reason="mailbox")
    first = get_delivery_log(crowd.pk)
    assert first.records[0].name == "team@example.org"
    assert "team@example.org" not in [
        line.name for line in get_delivery_log(crowd.pk, first.next).records
    ]


def test_two_statements_for_a_page_of_a_crowd_and_one_for_the_next(
    crowd, django_assert_num_queries
):
    with django_assert_num_queries(2):
        page = get_delivery_log(crowd.pk)
    with django_assert_num_queries(1):
        get_delivery_log(crowd.pk, page.next)


def test_does_not_name_hundreds_of_managers_who_did_not_ask(general, ticket, monkeypatch):
    monkeypatch.setattr(delivery_log, "PAGE_SIZE", 2)
    assert find_not_notified(ticket.events.get()) == ["Karim Benali", "Sophie Lambert", "…"]


def test_says_whether_it_is_still_kept(ticket):
    event = Event.objects.get()
    assert is_complete(event)
    event.created_at = timezone.now() - timedelta(days=400)
    assert not is_complete(event)


def test_a_failed_mail_can_be_sent_again(ticket, people, send_mails, recipients):
    recipients()
    OutgoingMail.objects.update(state=State.DEAD, failed_at=timezone.now())
    assert send_mails() == {}
    assert all(queue.send_again(outgoing) for outgoing in OutgoingMail.objects.all())
    assert len(send_mails()) == 4


def test_a_mail_that_was_sent_cannot(ticket, send_mails):
    send_mails()
    assert not queue.send_again(OutgoingMail.objects.first())


def test_so_can_one_to_an_extra_address(general, ticket, send_mails):
    general.alert_address = "team@example.org"
    general.save()
    ticket.events.update(dispatched_at=None)
    send_mails()
    failed = OutgoingMail.objects.get(email="team@example.org")
    OutgoingMail.objects.filter(pk=failed.pk).update(
        state=State.DEAD, sent_at=None, failed_at=timezone.now()
    )
    assert queue.send_again(failed)
    assert [mail.to for mail in send_mails().values()] == [["team@example.org"]]


def test_says_that_a_mail_was_forgotten(ticket, people, send_mails):
    send_mails()
    OutgoingMail.objects.all().delete()
    line = lines()["Karim Benali"]
    assert (line.outcome, line.is_sent) == ("the e-mail was deleted", False)
