"""Links in mails lead to a fake helpdesk page, unless a module overrides the fixture."""

import pytest

from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.notifications import acknowledgement


@pytest.fixture(autouse=True)
def helpdesk_locations(fake_helpdesk_page) -> None:
    """Let links lead to a fake page."""


@pytest.fixture(autouse=True)
def _without_acknowledgements(monkeypatch):
    """Send alerts only: tests of the queue count mails."""
    monkeypatch.setattr(acknowledgement, "AUTOMATIC_SOURCES", frozenset(Source))
