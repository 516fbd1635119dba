"""Tasks, schedules, commands, health and checks of notifications and mails."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from django_q.exceptions import TimeoutException

from wagtail_helpdesk import actions, checks, tasks
from wagtail_helpdesk.mailqueue import delivery, queue, smtp
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.maintenance.schedules import SCHEDULES
from wagtail_helpdesk.management.commands import helpdesk_deliver
from wagtail_helpdesk.models import (
    CircuitBreaker,
    Event,
    Heartbeat,
    MailState,
    OutgoingMail,
    ServiceManager,
)
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.reports import due

pytestmark = pytest.mark.usefixtures("fake_helpdesk_page")

#: An alert to each manager of the service, and the acknowledgement to the requester.
MAILS_OF_OPENING = 5


class TestWakeUp:
    @pytest.fixture
    def wakeup_calls(self, monkeypatch):
        calls = []
        monkeypatch.setattr("django_q.tasks.async_task", lambda *args: calls.append(args))
        return calls

    def test_one_task_is_queued_per_form_after_commit(
        self, ticket, people, wakeup_calls, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            actions.take_and_close(ticket, by=people.karim)
        batch = Event.objects.last().batch
        assert wakeup_calls == [("wagtail_helpdesk.tasks.dispatch_event", str(batch))]

    def test_an_action_succeeds_while_the_task_queue_is_down(
        self, ticket, people, monkeypatch, django_capture_on_commit_callbacks, mailoutbox
    ):
        def down(*args):
            raise ConnectionError

        monkeypatch.setattr("django_q.tasks.async_task", down)
        with django_capture_on_commit_callbacks(execute=True):
            actions.take(ticket, by=people.karim)
        tasks.deliver()
        assert any(mail.to == ["Léa Fournier <lea.fournier@arvelle.example>"] or
                   "lea.fournier" in mail.to[0] for mail in mailoutbox)  # fmt: skip

    def test_without_django_q_nothing_is_queued(self, ticket, wakeup_calls, monkeypatch):
        monkeypatch.setattr("django.apps.apps.is_installed", lambda name: False)
        tasks.wake_mail_worker(Event, Event.objects.first())
        assert wakeup_calls == []

    def test_the_task_dispatches_and_sends(self, ticket, mailoutbox):
        tasks.dispatch_event(str(Event.objects.get().batch))
        assert len(mailoutbox) == MAILS_OF_OPENING
        assert sum("lea.fournier" in mail.to[0] for mail in mailoutbox) == 1


class TestSchedules:
    def test_schedules_are_installed_once(self, db):
        from django_q.models import Schedule

        call_command("helpdesk_schedules", verbosity=0)
        Schedule.objects.update(minutes=99)
        call_command("helpdesk_schedules", verbosity=0)
        assert Schedule.objects.count() == len(SCHEDULES)
        assert not Schedule.objects.filter(minutes=99).exists()

    def test_duplicate_schedules_become_one(self, db):
        from django_q.models import Schedule

        call_command("helpdesk_schedules", verbosity=0)
        for name, func, _minutes in SCHEDULES:
            Schedule.objects.create(name=name, func=func)
        call_command("helpdesk_schedules", verbosity=0)
        assert sorted(Schedule.objects.values_list("name", flat=True)) == sorted(
            name for name, _, _ in SCHEDULES
        )

    @pytest.mark.parametrize(
        "wrong",
        [
            {"func": "no.longer.there"},
            {"args": "1, 2"},
            {"kwargs": "hour=3"},
            {"hook": "no.longer.there"},
            {"cluster": "elsewhere"},
            {"cron": "0 3 * * *", "schedule_type": "C"},
            {"repeats": 0},
            {"minutes": None},
            {"intended_date_kwarg": "when"},
        ],
        ids=str,
    )
    def test_a_changed_schedule_is_repaired(self, db, wrong):
        from django_q.models import Schedule

        call_command("helpdesk_schedules", verbosity=0)
        right = list(Schedule.objects.order_by("pk").values())
        Schedule.objects.update(**wrong)
        call_command("helpdesk_schedules", verbosity=0)
        assert list(Schedule.objects.order_by("pk").values()) == right

    @pytest.mark.parametrize("days", [None, 365, -365], ids=str)
    def test_a_schedule_due_too_late_becomes_due_now(self, db, days):
        from django_q.models import Schedule

        call_command("helpdesk_schedules", verbosity=0)
        due = None if days is None else timezone.now() + timedelta(days=days)
        Schedule.objects.update(next_run=due)
        before = timezone.now()
        call_command("helpdesk_schedules", verbosity=0)
        for row in Schedule.objects.all():
            assert before <= row.next_run <= timezone.now()

    def test_a_schedule_due_soon_is_left_unchanged(self, db):
        from django_q.models import Schedule

        call_command("helpdesk_schedules", verbosity=0)
        due = timezone.now() + timedelta(seconds=30)
        Schedule.objects.update(next_run=due)
        call_command("helpdesk_schedules", verbosity=0)
        assert {row.next_run for row in Schedule.objects.all()} == {due}

    def test_schedules_of_another_version_are_removed(self, db):
        from django_q.models import Schedule

        Schedule.objects.create(name="wagtail_helpdesk: polish", func="no.longer.there")
        Schedule.objects.create(name="ours", func="of.the.host")
        call_command("helpdesk_schedules", verbosity=0)
        assert not Schedule.objects.filter(func="no.longer.there").exists()
        assert Schedule.objects.filter(name="ours").exists()

    def test_a_dry_run_installs_no_schedule(self, db, capsys):
        from django_q.models import Schedule

        call_command("helpdesk_schedules", "--dry-run")
        assert "wagtail_helpdesk: deliver e-mails" in capsys.readouterr().out
        assert not Schedule.objects.exists()

    def test_installing_schedules_fails_without_django_q(self, db, monkeypatch):
        monkeypatch.setattr("django.apps.apps.is_installed", lambda name: name != "django_q")
        with pytest.raises(CommandError, match="--loop"):
            call_command("helpdesk_schedules")

    def test_a_broken_schedule_does_not_stop_the_command(self, ticket, mailoutbox):
        from django_q.models import Schedule

        Schedule.objects.create(name="bad", func="nothing", args="not a literal(")
        call_command("helpdesk_deliver")
        assert len(mailoutbox) == MAILS_OF_OPENING

    def test_every_scheduled_function_works_when_there_is_nothing_to_do(self, db):
        for _, path, _ in SCHEDULES:
            getattr(tasks, path.rpartition(".")[2])()


@pytest.fixture
def last_look(db, monkeypatch):
    """Reports are due: it is nine on a Monday, and the last run was a week ago."""
    nine = datetime(2027, 3, 1, 9, tzinfo=ZoneInfo("Europe/Paris"))
    Heartbeat.objects.create(name="reports", at=nine - timedelta(days=7))
    monkeypatch.setattr(due, "_database_now", lambda: nine)


class TestDeliverCommand:
    def test_the_command_dispatches_and_sends(self, ticket, mailoutbox, capsys):
        call_command("helpdesk_deliver")
        assert len(mailoutbox) == MAILS_OF_OPENING
        assert f"sent: {MAILS_OF_OPENING}" in capsys.readouterr().out

    def test_a_dry_run_of_deliver_counts_events_reports_and_mails(
        self, ticket, people, last_look, mailoutbox, capsys
    ):
        dispatch_waiting_events()
        actions.take(ticket, by=people.karim)
        call_command("helpdesk_deliver", "--dry-run")
        counted = capsys.readouterr().out.splitlines()
        assert counted == [
            "events to dispatch: 1",
            "reports due: 4",
            f"mails due: {MAILS_OF_OPENING}",
        ]
        assert mailoutbox == []


class TestReportsCommand:
    def test_the_command_creates_and_sends_reports(self, general, last_look, mailoutbox, capsys):
        call_command("helpdesk_reports")
        assert capsys.readouterr().out == "reports prepared: 4\n"
        assert len(mailoutbox) == 4

    def test_a_dry_run_of_reports_counts_reports(self, general, last_look, mailoutbox, capsys):
        call_command("helpdesk_reports", "--dry-run")
        assert capsys.readouterr().out == "reports due: 4\n"
        assert mailoutbox == []


@pytest.fixture
def one_turn(monkeypatch):
    """Run the loop until it would sleep for the first time."""

    def one_turn():
        command = helpdesk_deliver.Command()
        monkeypatch.setattr(helpdesk_deliver.signal, "signal", lambda *_: None)
        monkeypatch.setattr(helpdesk_deliver.time, "sleep", lambda _: command._stop())
        call_command(command, "--loop")

    return one_turn


class TestFailingReports:
    """What is wrong with them keeps no alert waiting."""

    @pytest.fixture(autouse=True)
    def a_country_that_is_none(self, settings, ticket):
        Heartbeat.objects.create(name="reports", at=timezone.now() - timezone.timedelta(days=4))
        settings.WAGTAIL_HELPDESK = {"HOLIDAYS": "FRANCE"}

    def test_alerts_are_sent_by_the_loop_although_reports_fail(self, one_turn, mailoutbox, caplog):
        one_turn()
        assert len(mailoutbox) == MAILS_OF_OPENING
        assert "FRANCE" in caplog.text

    def test_alerts_are_sent_by_the_command_although_reports_fail(self, mailoutbox):
        call_command("helpdesk_deliver")
        assert len(mailoutbox) == MAILS_OF_OPENING

    def test_alerts_are_sent_by_the_task_although_reports_fail(self, mailoutbox):
        dispatch_waiting_events()
        tasks.plan_reports()
        assert len(mailoutbox) == MAILS_OF_OPENING

    def test_a_check_reports_unreadable_holidays(self, settings):
        [error] = checks.check_holidays(None)
        assert error.id == "wagtail_helpdesk.E008"
        assert "FRANCE" in error.msg
        for value in ("FR", "FR-GP", {timezone.localdate()}):
            settings.WAGTAIL_HELPDESK = {"HOLIDAYS": value}
            assert checks.check_holidays(None) == []


class Clock:
    """Time that passes with each mail alone."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def slow_server(monkeypatch):
    """A mail server that takes five seconds for each mail; gives what it took."""
    clock, taken = Clock(), []

    class Slow:
        def open(self):
            pass

        def close(self):
            pass

        def send_messages(self, mails):
            taken.extend(mails)
            clock.now += 5

    monkeypatch.setattr(delivery, "monotonic", clock)
    monkeypatch.setattr(smtp, "get_default_backend", Slow)
    return taken


