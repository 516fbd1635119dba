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


def check_invitations(user: User | Any, people: int) -> None:
    """Count the people who are named in a form; raise ``ValidationError`` when there were too many.

    Looking them up costs as much as inviting them, which ``actions.limits`` counts.
    """
    most = helpdesk_settings.INVITATIONS_PER_HOUR
    if not rate_limits.allow("people_named", user, most, rate_limits.HOUR, people):
        message = _("You have invited a lot of people. Please wait an hour before inviting others.")
        raise forms.ValidationError(message, code=TOO_MANY)
