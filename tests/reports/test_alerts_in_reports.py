"""Alerts that wait for the daily report: what happened since the last one, in one section."""

from datetime import datetime, timedelta
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.links import LocationCache
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import (
    Heartbeat,
    HelpdeskPreferences,
    Monitoring,
    OutgoingMail,
    ReportPreference,
)
from wagtail_helpdesk.notifications.delivery_log import get_delivery_log
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.reports.due import plan_reports, send_report_now

#: A Monday.
EIGHT = datetime(2027, 3, 1, 8, tzinfo=ZoneInfo("Europe/Paris"))
DAY = timedelta(days=1)
HEADING = "What happened since the last report"


@pytest.fixture(autouse=True)
def _last_look(ticket, general, people):
    """Sophie reads everything of the service in her report; nothing is waiting."""
    Heartbeat.objects.create(name="reports", at=EIGHT - timedelta(minutes=1))
    Monitoring.objects.create(
        user=people.sophie,
        service=general,
        any_ticket="always",
        member="always",
        in_charge="always",
        in_report=True,
    )
    HelpdeskPreferences.objects.create(user=people.sophie, language="en")
    dispatch_waiting_events()
    people.sophie.helpdesk_notifications.all().delete()
    OutgoingMail.objects.all().delete()


@pytest.fixture
def report(mailoutbox, people):
    """Plan at a moment, send, and return the text of Sophie’s report."""

    def report(now=EIGHT):
        mailoutbox.clear()
        plan_reports(now)
        deliver()
        (mail,) = [mail for mail in mailoutbox if "sophie" in mail.to[0]]
        return mail

    return report


def told(people):
    return people.sophie.helpdesk_notifications.order_by("pk")


def test_alerts_wait_for_the_report_and_each_is_in_one_report(
    people, ticket, heating, report, mailoutbox
):
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    actions.take(ticket, by=people.karim)
    dispatch_waiting_events()
    deliver()
    assert not [mail for mail in mailoutbox if "sophie" in mail.to[0]]
    assert {one.skipped for one in told(people)} == {"in_report"}
    mail = report()
    html = mail.alternatives[0][0]
    assert f"{HEADING} (1)" in mail.body
    for sentence in ("Léa Fournier added a comment.", "Karim Benali took the ticket"):
        assert sentence in mail.body
        assert sentence in html
    assert mail.body.index("added a comment") < mail.body.index("took the ticket")
    log = {row.name: row.is_sent for row in get_delivery_log(told(people)[0].event_id).records}
    assert log[people.sophie.get_full_name()]
    assert HEADING not in report(EIGHT + DAY).body


def test_a_report_sent_now_has_what_is_waiting_and_the_next_one_has_not(
    people, ticket, general, report, mailoutbox
):
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    dispatch_waiting_events()
    send_report_now(people.sophie, general)
    deliver()
    assert [HEADING in mail.body for mail in mailoutbox if "sophie" in mail.to[0]] == [True]
    assert HEADING not in report().body


def test_a_question_to_the_person_does_not_wait(people, ticket, mailoutbox):
    actions.invite(ticket, by=people.lea, users=[people.sophie])
    dispatch_waiting_events()
    deliver()
    assert [mail.to[0] for mail in mailoutbox if "sophie" in mail.to[0]]


@pytest.mark.parametrize(
    ("since", "logged"),
    [("out of sight", "no_access"), ("muted", "muted"), ("suspended", "switched_off")],
)
def test_what_may_not_be_read_or_is_not_wanted_since_is_not_in_the_report(
    people, ticket, network, report, since, logged
):
    comment = actions.comment(ticket, by=people.lea, text="Toujours froid.")
    dispatch_waiting_events()
    plan_reports(EIGHT)
    if since == "out of sight":
        actions.move(ticket, by=people.karim, to=network)
    elif since == "muted":
        actions.mute(ticket, by=people.sophie)
    else:
        HelpdeskPreferences.objects.update(monitoring_suspended=True)
    assert HEADING not in report().body
    assert told(people).get(event=comment).skipped == logged


