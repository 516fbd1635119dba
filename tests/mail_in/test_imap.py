"""Fetching from a real IMAP server, with processes that are killed."""

import json
import signal
from functools import partial

import pytest
from django.core.management import call_command

from tests.mail_in.mails import reply
from tests.servers.processes import eventually, stop
from tests.servers.workers import command
from wagtail_helpdesk.contrib.mail_in.models import IncomingMail
from wagtail_helpdesk.contrib.mail_in.tokens import ReplyToken, make_reply_address
from wagtail_helpdesk.models import Event

pytestmark = [pytest.mark.servers, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def mailbox(imap_server, settings, request):
    """Configure a mailbox of this test."""
    settings.WAGTAIL_HELPDESK |= {"MAIL_IN_IMAP": imap_server.settings(request.node.name)}
    return request.node.name


@pytest.fixture
def replies(ticket, people):
    """Return a function that writes replies of Léa."""
    address = make_reply_address(ReplyToken(ticket.pk, people.lea.pk, 1))
    return lambda *texts: [reply(people.lea, address, text) for text in texts]


def comments():
    return sorted(Event.objects.filter(action="comment").values_list("text", flat=True))


def test_mails_are_moved_after_they_were_recorded(imap_server, mailbox, replies, capsys):
    imap_server.append(*replies("un", "deux"), b"no mail", user=mailbox)
    call_command("helpdesk_fetch_mail")
    assert comments() == ["deux", "un"]
    assert imap_server.count("INBOX", mailbox) == 0
    assert imap_server.count("Processed", mailbox) == 3
    call_command("helpdesk_fetch_mail")
    assert len(comments()) == 2


def test_a_loop_killed_at_any_moment_loses_and_doubles_no_mail(
    imap_server, mailbox, replies, settings
):
    texts = [f"mail {n:02}" for n in range(12)]
    imap_server.append(*replies(*texts), user=mailbox)
    loop = partial(
        command, "helpdesk_fetch_mail", "--loop", says="SIGTERM",
        HELPDESK_TEST_SETTINGS=json.dumps(settings.WAGTAIL_HELPDESK),
    )  # fmt: skip
    for goal in (1, 5):
        with loop() as process:
            eventually(partial(has_received, goal))
            stop(process, signal.SIGKILL)
    with loop():
        eventually(lambda: imap_server.count("INBOX", mailbox) == 0)
        imap_server.append(*replies("while it waits"), user=mailbox)
        eventually(lambda: "while it waits" in comments())
    assert comments() == [*texts, "while it waits"]


def has_received(count):
    return IncomingMail.objects.count() >= count
