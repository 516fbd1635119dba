"""A site that reads replies, with links in mails that lead to a fake helpdesk page."""

import pytest


@pytest.fixture(autouse=True)
def mail_in(settings, fake_helpdesk_page) -> None:
    """Configure the address for replies."""
    settings.WAGTAIL_HELPDESK = {"MAIL_IN_ADDRESS": "helpdesk@arvelle.example"}
