"""How long ago something happened, in a few words."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wagtail_helpdesk.dates import format_date, format_day_and_month


def format_ago(moment: datetime, now: datetime) -> str:
    """Return how long ago a moment was, or its day when that was not today.

    It goes with the full date in a ``title``: the words alone are never enough.
    """
    local, days = _count_days(moment, now)
    if days < 1:
        return _format_today(moment, now)
    return _("yesterday") if days == 1 else _format_day(local, days, now)


def format_ago_in_sentence(moment: datetime, now: datetime) -> str:
    """Return the same as it follows a verb: “wrote on Friday”."""
    local, days = _count_days(moment, now)
    if days < 2:
        return format_ago(moment, now)
    day = {"day": _format_day(local, days, now)}
    if days < 7:
        # Translators: a day of the week after a verb: wrote on Friday.
        return pgettext("day of the week", "on %(day)s") % day
    # Translators: a date after a verb: wrote on 20 November.
    return pgettext("date", "on %(day)s") % day


def _count_days(moment: datetime, now: datetime) -> tuple[datetime, int]:
    """Return the moment in the time zone of the reader, and how many days ago it was."""
    local = timezone.localtime(moment)
    return local, (timezone.localtime(now).date() - local.date()).days


def _format_today(moment: datetime, now: datetime) -> str:
    minutes = max(0, int((now - moment).total_seconds() // 60))
    if minutes < 1:
        return pgettext("moment", "just now")
    if minutes < 60:
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes) % {
            "count": minutes
        }
    hours = minutes // 60
    return ngettext("%(count)s hour ago", "%(count)s hours ago", hours) % {"count": hours}


def _format_day(local: datetime, days: int, now: datetime) -> str:
    if days < 7:
        return date_format(local, "l")
    if local.year == timezone.localtime(now).year:
        return format_day_and_month(local)
    return format_date(local.date())
