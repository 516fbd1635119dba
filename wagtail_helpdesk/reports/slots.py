"""When daily reports are due: local hours as moments, right on the days the clocks change. Pure."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: A report later than this is not worth catching up: the next one is near.
TOO_LATE = timedelta(hours=20)
SATURDAY = 5


@lru_cache(maxsize=4096)
def get_moment(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Return the first moment at which clocks of a zone show an hour of a day, or pass over it.

    02:00 in the gap of spring is the moment of the jump; in autumn, the first of the two 02:00.
    """
    wall = datetime.combine(day, time(hour))
    wanted = wall.replace(tzinfo=zone).astimezone(UTC)
    if wanted.astimezone(zone).replace(tzinfo=None) == wall:
        return wanted
    return _jump(wanted, zone)


def _jump(near: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment, to the second, at which the clocks of a zone jump near another."""
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
    """Return the last slot that fell in a stretch of time (its start excluded), or None.

    Normally the stretch is the minutes since the last look; after an outage it is long, and the
    slots missed in it come down to one.
    """
    after = max(after, until - TOO_LATE)
    first, last = after.astimezone(zone).date(), until.astimezone(zone).date()
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 2)]
    slots = [
        get_moment(day, hour, zone)
        for day in days
        if _is_working_day(day, weekends=weekends, holidays=holidays)
        for hour in hours
    ]
    return max((slot for slot in slots if after < slot <= until), default=None)


def _is_working_day(day: date, *, weekends: bool, holidays: Container[date]) -> bool:
    return (weekends or day.weekday() < SATURDAY) and day not in holidays


def may_be_due(after: datetime, until: datetime) -> bool:
    """Tell whether any clock in the world showed a full hour in a stretch of time.

    Zones differ from each other by quarters of an hour, so that nearly always the answer is no and
    nobody's preferences need be read.
    """
    quarter = timedelta(minutes=15)
    start = datetime(2000, 1, 1, tzinfo=UTC)
    return (until - start) // quarter > (after - start) // quarter
