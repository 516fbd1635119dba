"""Signed tokens of the links with which the reader of a mail unsubscribes without logging in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core import signing

from wagtail_helpdesk.parsing import parse_user_key

#: How long a link works.
VALID_FOR = timedelta(days=180)
MUTE_SALT = "wagtail_helpdesk.mute"
REPORTS_SALT = "wagtail_helpdesk.reports"


def make_mute_token(user: Any, ticket: int) -> str:
    """Return a token that allows muting one ticket for one user, and nothing else."""
    return signing.dumps([str(user), ticket], salt=MUTE_SALT)


def read_mute_token(token: str) -> tuple[Any, int] | None:
    """Return the keys of user and ticket, or None when the token is invalid or expired."""
    try:
        user, ticket = signing.loads(token, salt=MUTE_SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return parse_user_key(user), ticket


def make_reports_token(user: Any) -> str:
    """Return a token that allows suspending one user's reports, and nothing else."""
    return signing.dumps([str(user)], salt=REPORTS_SALT)


def read_reports_token(token: str) -> Any | None:
    """Return the key of the user, or None when the token is invalid or expired."""
    try:
        (user,) = signing.loads(token, salt=REPORTS_SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return parse_user_key(user)
