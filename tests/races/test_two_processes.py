"""Two processes of the site that write to one SQLite file."""

import subprocess
import sys

import pytest

from tests.servers.workers import PROJECT, environment
from wagtail_helpdesk.models import Event

pytestmark = [pytest.mark.servers, pytest.mark.sqlite]

WRITE = """
from django.contrib.auth.models import User
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket

person = User.objects.get(username={username!r})
for number in range(100):
    actions.comment(Ticket.objects.get(pk={ticket}), by=person, text=f"{{number}}")
"""


def test_two_processes_write_two_hundred_comments(ticket, people):
    """R-37: none is lost, none finds the database locked."""
    writers = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "django", "shell", "-c"),
                WRITE.format(username=username, ticket=ticket.pk),
            ],
            env=environment(),
            cwd=PROJECT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for username in ("lea", "karim")
    ]
    try:
        for writer in writers:
            _, errors = writer.communicate(timeout=600)
            assert writer.returncode == 0, errors
    finally:
        for writer in writers:
            writer.kill()
    comments = Event.objects.filter(action="comment")
    assert comments.filter(actor=people.lea).count() == 100
    assert comments.filter(actor=people.karim).count() == 100
