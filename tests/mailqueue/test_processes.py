"""Delivery with real processes and servers that are killed, stopped and restarted."""

import os
import signal
import threading
import time

import pytest
from django.db import connection, connections
from django.utils import timezone

from tests.servers.processes import children, eventually, stop
from tests.servers.redis import redis_server
from tests.servers.workers import command, qcluster, run_command
from wagtail_helpdesk import actions
from wagtail_helpdesk.mailqueue import queue
from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.models import Event, Heartbeat, MailState, OutgoingMail
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def helpdesk_locations():
    """Use real pages: other processes do not have the fake one."""


def loop(smtp, **more):
    return command(
        "helpdesk_deliver", "--loop", "--pause", "0.1", says="SIGTERM", smtp_port=smtp.port, **more
    )


def let_leases_run_out():
    """Let the leases of all claimed mails expire."""
    OutgoingMail.objects.filter(state=MailState.SENDING).update(lease_until="2000-01-01T00:00Z")


def test_the_loop_delivers_without_django_q(ticket, smtp):
    with loop(smtp):
        # The acknowledgement, and an alert to each of four managers.
        assert len(smtp.wait_for(5)) == 5


def test_mails_are_sent_although_a_killed_worker_freezes_the_cluster(ticket, people, smtp):
    with qcluster(smtp_port=smtp.port) as cluster, loop(smtp):
        # The acknowledgement, and an alert to each of four managers.
        smtp.wait_for(5)
        for child in children(cluster.pid):
            for worker in children(child)[:1]:
                os.kill(worker, signal.SIGKILL)
        actions.take(ticket, by=people.karim)
        smtp.wait_for(6)
    assert smtp.messages[-1].recipient == people.lea.email


def test_killing_the_cluster_loses_no_mail(ticket, people, smtp):
    with qcluster(smtp_port=smtp.port) as cluster:
        actions.take(ticket, by=people.karim)
        stop(cluster, signal.SIGKILL)
    let_leases_run_out()
    run_command("helpdesk_deliver", smtp_port=smtp.port)
    assert not OutgoingMail.objects.exclude(state=MailState.SENT).exists()
    # The acknowledgement, an alert to each of four managers, and one to the requester.
    assert len({mail.message_id for mail in smtp.messages}) == OutgoingMail.objects.count() == 6


def test_a_real_cluster_sends_within_seconds(ticket, people, smtp):
    dispatch_waiting_events()
    deliver()
    with qcluster(smtp_port=smtp.port):
        actions.take(ticket, by=people.karim)
        smtp.wait_for(5)


ACT = """
from django.contrib.auth import get_user_model
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket
lea = get_user_model().objects.get(username="lea")
actions.comment(Ticket.objects.get(), by=lea, text="Toujours froid.")
"""


def test_the_redis_broker_works(taken, forget_notifications, smtp):
    forget_notifications()
    with redis_server() as redis:
        where = {"smtp_port": smtp.port, "redis_port": redis.port}
        with qcluster(**where):
            run_command("shell", "-c", ACT, **where)
            smtp.wait_for(1)


def test_an_emptied_redis_loses_no_mail(taken, forget_notifications, smtp):
    forget_notifications()
    with redis_server() as redis:
        run_command("shell", "-c", ACT, smtp_port=smtp.port, redis_port=redis.port)
    run_command("helpdesk_deliver", smtp_port=smtp.port)
    assert len(smtp.messages) == 1


def test_an_action_succeeds_while_redis_is_down(taken, forget_notifications, smtp):
    forget_notifications()
    done = run_command("shell", "-c", ACT, smtp_port=smtp.port, redis_port=9)
    assert done.returncode == 0
    run_command("helpdesk_deliver", smtp_port=smtp.port)
    assert len(smtp.messages) == 1


def test_a_process_killed_after_acceptance_sends_two_copies_at_most(
    taken, people, forget_notifications, smtp
):
    forget_notifications()
    with loop(smtp) as process:
        smtp.after_reply = lambda received: os.kill(process.pid, signal.SIGKILL)
        actions.comment(taken, by=people.lea, text="Toujours froid.")
        assert process.wait(timeout=60) == -signal.SIGKILL
    smtp.after_reply = lambda received: None
    let_leases_run_out()
    run_command("helpdesk_deliver", smtp_port=smtp.port)
    copies = {mail.message_id for mail in smtp.messages}
    assert len(copies) == 1
    # One if the process wrote "sent" before the signal reached it.
    assert len(smtp.messages) <= 2
    assert OutgoingMail.objects.get().state == MailState.SENT


