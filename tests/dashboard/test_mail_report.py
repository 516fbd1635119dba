"""The report about mails: for those who answer for them, with what failed and how to send it again."""

from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.maintenance.schedules import install_schedules
from wagtail_helpdesk.models import Heartbeat, MailState, OutgoingMail, ServiceManager
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

ADDRESS = "/admin/helpdesk/mails/"


@pytest.fixture
def failed_mails(ticket, people, network):
    """Two mails about Léa’s ticket, and one about another in DSI; all were refused."""
    actions.open_ticket(network, by=people.lea, subject="Wifi secret", text="Rien.")
    dispatch_waiting_events()
    kept = []
    for number, name in ((ticket.pk, "karim"), (ticket.pk, "hugo"), (ticket.pk + 1, "nadia")):
        kept.append(OutgoingMail.objects.get(ticket=number, user=getattr(people, name)))
    OutgoingMail.objects.exclude(pk__in=[mail.pk for mail in kept]).delete()
    now, why = timezone.now(), "550 5.1.1 =User unknown"
    OutgoingMail.objects.update(state=MailState.DEAD, failed_at=now, last_error=why, attempts=1)
    return kept


class Browser:
    """A user in the Wagtail admin."""

    def __init__(self, user):
        user.groups.add(Group.objects.get(name="Editors"))
        self.client = Client()
        self.client.force_login(user)

    def report(self, **query):
        answer = self.client.get(ADDRESS, query)
        assert answer.status_code == 200
        return BeautifulSoup(answer.content, "html.parser")

    def rows(self, **query):
        return [
            [" ".join(cell.text.split()) for cell in row.find_all("td")][:5]
            for row in self.report(**query).select("#listing-results tbody tr")
        ]

    def again(self, **data):
        return self.client.post(f"{ADDRESS}again/", data)


@pytest.fixture
def administrator(people):
    """Alice, who administers the helpdesk and reads no ticket of it."""
    people.alice.user_permissions.add(
        Permission.objects.get(codename="change_service", content_type__model="service")
    )
    return Browser(people.alice)


def edits(user, may=True):
    ServiceManager.objects.filter(user=user).update(can_edit_service=may)
    return Browser(user)


def test_an_administrator_sees_every_failed_mail(administrator, failed_mails, ticket):
    mine, other = f"Ticket #{ticket.pk}", f"Ticket #{ticket.pk + 1}"
    assert administrator.rows() == [
        [other, "Nadia Haddad", "failed", "550 5.1.1 =User unknown", "1"],
        [mine, "Hugo Perrin", "failed", "550 5.1.1 =User unknown", "1"],
        [mine, "Karim Benali", "failed", "550 5.1.1 =User unknown", "1"],
    ]


def test_a_service_editor_sees_the_failed_mails_of_the_service(
    helpdesk, people, failed_mails, ticket
):
    rows = edits(people.karim).rows()
    assert [row[1] for row in rows] == ["Hugo Perrin", "Karim Benali"]
    assert edits(people.nadia).rows()[0][1] == "Nadia Haddad"


def test_the_ticket_is_a_link_for_its_readers_only(
    helpdesk, people, failed_mails, ticket, administrator
):
    link = edits(people.karim).report().select_one("#listing-results tbody a")
    assert link["href"].endswith(f"/assistance/tickets/{ticket.pk}/")
    assert not administrator.report().select("#listing-results tbody a")


def test_the_report_shows_no_content_of_tickets(people, failed_mails, administrator):
    page = str(administrator.report())
    assert "Radiateur" not in page
    assert "Wifi" not in page
    assert "Il fait 14" not in page


def test_other_users_have_no_access_to_the_mail_report(people, failed_mails):
    for user in (people.victor, people.lea, people.gilles):
        user.is_superuser = False
        user.save()
        assert Browser(user).client.get(ADDRESS).status_code == 302
    assert edits(people.hugo, may=False).client.get(ADDRESS).status_code == 302
    assert edits(people.hugo, may=False).again(mail=failed_mails[0].pk).status_code == 302
    assert Client().get(ADDRESS).status_code == 302


def test_the_menu_shows_the_report_to_users_with_access(people, general, administrator):
    assert "helpdesk-mails" in administrator.client.get("/admin/").text
    assert "helpdesk-mails" not in edits(people.hugo, may=False).client.get("/admin/").text


def test_the_latest_failure_comes_first(administrator, failed_mails):
    OutgoingMail.objects.filter(pk=failed_mails[1].pk).update(failed_at=timezone.now())
    assert administrator.rows()[0][1] == "Hugo Perrin"


def test_sent_and_waiting_mails_are_not_listed(administrator, failed_mails):
    OutgoingMail.objects.filter(pk=failed_mails[0].pk).update(
        state=MailState.PENDING, failed_at=None
    )
    assert len(administrator.rows()) == 2


def test_the_list_is_filtered_by_state(administrator, failed_mails):
    OutgoingMail.objects.filter(pk=failed_mails[0].pk).update(state=MailState.UNCERTAIN)
    assert [row[2] for row in administrator.rows(state="uncertain")] == ["uncertain"]