def test_a_long_delivery_records_heartbeats(ticket, slow_server, monkeypatch):
    shown = []
    monkeypatch.setattr(delivery, "record_heartbeat", shown.append)
    dispatch_waiting_events()
    deliver()
    assert len(slow_server) == MAILS_OF_OPENING
    assert shown == ["deliver"] * 3


class TestTaskTimeLimit:
    @pytest.fixture(autouse=True)
    def wakeup_calls(self, monkeypatch):
        calls = []
        monkeypatch.setattr("django_q.tasks.async_task", lambda *args: calls.append(args))
        monkeypatch.setattr("django_q.conf.Conf.TIMEOUT", 40)
        return calls

    @pytest.mark.parametrize("task", [tasks.deliver, tasks.plan_reports])
    def test_a_task_sends_for_a_quarter_of_its_time_limit(self, ticket, slow_server, task):
        dispatch_waiting_events()
        task()
        assert len(slow_server) == 2
        assert (
            OutgoingMail.objects.filter(state=MailState.PENDING, attempts=0).count()
            == MAILS_OF_OPENING - 2
        )

    def test_a_task_that_ends_early_requests_another(
        self, ticket, slow_server, wakeup_calls, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.deliver()
        assert wakeup_calls == [("wagtail_helpdesk.tasks.deliver",)]

    def test_several_tasks_that_end_early_request_one_other(
        self, ticket, slow_server, wakeup_calls, django_capture_on_commit_callbacks
    ):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.dispatch_event(str(Event.objects.get().batch))
            tasks.deliver()
        assert len(wakeup_calls) == 1

    def test_a_task_that_sent_everything_requests_no_other(
        self,
        taken,
        people,
        forget_notifications,
        slow_server,
        wakeup_calls,
        django_capture_on_commit_callbacks,
    ):
        forget_notifications()
        actions.comment(taken, by=people.lea, text="Toujours froid.")
        with django_capture_on_commit_callbacks(execute=True):
            tasks.deliver()
        assert len(slow_server) == 1
        assert wakeup_calls == []

    def test_a_task_ended_by_its_time_limit_keeps_only_the_current_mail(self, ticket, monkeypatch):
        def cut(*args):
            raise TimeoutException

        dispatch_waiting_events()
        monkeypatch.setattr(smtp.SMTPConnection, "deliver", cut)
        with pytest.raises(TimeoutException):
            tasks.deliver()
        assert OutgoingMail.objects.filter(state=MailState.SENDING, attempts=1).count() == 1
        assert (
            OutgoingMail.objects.filter(state=MailState.PENDING, attempts=0).count()
            == MAILS_OF_OPENING - 1
        )


def test_a_later_alert_overtakes_bulk_mails_in_the_loop(
    ticket, taken, people, slow_server, one_turn, monkeypatch
):
    dispatch_waiting_events()
    OutgoingMail.objects.update(bulk=True)
    send = smtp.get_default_backend.send_messages

    def with_news(self, mails):
        if not slow_server:
            actions.comment(taken, by=people.lea, text="Glacial.")
        send(self, mails)

    monkeypatch.setattr(smtp.get_default_backend, "send_messages", with_news)
    one_turn()
    assert ["Glacial." in mail.body for mail in slow_server].index(True) == 2


def health(*arguments):
    with pytest.raises(SystemExit) as ended:
        call_command("helpdesk_health", *arguments)
    return ended.value.code


class TestHealth:
    @pytest.fixture(autouse=True)
    def running_jobs(self, db):
        for job in ("deliver", "reports", "housekeeping"):
            Heartbeat.objects.create(name=job)

    def test_a_healthy_site_exits_with_0(self, capsys):
        assert health() == 0

    def test_a_failed_mail_is_a_warning_for_a_day(self, ticket, capsys):
        dispatch_waiting_events()
        OutgoingMail.objects.update(state=MailState.DEAD, failed_at=timezone.now())
        assert health() == 1
        OutgoingMail.objects.update(failed_at=timezone.now() - timezone.timedelta(days=2))
        assert health() == 0

    def test_a_mail_abandoned_after_days_is_a_warning(self, ticket, capsys):
        dispatch_waiting_events()
        old = timezone.now() - timezone.timedelta(hours=73)
        OutgoingMail.objects.update(created_at=old, attempts=queue.GIVE_UP_ATTEMPTS)
        claim = queue.claim_mails()
        queue.settle_result(
            claim.mails[0], claim.token, smtp.DeliveryResult(smtp.DeliveryStatus.LATER, "451")
        )
        assert health() == 1
        assert "mails_dead_today: 1" in capsys.readouterr().out

    def test_a_mail_deferred_several_times_is_a_warning(self, ticket, capsys):
        dispatch_waiting_events()
        OutgoingMail.objects.update(
            next_at=timezone.now() + timezone.timedelta(hours=1), attempts=4
        )
        assert health() == 0
        OutgoingMail.objects.update(attempts=5)
        assert health() == 1
        assert f"mails_deferred: {MAILS_OF_OPENING}" in capsys.readouterr().out

    def test_a_service_without_active_managers_is_a_warning(self, general, capsys):
        get_user_model().objects.filter(helpdesk_manager_rows__service=general).update(
            is_active=False
        )
        assert health() == 1
        assert "services_without_managers: Services Généraux" in capsys.readouterr().out

    def test_a_service_where_nobody_can_manage_managers_is_a_warning(self, general, people, capsys):
        ServiceManager.objects.filter(user=people.hugo).update(can_manage_managers=True)
        assert health() == 0
        get_user_model().objects.filter(pk=people.hugo.pk).update(is_active=False)
        assert health() == 1
        assert "services_without_holders: Services Généraux" in capsys.readouterr().out

    def test_a_disabled_service_needs_no_manager(self, general):
        general.managers.all().delete()
        type(general).objects.update(enabled=False)
        assert health() == 0

    def test_mails_late_by_minutes_are_a_failure(self, ticket, capsys):
        dispatch_waiting_events()
        OutgoingMail.objects.update(next_at=timezone.now() - timezone.timedelta(minutes=6))
        assert health() == 2

    @pytest.mark.parametrize(("minutes", "level"), [(20, 0), (40, 1), (80, 2)])
    def test_bulk_mails_may_be_late(self, ticket, capsys, minutes, level):
        dispatch_waiting_events()
        waited = timezone.timedelta(minutes=minutes)
        OutgoingMail.objects.update(bulk=True, next_at=timezone.now() - waited)
        assert health() == level

    def test_a_delivery_without_heartbeat_is_a_failure(self, capsys):
        Heartbeat.objects.filter(name="deliver").delete()
        assert health("--json") == 2
        assert json.loads(capsys.readouterr().out)["findings"]["last_deliver"]["level"] == 2

    def test_missing_housekeeping_is_a_warning(self, capsys):
        heartbeat = Heartbeat.objects.filter(name="housekeeping")
        heartbeat.update(at=timezone.now() - timezone.timedelta(hours=2))
        assert health() == 0
        heartbeat.update(at=timezone.now() - timezone.timedelta(hours=4))
        assert health() == 1
        assert "warning  last_housekeeping" in capsys.readouterr().out

    def test_housekeeping_that_never_ran_is_a_warning(self, capsys):
        Heartbeat.objects.filter(name="housekeeping").delete()
        assert health() == 1
        call_command("helpdesk_housekeeping")
        assert health() == 0

    def test_an_open_circuit_is_a_warning(self, capsys):
        later = timezone.now() + timezone.timedelta(minutes=1)
        server = CircuitBreaker.objects.create(name="smtp", open_until=later, last_error="421 Full")
        assert health() == 1
        assert "421 Full" in capsys.readouterr().out
        server.open_until = timezone.now()
        server.save()
        assert health() == 0

    def test_the_health_url_answers_ok_or_fail_only(self, client):
        assert client.get(reverse("wagtail_helpdesk:health")).text == "ok"
        Heartbeat.objects.all().delete()
        answer = client.get(reverse("wagtail_helpdesk:health"))
        assert (answer.status_code, answer.text) == (503, "fail")


class TestChecks:
    def ids(self, check, **kwargs):
        return [message.id for message in check(None, **kwargs)]

    def test_a_mail_server_without_time_limit_is_reported(self, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_TIMEOUT = None
        assert self.ids(checks.check_mail) == ["wagtail_helpdesk.W001"]
        settings.EMAIL_TIMEOUT = 60
        assert self.ids(checks.check_mail) == ["wagtail_helpdesk.W002"]
        settings.EMAIL_TIMEOUT = 20
        assert self.ids(checks.check_mail) == []

    def test_a_mailer_without_time_limit_is_reported(self, settings):
        settings.MAILERS = {"default": {"OPTIONS": {}}}
        assert self.ids(checks.check_mail) == ["wagtail_helpdesk.W001"]
        settings.MAILERS = {"default": {"OPTIONS": {"timeout": 20}}}
        assert self.ids(checks.check_mail) == []
        settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
        assert self.ids(checks.check_mail) == []

    def test_a_task_queue_that_repeats_or_hangs_is_reported(self, settings):
        good = dict(settings.Q_CLUSTER)
        assert self.ids(checks.check_queue) == []
        for change, found in (
            ({"timeout": None}, "W003"),
            ({"retry": 70}, "E010"),
            ({"catch_up": True}, "W005"),
            ({"redis": {}}, "W006"),
        ):
            settings.Q_CLUSTER = good | change
            assert self.ids(checks.check_queue) == [f"wagtail_helpdesk.{found}"]
        settings.Q_CLUSTER = None
        assert self.ids(checks.check_queue) == []

    def test_a_site_without_our_urls_is_reported(self, settings):
        assert self.ids(checks.check_urls) == []
        settings.ROOT_URLCONF = "wagtail.admin.urls"
        assert self.ids(checks.check_urls) == ["wagtail_helpdesk.W007"]

    def test_a_site_without_helpdesk_page_is_reported(self, db, monkeypatch):
        assert self.ids(checks.check_page, databases=["default"]) == []
        monkeypatch.setattr("wagtail_helpdesk.links.find_location", lambda service, language: None)
        assert self.ids(checks.check_page, databases=["default"]) == ["wagtail_helpdesk.W008"]
        assert self.ids(checks.check_page) == []


def test_a_round_without_work_does_nothing(db):
    assert dispatch_waiting_events() == 0
    assert deliver() == {}
