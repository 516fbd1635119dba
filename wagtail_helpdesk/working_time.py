"""Working days and holidays of the site."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from typing import Any

from .conf import helpdesk_settings

#: As ``date.weekday`` counts.
SATURDAY = 5


def get_holidays() -> Container[date]:
    """Return the site's holidays, from the setting ``HOLIDAYS``. Raises like ``read_holidays``."""
    return read_holidays(helpdesk_settings.HOLIDAYS)


def read_holidays(value: Any) -> Container[date]:
    """Return holidays that are given as dates, or as a country's code.

    Raises ``NotImplementedError`` if the library ``holidays`` does not know the country, and
    ``ImportError`` if it is not installed.
    """
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    # Imported here: only sites that name a country need this extra.
    import holidays

    country, _, subdivision = value.partition("-")
    dates: Container[date] = holidays.country_holidays(country, subdiv=subdivision or None)
    return dates


def is_working_day(day: date, *, holidays: Container[date] = (), weekends: bool = False) -> bool:
    """Return whether a day is neither a holiday nor, unless ``weekends``, a Saturday or Sunday."""
    return (weekends or day.weekday() < SATURDAY) and day not in holidays
