"""Signed words in the links by which a mail's reader says “no more of this”, without logging in."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing

#: For how long such a link works.
VALID_FOR = timedelta(days=180)
MUTE_SALT = "wagtail_helpdesk.mute"
REPORTS_SALT = "wagtail_helpdesk.reports"


def mute_token(user: int, ticket: int) -> str:
    """Return what lets its bearer mute one ticket for one person, and nothing else."""
    return signing.dumps([user, ticket], salt=MUTE_SALT)


def read_mute_token(token: str) -> tuple[int, int] | None:
    """Return the person and the ticket, or None when the token is false or too old."""
    try:
        user, ticket = signing.loads(token, salt=MUTE_SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return user, ticket


def reports_token(user: int) -> str:
    """Return what lets its bearer suspend one person's reports, and nothing else."""
    return signing.dumps([user], salt=REPORTS_SALT)


def read_reports_token(token: str) -> int | None:
    """Return the person, or None when the token is false or too old."""
    try:
        (user,) = signing.loads(token, salt=REPORTS_SALT, max_age=VALID_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(user)
