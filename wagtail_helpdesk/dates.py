"""Days as they are written in a sentence."""

from __future__ import annotations

import datetime

from django.utils.formats import date_format
from django.utils.translation import pgettext


def format_date(day: datetime.date) -> str:
    """Return a day with the name of its month.

    Django's formats know no ordinals but English ones, and in French the first of a month has one.
    """
    first = day.day == 1
    # Translators: leave it as it is, or give the format of the first of a month: "j\e\r F Y".
    return date_format(day, pgettext("first of a month", "DATE_FORMAT") if first else "DATE_FORMAT")
