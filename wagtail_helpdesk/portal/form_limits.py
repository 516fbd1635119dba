"""Rate limits of the forms of the helpdesk pages, and the answers when they are exceeded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from wagtail_helpdesk import rate_limits
from wagtail_helpdesk.actions import TooMany, action_limits
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.rate_limits import TOO_MANY

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Searches that a page may make while the words of one search are typed.
LIVE_SEARCHES_PER_SEARCH = 5


def validate_invitations(user: User | Any) -> None:
    """Raise ``ValidationError`` when a person has invited as many people as the limit allows.

    Counts nothing: the action counts whom it invites. Asked before accounts are created for guests
    from outside.
    """
    try:
        action_limits.check_invitations(user)
    except TooMany as refused:
        raise forms.ValidationError(str(refused), code=TOO_MANY) from refused


def allow_search(user: User | Any) -> bool:
    """Count a search; return whether it is within the limit."""
    return rate_limits.allow(
        "searches", user, helpdesk_settings.SEARCHES_PER_MINUTE, rate_limits.MINUTE
    )


def allow_draft(user: User | Any) -> bool:
    """Count a draft that the script of a form sends; return whether it is within the limit."""
    return rate_limits.allow(
        "drafts", user, helpdesk_settings.DRAFTS_PER_MINUTE, rate_limits.MINUTE
    )


def get_search_limit_message() -> str:
    """Return what a person reads who searched too often."""
    return _("You have searched too often. Please wait a minute.")


def allow_live_search(user: User | Any) -> bool:
    """Count a search that a page makes while a word is typed; return whether it is within the limit.

    Several of them count as much as one search.
    """
    limit = helpdesk_settings.SEARCHES_PER_MINUTE * LIVE_SEARCHES_PER_SEARCH
    return rate_limits.allow("questions", user, limit, rate_limits.MINUTE)


def allow_report(user: User | Any) -> bool:
    """Count a report that is sent at once; return whether it is within the limit."""
    return rate_limits.allow("reports", user, helpdesk_settings.REPORTS_PER_HOUR, rate_limits.HOUR)


def check_upload(user: User | Any, size: int) -> None:
    """Count the bytes of new files; raise ``ValidationError`` when the day’s are used up with them."""
    limit = helpdesk_settings.UPLOAD_BYTES_PER_DAY
    # As if these came after the last byte allowed: a file is taken whole or not at all.
    if size and not rate_limits.allow("upload", user, limit - size + 1, rate_limits.DAY, size):
        message = _("You have sent too many large files today. Please send these tomorrow.")
        raise forms.ValidationError(message, code=TOO_MANY)


def get_error_status(form: forms.Form) -> int:
    """Return the status that answers a form with errors: 429 when something was too much."""
    return 429 if rate_limits.exceeds_limit(form) else 422