def test_the_mail_of_a_report_names_the_service(administrator, people, general, failed_mails):
    OutgoingMail.objects.filter(pk=failed_mails[0].pk).update(
        kind="report", ticket=None, service=general
    )
    OutgoingMail.objects.filter(pk=failed_mails[1].pk).update(kind="report", ticket=None)
    assert {row[0] for row in administrator.rows(kind="report")} == {
        "Report: Services Généraux",
        "Report",
    }
    assert [row[0] for row in edits(people.karim).rows()] == ["Report: Services Généraux"]


def test_the_email_of_a_mailbox_is_shown(administrator, failed_mails):
    OutgoingMail.objects.filter(pk=failed_mails[0].pk).update(user=None, email="team@example.org")
    assert "team@example.org" in [row[1] for row in administrator.rows()]


def test_an_empty_list_has_a_message(administrator):
    assert "No e-mail failed." in administrator.report().text
    assert "No e-mail matches." in administrator.report(state="dead").text


def test_a_button_sends_a_mail_again(administrator, people, failed_mails, mailoutbox, helpdesk):
    button = administrator.report().select("#listing-results tbody button")[-1]
    answer = administrator.again(**{button["name"]: button["value"]})
    assert answer.url == ADDRESS
    assert "1 e-mail will be sent again." in administrator.report().text
    deliver()
    assert [mail.to for mail in mailoutbox] == [["Karim Benali <karim.benali@arvelle.example>"]]


def test_sending_again_twice_sends_one_mail(administrator, failed_mails, mailoutbox, helpdesk):
    for _ in range(2):
        administrator.again(mail=failed_mails[0].pk)
    assert "There was nothing to send again." in administrator.report().text
    deliver()
    administrator.again(mail=failed_mails[0].pk)
    deliver()
    assert len(mailoutbox) == 1


def test_all_failed_mails_are_sent_again_except_uncertain_ones(administrator, failed_mails):
    OutgoingMail.objects.filter(pk=failed_mails[0].pk).update(state=MailState.UNCERTAIN)
    administrator.again(all="1")
    states = OutgoingMail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["uncertain", "pending", "pending"]