def test_of_a_confidential_service_the_report_names_the_ticket_only(
    people, ticket, general, report
):
    type(general).objects.filter(pk=general.pk).update(confidential=True)
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    dispatch_waiting_events()
    mail = report()
    assert f"#{ticket.pk} Confidential ticket" in mail.body
    for text in (mail.body, mail.alternatives[0][0]):
        assert ticket.subject not in text
        assert "added a comment" not in text


def test_alerts_alone_make_a_report_that_is_not_empty(people, ticket, report):
    HelpdeskPreferences.objects.update(skip_empty_reports=True)
    actions.cancel(ticket, by=people.lea)
    dispatch_waiting_events()
    assert "cancelled the ticket" in report().body


def test_however_many_tickets_the_report_is_one_mail_with_the_rest_counted(
    people, heating, report, general
):
    for number in range(27):
        actions.open_ticket(heating, by=people.lea, subject=f"Fuite {number}", text="x")
    dispatch_waiting_events()
    OutgoingMail.objects.all().delete()
    mail = report()
    assert f"{HEADING} (27)" in mail.body
    assert "and 2 more" in mail.body


def test_an_alert_decided_at_once_is_sent_although_the_person_chose_the_report_since(
    people, ticket, mailoutbox
):
    Monitoring.objects.update(in_report=False)
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    dispatch_waiting_events()
    Monitoring.objects.update(in_report=True)
    deliver()
    assert [mail.to[0] for mail in mailoutbox if "sophie" in mail.to[0]]


def test_a_report_paused_before_it_is_sent_leaves_its_alerts_to_the_next(people, ticket, report):
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    dispatch_waiting_events()
    plan_reports(EIGHT)
    HelpdeskPreferences.objects.update(reports_suspended=True)
    deliver()
    HelpdeskPreferences.objects.update(reports_suspended=False)
    assert "added a comment" in report(EIGHT + DAY).body


@pytest.mark.parametrize("without", ["sections", "hour", "service"])
def test_alerts_do_not_wait_for_a_report_that_is_not_sent(
    people, ticket, general, mailoutbox, without
):
    if without == "service":
        type(general).objects.filter(pk=general.pk).update(enabled=False)
    else:
        values = {"sections": {"shows": []}, "hour": {"first_hour": None}}[without]
        ReportPreference.objects.create(user=people.sophie, service=general, **values)
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    dispatch_waiting_events()
    deliver()
    assert [mail.to[0] for mail in mailoutbox if "sophie" in mail.to[0]]


def test_the_last_alert_before_access_is_lost_does_not_wait_for_a_report(
    people, ticket, network, mailoutbox
):
    actions.take(ticket, by=people.sophie)
    actions.move(ticket, by=people.karim, to=network)
    dispatch_waiting_events()
    deliver()
    (mail,) = [mail for mail in mailoutbox if "sophie" in mail.to[0]]
    assert "you no longer have access" in mail.body


@pytest.mark.parametrize("is_open", [True, False], ids=["open page", "closed page"])
def test_the_report_has_what_happened_before_the_ticket_moved_and_its_reader_became_a_guest(
    people, ticket, network, report, monkeypatch, is_open
):
    """Unless the page of the other service is closed to them."""
    actions.comment(ticket, by=people.lea, text="Toujours froid.")
    dispatch_waiting_events()
    actions.move(ticket, by=people.sophie, to=network, become_guest=True)
    find = LocationCache.find

    def find_place(self, service, language):
        elsewhere = service is not None and service.pk == network.service_id
        return find(self, service, language) if is_open or not elsewhere else closed

    closed = Mock(is_open_to=lambda user: False)
    monkeypatch.setattr(LocationCache, "find", find_place)
    assert ("Léa Fournier added a comment." in report().body) == is_open
