"""When reports are due, minute by minute, on ordinary days and on those the clocks change (R-17, R-18)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wagtail_helpdesk.reports.slots import find_last_due, get_moment, may_be_due

PARIS = ZoneInfo("Europe/Paris")
KOLKATA = ZoneInfo("Asia/Kolkata")  # half an hour off
HAVANA = ZoneInfo("America/Havana")  # its clocks change at midnight
MINUTE = timedelta(minutes=1)


def slots_of(hours, zone, start, days, *, every=MINUTE, **more):
    """The slots that somebody who looks regularly sees, as local times."""
    seen, at = [], start
    while at < start + timedelta(days=days):
        slot = find_last_due(hours, zone, at, at + every, **more)
        if slot:
            seen.append(slot.astimezone(zone))
        at += every
    return seen


def local(*words, zone=PARIS):
    return datetime(*words, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize("zone", [PARIS, KOLKATA, HAVANA], ids=str)
def test_once_a_day_at_the_hour(zone):
    seen = slots_of([8], zone, local(2027, 3, 1, zone=zone), 5)
    assert [(t.date().day, t.hour, t.minute) for t in seen] == [(d, 8, 0) for d in range(1, 6)]


def test_twice_a_day_with_two_hours():
    seen = slots_of([8, 14], PARIS, local(2027, 3, 1), 2)
    assert [t.hour for t in seen] == [8, 14, 8, 14]


@pytest.mark.parametrize("hour", [8, 14])
def test_r18_days_that_change_the_clocks_leave_working_hours_alone(hour):
    for day in (date(2027, 3, 28), date(2027, 10, 31)):
        (seen,) = slots_of([hour], PARIS, local(day.year, day.month, day.day), 1, weekends=True)
        assert (seen.date(), seen.hour) == (day, hour)


def test_r18_an_hour_that_does_not_exist_is_the_moment_of_the_jump():
    (seen,) = slots_of([2], PARIS, local(2027, 3, 28), 0.9, weekends=True)
    assert seen.isoformat() == "2027-03-28T03:00:00+02:00"


def test_r18_an_hour_that_comes_twice_counts_once():
    (seen,) = slots_of([2], PARIS, local(2027, 10, 31), 1, weekends=True)
    assert seen.isoformat() == "2027-10-31T02:00:00+02:00"


def test_r18_midnight_may_not_exist():
    day = date(2027, 3, 14)
    assert get_moment(day, 0, HAVANA).astimezone(HAVANA).isoformat() == "2027-03-14T01:00:00-04:00"


CHANGES = {
    "Europe/Paris": (date(2027, 3, 28), date(2027, 10, 31)),
    # Half an hour off, and half an hour of summer time.
    "Australia/Lord_Howe": (date(2027, 4, 4), date(2027, 10, 3)),
    # At midnight.
    "America/Havana": (date(2027, 3, 14), date(2027, 11, 7)),
}


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("autumn", [False, True], ids=["first change", "second change"])
def test_r18_whatever_the_hour_it_comes_once_on_each_day_around_a_change(zone, autumn):
    there, change = ZoneInfo(zone), CHANGES[zone][autumn]
    days = [change + timedelta(days=n) for n in range(-1, 2)]
    start = datetime.combine(days[0], datetime.min.time(), there).astimezone(UTC) - MINUTE
    for hour in range(24):
        seen = slots_of([hour], there, start, 3.2, every=15 * MINUTE, weekends=True)
        assert [slot.date() for slot in seen][:3] == days, hour


def test_midnight_may_come_twice():
    (seen,) = slots_of([0], HAVANA, local(2027, 11, 6, 12, zone=HAVANA), 1, weekends=True)
    assert seen.utcoffset() == timedelta(hours=-4)


def test_no_report_at_weekends_unless_wanted():
    saturday = local(2027, 3, 6)
    assert slots_of([8], PARIS, saturday, 2) == []
    assert len(slots_of([8], PARIS, saturday, 2, weekends=True)) == 2


def test_no_report_on_holidays():
    assert slots_of([8], PARIS, local(2027, 7, 14), 1, holidays={date(2027, 7, 14)}) == []


def test_r17_three_days_of_silence_come_down_to_one():
    back = local(2027, 3, 4, 16)
    slot = find_last_due([8, 14], PARIS, local(2027, 3, 1, 9), back)
    assert slot == local(2027, 3, 4, 14)


def test_r17_what_is_too_late_is_dropped():
    assert find_last_due([8], PARIS, local(2027, 3, 1, 7), local(2027, 3, 2, 5)) is None


def test_looking_twice_at_the_same_minute_sees_it_once():
    eight = local(2027, 3, 1, 8)
    assert find_last_due([8], PARIS, eight - MINUTE, eight) == eight
    assert find_last_due([8], PARIS, eight, eight + MINUTE) is None


def test_nothing_can_be_due_between_quarters_of_an_hour():
    quarter = local(2027, 3, 1, 8)
    assert may_be_due(quarter - MINUTE, quarter)
    assert not may_be_due(quarter, quarter + MINUTE)
