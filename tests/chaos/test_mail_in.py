"""Fetching mails while the process is killed and the connections are cut: no mail is lost or doubled."""

import json
import os
import random
import signal
import time
from functools import partial

import pytest

from tests.mail_in.mails import reply
from tests.servers.processes import children, eventually, stop
from tests.servers.workers import command
from wagtail_helpdesk.contrib.mail_in.models import IncomingMail
from wagtail_helpdesk.contrib.mail_in.tokens import ReplyToken, make_reply_address
from wagtail_helpdesk.models import Event

pytestmark = [pytest.mark.chaos, pytest.mark.servers, pytest.mark.django_db(transaction=True)]

MAILS, KILLS = 150, 12


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_mails_come_in_once_whatever_dies(seed, imap_server, ticket, people):
    chance, mailbox = random.Random(seed), f"chaos-{seed}"
    settings = {
        "MAIL_IN_ADDRESS": "helpdesk@arvelle.example",
        "MAIL_IN_PER_HOUR": 10_000,
        "ACTIONS_PER_MINUTE": 10_000,
        "MAIL_IN_IMAP": imap_server.settings(mailbox),
    }
    address = "helpdesk@arvelle.example"
    texts = [f"mail {n:03}" for n in range(MAILS)]
    imap_server.append(*_write(texts, ticket, people, address), user=mailbox)
    loop = partial(
        command, "helpdesk_fetch_mail", "--loop", says="SIGTERM",
        HELPDESK_TEST_SETTINGS=json.dumps(settings),
    )  # fmt: skip
    for _ in range(KILLS):
        with loop() as process:
            goal = min(IncomingMail.objects.count() + chance.randint(1, 8), MAILS)
            eventually(partial(_has_received, goal))
            time.sleep(chance.random() / 20)
            if chance.random() < 0.3:
                _cut_connections(imap_server.pid)
                time.sleep(chance.random())
            stop(process, signal.SIGKILL)
    with loop():
        eventually(lambda: imap_server.count("INBOX", mailbox) == 0)
    comments = Event.objects.filter(action="comment").values_list("text", flat=True)
    assert sorted(comments) == texts


def _write(texts, ticket, people, address):
    from django.test import override_settings

    with override_settings(WAGTAIL_HELPDESK={"MAIL_IN_ADDRESS": address}):
        to = make_reply_address(ReplyToken(ticket.pk, people.lea.pk, 1))
    return [reply(people.lea, to, text) for text in texts]


def _has_received(count):
    return IncomingMail.objects.count() >= count


def _cut_connections(pid):
    """Kill the processes of the IMAP server that serve a connection."""
    for child in children(pid):
        with open(f"/proc/{child}/comm") as name:
            if name.read().strip() == "imap":
                os.kill(child, signal.SIGKILL)
