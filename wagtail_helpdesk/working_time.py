"""Working days and holidays of the site, and the hours in which a person wants no alerts."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .conf import helpdesk_settings

#: As ``date.weekday`` counts.
SATURDAY = 5
#: Steps from one end of a quiet time to the next: more than any row of holidays needs.
MAX_STEPS = 60


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


@dataclass(frozen=True, slots=True)
class QuietTime:
    """The hours of each day in which alerts wait, and whether they wait for a working day.

    From the hour ``first`` to the hour ``last`` of a person's time zone, over midnight if it is the
    greater one; both None: no hours.
    """

    first: int | None = None
    last: int | None = None
    working_days_only: bool = False

    def find_end(
        self, moment: datetime, zone: ZoneInfo, holidays: Container[date] = ()
    ) -> datetime | None:
        """Return when the quiet time around a moment ends, None if the moment is not quiet.

        Hours are those of the clock: where it jumps over the last one, the quiet time ends after it.
        """
        local, found = moment.astimezone(zone), None
        for _step in range(MAX_STEPS):
            if self.working_days_only and not is_working_day(local.date(), holidays=holidays):
                local = found = _get_moment(local.date() + timedelta(days=1), 0, zone)
            elif self.last is not None and self._has_hour(local.hour):
                days = 0 if local.hour < self.last else 1
                local = found = _get_moment(local.date() + timedelta(days=days), self.last, zone)
            else:
                break
        return found

    def _has_hour(self, hour: int) -> bool:
        if self.first is None or self.last is None:
            return False
        if self.first < self.last:
            return self.first <= hour < self.last
        return hour >= self.first or hour < self.last


def _get_moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return an hour of a day as the clock shows it, or the next one where the clock jumps over it."""
    moment = datetime.combine(day, time(hour), zone)
    return moment.astimezone(UTC).astimezone(zone)
