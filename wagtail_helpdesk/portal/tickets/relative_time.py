"""How long ago something happened, in a few words."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wagtail_helpdesk.dates import format_date


def format_ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, or its day when that was another week.

    It goes with the full date in a ``title``: the words alone are never enough.
    """
    minutes = max(0, int((now - moment).total_seconds() // 60))
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes) % {
            "count": minutes
        }
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    days = (today - local.date()).days
    if days < 1:
        hours = minutes // 60
        return ngettext("%(count)s hour ago", "%(count)s hours ago", hours) % {"count": hours}
    if days == 1:
        return _("yesterday")
    if days < 7:
        return date_format(local, "l")
    if local.year == today.year:
        # Translators: a format of Django, a day without its year: 20 November.
        return date_format(local, pgettext("day of this year", "j F"))
    return format_date(local.date())
