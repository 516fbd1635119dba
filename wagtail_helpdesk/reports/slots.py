"""When daily reports are due: local hours as moments, also on the days when the clocks change."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from wagtail_helpdesk.working_time import is_working_day

#: A report missed by more than this is not sent: the next one is near.
MAX_DELAY = timedelta(hours=20)


@lru_cache(maxsize=4096)
def get_moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return the first moment at which the clocks of a zone show an hour of a day, or skip it.

    02:00 that is skipped in spring is the moment of the change; in autumn, the first of the two 02:00.
    """
    wall = datetime.combine(day, time(hour))
    wanted = wall.replace(tzinfo=zone).astimezone(UTC)
    if wanted.astimezone(zone).replace(tzinfo=None) == wall:
        return wanted
    return _find_clock_change(wanted, zone)


def _find_clock_change(near: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, to the second, at which the clocks of a zone change near another moment."""
    low, high = near - timedelta(hours=3), near + timedelta(hours=3)
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def find_last_due(
    hours: Iterable[int],
    zone: ZoneInfo,
    after: datetime,
    until: datetime,
    *,
    weekends: bool = False,
    holidays: Container[date] = (),
) -> datetime | None:
    """Return the last slot in a period (its start excluded), or None.

    Normally the period is the time since the last run, a minute; after an outage it is long, and
    the slots missed in it are merged into one.
    """
    after = max(after, until - MAX_DELAY)
    first, last = after.astimezone(zone).date(), until.astimezone(zone).date()
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 2)]
    slots = [
        get_moment(day, hour, zone)
        for day in days
        if is_working_day(day, holidays=holidays, weekends=weekends)
        for hour in hours
    ]
    return max((slot for slot in slots if after < slot <= until), default=None)


def may_be_due(after: datetime, until: datetime) -> bool:
    """Return whether a full hour may have begun anywhere in the world in a period.

    Time zones differ by quarters of an hour, so that the answer is usually False and no preferences
    have to be read.
    """
    quarter = timedelta(minutes=15)
    start = datetime(2000, 1, 1, tzinfo=UTC)
    return (until - start) // quarter > (after - start) // quarter
