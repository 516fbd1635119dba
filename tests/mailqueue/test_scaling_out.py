"""Two web servers and two clusters on one PostgreSQL and one Redis; one of each dies while people write."""

import os
import signal
from collections import Counter
from contextlib import ExitStack, suppress
from http.client import HTTPException

import pytest
from django.test import Client

from bench.browsing import Browser
from bench.servers import gunicorn
from tests.servers.processes import eventually
from tests.servers.redis import redis_server
from tests.servers.workers import environment, qcluster
from wagtail_helpdesk import actions
from wagtail_helpdesk.maintenance import schedules
from wagtail_helpdesk.models import Event, MailState, OutgoingMail

pytestmark = [
    pytest.mark.servers,
    pytest.mark.postgresql,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

COMMENTS, MAILS_BEFORE_THE_END = 16, 4
#: Seconds after which what a dead worker held is taken up by another.
LEASE = 10


@pytest.fixture(autouse=True)
def helpdesk_locations(transactional_db, helpdesk):
    """Mails lead to the real page here, and what is left behind is found by the clock."""
    schedules.install_schedules()


@pytest.fixture
def tickets(heating, people, forget_notifications):
    """As many tickets as comments: what concerns one ticket would travel in one mail."""
    tickets = [
        actions.open_ticket(heating, by=people.lea, subject=f"Salle {n}", text="Il fait froid.")
        for n in range(COMMENTS)
    ]
    for ticket in tickets:
        actions.take(ticket, by=people.karim)
    forget_notifications()
    return tickets


class Writer:
    """A client of a load balancer: requests from one server, or from the other if it fails."""

    def __init__(self, user, ports):
        client = Client()
        client.force_login(user)
        self.browsers = [Browser(port, client.cookies["sessionid"].value) for port in ports]
        for browser in self.browsers:
            browser.cookies = self.browsers[0].cookies

    def comment(self, ticket, text):
        self.browsers.reverse()
        address = f"/assistance/tickets/{ticket.pk}/comment/"
        form = self._answered(lambda browser: browser.form(address))
        status, body, _processor = self._answered(
            lambda browser: browser.post(address, form | {"text": text})
        )
        assert status == 303, body

    def _answered(self, ask):
        for browser in self.browsers:
            with suppress(OSError, HTTPException):
                return ask(browser)
        raise AssertionError("no web server answers")


def killed_after(mails, smtp, *processes):
    """Kill these processes, with all they started, at the moment this many mails have left."""

    def kill(received):
        if len(smtp.messages) >= mails:
            smtp.after_reply = lambda received: None
            for process in processes:
                # Of two mails that come at once, both may.
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    smtp.after_reply = kill


def wait_until_everything_is_sent(within=300):
    """Wait: the remaining cluster does everything, by its tasks and its schedules.

    A sweep that the dead cluster had in hand is lost with it, and the next comes a minute later.
    """
    unfinished = OutgoingMail.objects.filter(state__in=[MailState.PENDING, MailState.SENDING])
    eventually(
        lambda: not Event.objects.not_dispatched().exists() and not unfinished.exists(),
        within=within,
    )


def test_the_work_of_a_killed_web_server_and_cluster_is_done_by_the_others(tickets, people, smtp):
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        where = {
            "smtp_port": smtp.port,
            "redis_port": redis.port,
            "HELPDESK_TEST_LEASE": f"{LEASE}",
        }
        clusters = [stack.enter_context(qcluster(**where)) for _n in range(2)]
        webs = [stack.enter_context(gunicorn(environment(**where))) for _n in range(2)]
        smtp.delay = 0.05
        killed_after(MAILS_BEFORE_THE_END, smtp, clusters[0], webs[0].process)
        lea = Writer(people.lea, [web.port for web in webs])
        for number, ticket in enumerate(tickets):
            lea.comment(ticket, f"Toujours froid, {number}.")
        wait_until_everything_is_sent()
        assert [clusters[0].poll(), webs[0].process.poll()] == [-signal.SIGKILL, -signal.SIGKILL]

    written = [f"Toujours froid, {number}." for number in range(COMMENTS)]
    comments = Event.objects.filter(action="comment").order_by("pk")
    assert list(comments.values_list("text", flat=True)) == written
    mails = [mail.message.get_body(("plain",)).get_content() for mail in smtp.messages]
    assert [text for text in written if not any(text in mail for mail in mails)] == []
    assert max(Counter(mail.message_id for mail in smtp.messages).values()) <= 2
