"""The Message-IDs of the mails of this site."""

from __future__ import annotations

import uuid

from .conf import helpdesk_settings


def make_message_id(about: str) -> str:
    """Return a new Message-ID that nobody can guess; it begins with what the mail is about.

    ``about`` consists of letters and digits: ``t12`` for the ticket 12.
    """
    return f"<{about}.{uuid.uuid4().hex}@{helpdesk_settings.MAIL_DOMAIN}>"
