"""What one person may do on the pages within a while, and what is answered when it is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from wagtail_helpdesk import rate_limits
from wagtail_helpdesk.conf import helpdesk_settings

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: The code of the error at a field that names too many people.
TOO_MANY = "too_many"


def allow_action(user: User | Any) -> bool:
    """Count a form about a ticket."""
    return rate_limits.allow("acts", user, helpdesk_settings.ACTS_PER_MINUTE, rate_limits.MINUTE)


def allow_opening(user: User | Any) -> bool:
    """Count a ticket that is opened."""
    most = helpdesk_settings.TICKETS_PER_HOUR
    return allow_action(user) and rate_limits.allow("tickets", user, most, rate_limits.HOUR)


def check_invitations(user: User | Any, people: int) -> None:
    """Count the people who are invited; raise ``ValidationError`` when there were too many already."""
    most = helpdesk_settings.INVITATIONS_PER_HOUR
    if not rate_limits.allow("invitations", user, most, rate_limits.HOUR, people):
        message = _("You have invited a lot of people. Please wait an hour before inviting others.")
        raise forms.ValidationError(message, code=TOO_MANY)


def refuse_form(form: forms.Form) -> int:
    """Say on a form that it was too much; return the status of the answer."""
    form.add_error(
        None,
        _("You have sent a lot in a short time. Please wait a moment, then send the form again."),
    )
    return 429
