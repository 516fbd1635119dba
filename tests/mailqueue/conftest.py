"""Links in mails lead to a fake helpdesk page, unless a module overrides the fixture."""

import pytest


@pytest.fixture(autouse=True)
def helpdesk_locations(fake_helpdesk_page) -> None:
    """Let links lead to a fake page."""
