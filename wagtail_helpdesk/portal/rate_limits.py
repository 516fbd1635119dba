"""Rate limits of the forms of the helpdesk pages, and the answers when they are exceeded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from wagtail_helpdesk import rate_limits
from wagtail_helpdesk.conf import helpdesk_settings

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: The code of the error of a field when too many people were invited.
TOO_MANY = "too_many"


def allow_action(user: User | Any) -> bool:
    """Count a form about a ticket; return False when there were too many within a minute."""
    return rate_limits.allow("acts", user, helpdesk_settings.ACTS_PER_MINUTE, rate_limits.MINUTE)


def allow_opening(user: User | Any) -> bool:
    """Count a new ticket; return False when there were too many within an hour."""
    most = helpdesk_settings.TICKETS_PER_HOUR
    return allow_action(user) and rate_limits.allow("tickets", user, most, rate_limits.HOUR)


def check_invitations(user: User | Any, people: int) -> None:
    """Count invited people; raise ``ValidationError`` when there were too many within an hour."""
    most = helpdesk_settings.INVITATIONS_PER_HOUR
    if not rate_limits.allow("invitations", user, most, rate_limits.HOUR, people):
        message = _("You have invited a lot of people. Please wait an hour before inviting others.")
        raise forms.ValidationError(message, code=TOO_MANY)


def refuse_form(form: forms.Form) -> int:
    """Add the error about the limit to a form; return the HTTP status of the answer."""
    form.add_error(
        None,
        _("You are sending too fast. Please wait a moment, then send the form again."),
    )
    return 429
