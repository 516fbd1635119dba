"""Dates and times as people read them: unambiguous in every language, on a 24-hour clock.

Everything that the helpdesk shows is formatted here. Django's formats of English put the month first,
``11/30/2026``, and use a 12-hour clock.
"""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext


def format_date(day: datetime.date) -> str:
    """Return a date with the name of its month, in the active language: 30 November 2026."""
    usual = "j F Y" if (get_language() or "en").startswith("en") else "DATE_FORMAT"
    return _format_day(day, usual)


def format_short_date(day: datetime.date) -> str:
    """Return a date for a narrow column, in the active language: 30 Nov 2026."""
    # Translators: a format of Django: 30 Nov 2026.
    return _format_day(day, pgettext("date", "j M Y"))


def format_day_and_month(day: datetime.date) -> str:
    """Return a day without its year, in the active language: 30 November."""
    # Translators: a format of Django, a day without its year: 20 November.
    return _format_day(day, pgettext("day of this year", "j F"))


def format_time(moment: datetime.datetime) -> str:
    """Return the time of a day, in the active language and time zone: 09:49."""
    # Translators: a format of Django: 09:49.
    return date_format(timezone.localtime(moment), pgettext("time", "H:i"))


def format_datetime(moment: datetime.datetime) -> str:
    """Return a date and time, in the active language and time zone: 30 Nov 2026, 09:49."""
    # Translators: a format of Django: 30 Nov 2026, 09:49.
    return _format_day(timezone.localtime(moment), pgettext("date and time", "j M Y, H:i"))


def _format_day(day: datetime.date, usual: str) -> str:
    """Format a day; in French the first of a month has an ordinal, which Django has in English only."""
    if day.day == 1:
        # Translators: leave it as it is, or give the format of the first of a month: "j\\e\\r F Y".
        first = pgettext("first of a month", "DATE_FORMAT")
        if first != "DATE_FORMAT":
            usual = first if usual == "DATE_FORMAT" else usual.replace("j", first.split(" ")[0], 1)
    return date_format(day, usual)
