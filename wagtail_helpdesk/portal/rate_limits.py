"""Rate limits for the forms of the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from wagtail_helpdesk import rate_limits
from wagtail_helpdesk.conf import helpdesk_settings

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: The code of the validation error for too many invitations.
TOO_MANY = "too_many"


def allow_action(user: User | Any) -> bool:
    """Count a form about a ticket; tell whether it is within the limit."""
    return rate_limits.allow("acts", user, helpdesk_settings.ACTS_PER_MINUTE, rate_limits.MINUTE)


def allow_opening(user: User | Any) -> bool:
    """Count a new ticket; tell whether it is within the limits."""
    limit = helpdesk_settings.TICKETS_PER_HOUR
    return allow_action(user) and rate_limits.allow("tickets", user, limit, rate_limits.HOUR)


def check_invitations(user: User | Any, people: int) -> None:
    """Count invitations. Raises ``ValidationError`` beyond the limit."""
    limit = helpdesk_settings.INVITATIONS_PER_HOUR
    if not rate_limits.allow("invitations", user, limit, rate_limits.HOUR, people):
        message = _("You have invited a lot of people. Please wait an hour before inviting others.")
        raise forms.ValidationError(message, code=TOO_MANY)


def refuse_form(form: forms.Form) -> int:
    """Add an error to a form that exceeds a limit; return the HTTP status of the answer."""
    form.add_error(
        None,
        _("You’re sending too fast. Please wait a moment, then send the form again."),
    )
    return 429
