"""The calls from the form of a new ticket to its event, and from the event to its mails."""

import configparser
import sys
import uuid
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.locmem import EmailBackend

from tests.portal.conftest import Visitor
from wagtail_helpdesk import tasks
from wagtail_helpdesk.models import Event, Notification

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = PROJECT / "wagtail_helpdesk"


def read_layers():
    """Return the place of each module and package of the contract, 0 for the highest."""
    config = configparser.ConfigParser()
    config.read(PROJECT / "setup.cfg")
    layers = config["importlinter:contract:layers"]["layers"].strip().splitlines()
    names = (line.replace("|", " ").replace(":", " ").split() for line in layers)
    return {name: place for place, row in enumerate(names) for name in row}


def list_calling_modules():
    """Return the modules of the package on the stack, the outermost first, each once."""
    found, frame = [], sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(PACKAGE):
            found.append(str(path.relative_to(PACKAGE)))
        frame = frame.f_back
    return list(dict.fromkeys(reversed(found)))


@pytest.fixture
def call_paths(monkeypatch):
    """The modules on the way to each row, each message and each hand-over to the mail server."""
    found = {"event": [], "notification": [], "message": [], "mail": []}

    def record(name, cls, method):
        original = getattr(cls, method)

        def recorded(self, *args, **kwargs):
            found[name].append(list_calling_modules())
            return original(self, *args, **kwargs)

        monkeypatch.setattr(cls, method, recorded)

    record("event", Event, "save_base")
    record("notification", Notification, "__init__")
    record("message", EmailMultiAlternatives, "__init__")
    record("mail", EmailBackend, "send_messages")
    return found


@pytest.fixture
def opened_ticket(helpdesk, people, heating, call_paths):
    """Léa opens a ticket by the form of the page."""
    response = Visitor(people.lea).post(
        f"new/{heating.pk}/", category=heating.pk, subject="Fuite", text="Au plafond.",
        submission=uuid.uuid4(),
    )  # fmt: skip
    assert response.status_code == 303
    return Event.objects.get()


@pytest.mark.usefixtures("opened_ticket")
def test_the_form_of_a_new_ticket_is_at_most_fifteen_modules_from_its_event(call_paths):
    [path] = call_paths["event"]
    assert len(path) <= 15, path


@pytest.mark.usefixtures("opened_ticket")
def test_the_calls_from_the_form_of_a_new_ticket_to_its_event_go_down_the_layers(call_paths):
    layers = read_layers()
    [path] = call_paths["event"]
    places = [layers[name.partition("/")[0].removesuffix(".py")] for name in path]
    assert all(above <= below for above, below in pairwise(places)), path


def test_an_opening_is_at_most_twenty_modules_from_its_mails(opened_ticket, call_paths):
    tasks.dispatch_event(str(opened_ticket.batch))
    mails = [path for name in ("notification", "message", "mail") for path in call_paths[name]]
    assert all(call_paths.values())
    modules = {name for path in mails for name in path}
    assert len(modules) <= 20, sorted(modules)
