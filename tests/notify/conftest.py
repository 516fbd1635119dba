"""Two small services and a ticket, and what telling needs beside them."""

import pytest

from tests.actions.conftest import (  # noqa: F401
    closed,
    dsi,
    general,
    heating,
    network,
    people,
    plumbing,
    taken,
    ticket,
)
from wagtail_helpdesk.models import Envelope, Event, Notice
from wagtail_helpdesk.notify.announce import announce_waiting


@pytest.fixture
def told(db):
    """Announce everything, and say who hears of an action and why: `told("release")`."""

    def told(action=None):
        announce_waiting()
        notices = Notice.objects.select_related("user", "event").order_by("pk")
        if action is not None:
            notices = notices.filter(event=Event.objects.filter(action=action).last())
        return {n.user.username if n.user else n.address: (n.skipped or n.reason) for n in notices}

    return told


@pytest.fixture
def quiet(db):
    """Forget what was to be told so far: the test is about what comes next."""

    def quiet():
        announce_waiting()
        Notice.objects.all().delete()
        Envelope.objects.all().delete()

    return quiet
