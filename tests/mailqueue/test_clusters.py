"""From a form of the helpdesk page to the mail server, through real clusters of django-q2."""

import os
import signal
from collections import Counter

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.portal.conftest import Visitor
from tests.servers.redis import redis_server
from tests.servers.workers import qcluster, run_command
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event, Heartbeat, MailState, OutgoingMail

pytestmark = [
    pytest.mark.servers,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def helpdesk_locations(transactional_db, helpdesk):
    """Mails lead to the real page here."""


# Redis is configured when the process starts, so the form is sent by one of its own.
COMMENT_ON_THE_PAGE = """
from django.contrib.auth import get_user_model
from tests.portal.conftest import Visitor
from wagtail_helpdesk.models import Ticket
lea = get_user_model().objects.get(username="lea")
answer = Visitor(lea).submit_action(Ticket.objects.get(), "comment", text="Toujours froid.")
assert answer.status_code == 303, answer.status_code
"""


def read(received):
    return received.message.get_body(("plain",)).get_content()


def test_a_comment_on_the_page_becomes_a_mail(taken, people, forget_notifications, smtp):
    forget_notifications()
    with qcluster(smtp_port=smtp.port):
        answer = Visitor(people.lea).submit_action(taken, "comment", text="Toujours froid.")
        assert answer.status_code == 303
        (received,) = smtp.wait_for(1)
    assert received.recipient == people.karim.email
    assert "Toujours froid." in read(received)
    assert f"/go/tickets/{taken.pk}/" in read(received)


def test_a_comment_on_the_page_becomes_a_mail_with_redis(taken, people, forget_notifications, smtp):
    forget_notifications()
    with redis_server() as redis:
        where = {"smtp_port": smtp.port, "redis_port": redis.port}
        with qcluster(**where):
            done = run_command("shell", "-c", COMMENT_ON_THE_PAGE, **where)
            assert done.returncode == 0, done.stderr
            (received,) = smtp.wait_for(1)
    assert received.recipient == people.karim.email


def test_the_schedule_sends_what_redis_lost(taken, forget_notifications, smtp):
    forget_notifications()
    with redis_server() as forgetful:
        where = {"smtp_port": smtp.port, "redis_port": forgetful.port}
        done = run_command("shell", "-c", COMMENT_ON_THE_PAGE, **where)
        assert done.returncode == 0, done.stderr
    assert Event.objects.not_dispatched().exists()
    call_command("helpdesk_schedules", verbosity=0)
    with redis_server() as empty, qcluster(smtp_port=smtp.port, redis_port=empty.port):
        assert len(smtp.wait_for(1, within=90)) == 1


def test_two_clusters_send_nothing_twice(ticket, people, forget_notifications, smtp):
    forget_notifications()
    with qcluster(smtp_port=smtp.port), qcluster(smtp_port=smtp.port):
        for number in range(8):
            actions.comment(ticket, by=people.lea, text=f"Allô {number} ?")
            actions.take(ticket, by=people.karim)
            actions.release(ticket, by=people.karim, text="Pas moi.")
        smtp.wait_for(1)
        run_command("helpdesk_deliver", smtp_port=smtp.port)
        # What a flood puts off travels now.
        OutgoingMail.objects.filter(state=MailState.PENDING).update(next_at=timezone.now())
        run_command("helpdesk_deliver", smtp_port=smtp.port)
        smtp.wait_for(OutgoingMail.objects.exclude(state=MailState.SKIPPED).count())
    copies = Counter(mail.message_id for mail in smtp.messages)
    assert set(copies.values()) == {1}


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "frozen"])
def test_a_frozen_cluster_is_reported_and_the_command_sends_its_mails(
    taken, people, forget_notifications, smtp, fate
):
    forget_notifications()
    with qcluster(smtp_port=smtp.port) as cluster:
        os.killpg(cluster.pid, fate)
        Visitor(people.lea).submit_action(taken, "comment", text="Toujours froid.")
        long_ago = timezone.now() - timezone.timedelta(minutes=6)
        Event.objects.not_dispatched().update(created_at=long_ago)
        Heartbeat.objects.update(at=long_ago)
        noticed = run_command("helpdesk_health")
        assert noticed.returncode == 2
        assert "FAILED   oldest_event_not_dispatched" in noticed.stdout
        run_command("helpdesk_deliver", smtp_port=smtp.port)
        assert len(smtp.messages) == 1


def test_a_cluster_that_resumes_sends_nothing_twice(taken, people, forget_notifications, smtp):
    forget_notifications()
    with qcluster(smtp_port=smtp.port) as cluster:
        os.killpg(cluster.pid, signal.SIGSTOP)
        Visitor(people.lea).submit_action(taken, "comment", text="Toujours froid.")
        run_command("helpdesk_deliver", smtp_port=smtp.port)
        smtp.wait_for(1)
        os.killpg(cluster.pid, signal.SIGCONT)
        Visitor(people.lea).submit_action(taken, "comment", text="Glacial.")
        first, second = smtp.wait_for(2)
    # The second came through the cluster, which had found the task of the first before it.
    assert "Toujours froid." in read(first)
    assert "Glacial." in read(second)
    assert len(smtp.messages) == 2