def test_sending_again_requests_a_worker(
    administrator, failed_mails, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr("django_q.tasks.async_task", lambda *args: rung.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        administrator.again(mail=failed_mails[0].pk)
    assert rung == [("wagtail_helpdesk.tasks.deliver",)]


def test_mails_of_other_services_cannot_be_sent_again(people, failed_mails):
    karim = edits(people.karim)
    assert karim.again(mail=failed_mails[2].pk).status_code == 404
    karim.again(all="1")
    states = OutgoingMail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["pending", "pending", "dead"]


@pytest.mark.parametrize("crafted", ["", "x", "-1", "999999", "²", "9" * 5000])
def test_an_invalid_mail_id_gets_404(administrator, failed_mails, crafted):
    assert administrator.again(mail=crafted).status_code == 404


def test_a_get_sends_no_mail(administrator, failed_mails):
    assert administrator.client.get(f"{ADDRESS}again/").status_code == 405
    administrator.report()
    assert OutgoingMail.objects.filter(state=MailState.DEAD).count() == 3


def test_exported_cells_are_not_formulas(administrator, failed_mails):
    OutgoingMail.objects.update(last_error="=HYPERLINK(1)")
    answer = administrator.client.get(ADDRESS, {"export": "csv"})
    assert "'=HYPERLINK(1)" in b"".join(answer.streaming_content).decode()


def test_the_report_takes_as_many_queries_for_many_mails_as_for_few(
    administrator, people, ticket, failed_mails, django_assert_max_num_queries
):
    for number in range(30):
        OutgoingMail.objects.create(
            ticket=ticket,
            user=people.lea,
            message_id=f"<{number}>",
            state=MailState.DEAD,
            failed_at=timezone.now(),
            sealed=True,
        )
    administrator.report()
    with django_assert_max_num_queries(45):
        assert len(administrator.rows()) == 33


class TestHealth:
    def lines(self, browser):
        return {
            item.span.text: " ".join(item.find_all("span")[1].text.split())
            for item in browser.report().select(".helpdesk-health li")
        }

    def test_the_summary_is_for_administrators_only(self, administrator, people, general):
        assert self.lines(administrator)
        assert not self.lines(edits(people.karim))

    def test_the_summary_of_a_healthy_site(self, administrator, ticket, helpdesk):
        install_schedules()
        dispatch_waiting_events()
        deliver()
        lines = self.lines(administrator)
        assert lines["Oldest event waiting for its alerts"] == "none"
        assert lines["Oldest e-mail waiting to be sent"] == "none"
        assert lines["E-mails that failed in the last 24 hours"] == "0"
        assert lines["Schedules"] == "installed"
        assert "never" not in lines["Last e-mail sent"]
        assert "failed" not in lines["Delivery last ran"]
        assert "needs attention" in lines["Housekeeping last ran"]

    def verdict(self, browser):
        return browser.report().select_one(".helpdesk-health__verdict").get_text(strip=True)

    def reasons(self, browser):
        return [item.text for item in browser.report().select(".helpdesk-health__reasons li")]

    def test_a_healthy_site_has_a_verdict_and_no_reason(self, administrator, ticket, helpdesk):
        install_schedules()
        call_command("helpdesk_housekeeping", verbosity=0)
        Heartbeat.objects.create(name="reports")
        dispatch_waiting_events()
        deliver()
        assert self.verdict(administrator) == "E-mails are being sent."
        assert self.reasons(administrator) == []
        assert not administrator.report().select_one("details").has_attr("open")

    def test_a_site_without_workers_sends_nothing(self, administrator, ticket):
        assert self.verdict(administrator) == "E-mails are not being sent."
        assert "Delivery last ran: never" in self.reasons(administrator)[0]

    def test_a_failing_mail_server_means_that_nothing_is_sent(self, administrator, helpdesk):
        from wagtail_helpdesk.mailqueue.queue import open_circuit

        deliver()
        open_circuit("ConnectionRefusedError")
        assert self.verdict(administrator) == "E-mails are not being sent."
        assert "Mail server: paused: ConnectionRefusedError" in self.reasons(administrator)

    def test_less_urgent_findings_are_named_as_such(self, administrator, helpdesk):
        deliver()
        assert self.verdict(administrator).startswith("E-mails are being sent, but")
        assert any("Housekeeping" in reason for reason in self.reasons(administrator))

    def test_clusters_that_cannot_be_seen_are_no_finding_while_mails_are_sent(
        self, administrator, helpdesk, monkeypatch
    ):
        monkeypatch.setattr("django_q.status.Stat.get_all", list)
        assert "Running clusters" in self.lines(administrator)
        deliver()
        assert "Running clusters" not in self.lines(administrator)

    def test_the_summary_shows_the_last_housekeeping(self, administrator, helpdesk):
        call_command("helpdesk_housekeeping", verbosity=0)
        assert "needs attention" not in self.lines(administrator)["Housekeeping last ran"]

    def test_the_last_mail_sent_is_shown_by_time_of_sending(self, administrator, ticket, helpdesk):
        dispatch_waiting_events()
        old, new = OutgoingMail.objects.order_by("pk")[:2]
        for mail, day in ((new, 1), (old, 4)):
            mail.state, mail.sent_at = MailState.SENT, datetime(2026, 3, day, 12, tzinfo=UTC)
            mail.save()
        assert "4 Mar 2026" in self.lines(administrator)["Last e-mail sent"]

    def test_the_summary_names_services_without_managers(self, administrator, people, general):
        assert self.lines(administrator)["Services without an active manager"] == "none"
        users = type(people.karim).objects.filter(helpdesk_manager_rows__service=general)
        users.update(is_active=False)
        lines = self.lines(administrator)
        assert lines["Services without an active manager"] == "Services Généraux needs attention"

    def test_the_summary_of_a_site_without_workers(self, administrator, failed_mails):
        lines = self.lines(administrator)
        assert lines["Delivery last ran"] == "never failed"
        assert lines["Last e-mail sent"] == "never"
        assert lines["E-mails that failed in the last 24 hours"] == "3 needs attention"
        assert "deliver e-mails, prepare reports" in lines["Schedules"]

    def test_the_summary_shows_the_age_of_the_oldest_event(self, administrator, ticket):
        ticket.events.update(created_at="2026-01-01T00:00Z")
        assert self.lines(administrator)["Oldest event waiting for its alerts"].endswith("failed")

    def test_the_summary_shows_a_failing_mail_server(self, administrator):
        from wagtail_helpdesk.mailqueue.queue import open_circuit

        open_circuit("ConnectionRefusedError")
        line = self.lines(administrator)["Mail server"]
        assert line == "paused: ConnectionRefusedError needs attention"

    def test_the_summary_counts_visible_clusters(self, administrator, monkeypatch):
        from types import SimpleNamespace

        cluster = SimpleNamespace(workers=[1, 2])
        monkeypatch.setattr("django_q.status.Stat.get_all", lambda: [cluster])
        assert self.lines(administrator)["Running clusters"] == "1 with 2 workers"
        monkeypatch.setattr("django_q.status.Stat.get_all", list)
        assert self.lines(administrator)["Running clusters"].startswith("none can be seen")

    def test_the_summary_shows_an_unreachable_task_queue(self, administrator, monkeypatch):
        def away():
            raise ConnectionError

        monkeypatch.setattr("django_q.status.Stat.get_all", away)
        assert self.lines(administrator)["Running clusters"] == "the queue cannot be reached"

    def test_the_summary_of_a_site_without_django_q(self, administrator, monkeypatch):
        from django.apps import apps

        there = apps.is_installed
        monkeypatch.setattr(apps, "is_installed", lambda name: name != "django_q" and there(name))
        assert "Schedules" not in self.lines(administrator)
