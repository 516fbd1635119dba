"""Dates as sentences contain them."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext


def format_date(day: datetime.date) -> str:
    """Return a date with the name of its month, in the active language.

    In French the first of a month has an ordinal; Django's formats only have English ones.
    """
    first = day.day == 1
    # Translators: leave it as it is, or give the format of the first of a month: "j\e\r F Y".
    return date_format(day, pgettext("first of a month", "DATE_FORMAT") if first else "DATE_FORMAT")


def format_datetime(moment: datetime.datetime) -> str:
    """Return a date and time, short and unambiguous, in the active language and time zone."""
    # Translators: a format of Django: 30 Nov 2026, 09:49.
    return date_format(timezone.localtime(moment), pgettext("date and time", "j M Y, H:i"))