def test_sigterm_stops_delivery_after_the_current_mail(ticket, smtp):
    smtp.delay = 1
    with loop(smtp) as process:
        eventually(lambda: smtp.connections)
        process.terminate()
        assert process.wait(timeout=60) == 0
    assert not OutgoingMail.objects.filter(state=MailState.SENDING).exists()
    assert OutgoingMail.objects.filter(state=MailState.SENT).count() == len(smtp.messages) < 4


def in_threads(work, number):
    """Do a piece of work in several threads that start together; return what each returned."""
    barrier, results = threading.Barrier(number), []

    def one():
        try:
            barrier.wait()
            results.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == number
    return results


def test_of_two_claims_of_one_mail_one_succeeds(taken, people, forget_notifications, smtp):
    forget_notifications()
    actions.comment(taken, by=people.lea, text="Toujours froid.")
    dispatch_waiting_events()
    for _ in range(100):
        claims = in_threads(queue.claim_mails, 2)
        winners = [claim for claim in claims if claim.mails]
        assert len(winners) == 1
        queue.release_mails(winners[0].mails, winners[0].token)


def test_two_concurrent_dispatches_notify_each_recipient_once(ticket, people):
    for number in range(10):
        actions.comment(ticket, by=people.lea, text=f"Allô {number} ?")
        actions.release(actions.take(ticket, by=people.karim).ticket, by=people.karim)
    counts = in_threads(dispatch_waiting_events, 2)
    assert sum(counts) == sum(event.notifications.count() for event in ticket.events.all())


def test_of_four_concurrent_planners_one_creates_the_reports(general, people):
    from datetime import datetime, timedelta
    from zoneinfo import ZoneInfo

    from wagtail_helpdesk.reports.due import plan_reports

    eight = datetime(2027, 3, 1, 8, tzinfo=ZoneInfo("Europe/Paris"))
    Heartbeat.objects.create(name="reports", at=eight - timedelta(minutes=1))
    assert sorted(in_threads(lambda: plan_reports(eight), 4)) == [0, 0, 0, 4]
    assert OutgoingMail.objects.count() == 4


def test_a_suspended_process_that_lost_its_lease_sends_nothing(
    taken, people, forget_notifications, smtp
):
    forget_notifications()
    asleep = threading.Event()
    with loop(smtp) as process:

        def put_to_sleep():
            smtp.on_connect = lambda: None
            os.kill(process.pid, signal.SIGSTOP)
            asleep.set()

        smtp.on_connect = put_to_sleep
        actions.comment(taken, by=people.lea, text="Toujours froid.")
        assert asleep.wait(timeout=60)
        assert OutgoingMail.objects.get().state == MailState.SENDING
        let_leases_run_out()
        deliver()
        assert len(smtp.messages) == 1
        os.kill(process.pid, signal.SIGCONT)
        eventually(lambda: "claimed by another process" in process.log.read_text())
    assert len(smtp.messages) == 1


@pytest.mark.postgresql
def test_delivery_survives_a_lost_database_connection(ticket, people, smtp):
    with loop(smtp):
        for number in range(5):
            actions.comment(ticket, by=people.lea, text=f"Allô {number} ?")
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            time.sleep(0.3)
        actions.take(ticket, by=people.karim)
        time.sleep(2)
        # A mail that was in hand at the moment of a cut waits for its lease to run out.
        let_leases_run_out()
        eventually(
            lambda: (
                not OutgoingMail.objects.exclude(state=MailState.SENT).exists()
                and any(mail.recipient == people.lea.email for mail in smtp.messages)
            ),
            within=300,
        )


@pytest.mark.sqlite
def test_two_processes_on_sqlite_lose_no_mail(ticket, people, smtp):
    with loop(smtp):
        for number in range(60):
            actions.take(ticket, by=people.karim)
            actions.release(ticket, by=people.karim, text=f"n° {number}")
        eventually(lambda: not Event.objects.not_dispatched().exists(), within=90)
        # After ten mails about one ticket the rest would travel together, minutes later.
        OutgoingMail.objects.update(next_at=timezone.now())
        eventually(
            lambda: not OutgoingMail.objects.exclude(state=MailState.SENT).exists(), within=90
        )
    recipients = {
        notification
        for notification in ticket.events.values_list("notifications", flat=True)
        if notification
    }
    assert len(recipients) == 4 + 60 + 60 * 4
