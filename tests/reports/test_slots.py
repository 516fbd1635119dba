"""When reports are due, on ordinary days and on those when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from wagtail_helpdesk.reports.slots import find_last_due, get_moment, may_be_due

PARIS = ZoneInfo("Europe/Paris")
KOLKATA = ZoneInfo("Asia/Kolkata")  # half an hour off
HAVANA = ZoneInfo("America/Havana")  # its clocks change at midnight
MINUTE = timedelta(minutes=1)


def slots_of(hours, zone, start, days, *, every=MINUTE, **more):
    """Return the slots that regular runs find, as local times."""
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
def test_a_slot_is_once_a_day_at_the_hour(zone):
    seen = slots_of([8], zone, local(2027, 3, 1, zone=zone), 5)
    assert [(t.date().day, t.hour, t.minute) for t in seen] == [(d, 8, 0) for d in range(1, 6)]


def test_two_hours_make_two_slots_a_day():
    seen = slots_of([8, 14], PARIS, local(2027, 3, 1), 2)
    assert [t.hour for t in seen] == [8, 14, 8, 14]


@pytest.mark.parametrize("hour", [8, 14])
def test_clock_changes_do_not_move_slots_in_working_hours(hour):
    for day in (date(2027, 3, 28), date(2027, 10, 31)):
        (seen,) = slots_of([hour], PARIS, local(day.year, day.month, day.day), 1, weekends=True)
        assert (seen.date(), seen.hour) == (day, hour)


def test_a_skipped_hour_is_the_moment_of_the_clock_change():
    (seen,) = slots_of([2], PARIS, local(2027, 3, 28), 0.9, weekends=True)
    assert seen.isoformat() == "2027-03-28T03:00:00+02:00"


def test_a_repeated_hour_counts_once():
    (seen,) = slots_of([2], PARIS, local(2027, 10, 31), 1, weekends=True)
    assert seen.isoformat() == "2027-10-31T02:00:00+02:00"


def test_a_skipped_midnight_has_a_slot():
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
def test_each_hour_has_one_slot_on_days_around_a_clock_change(zone, autumn):
    there, change = ZoneInfo(zone), CHANGES[zone][autumn]
    days = [change + timedelta(days=n) for n in range(-1, 2)]
    start = datetime.combine(days[0], datetime.min.time(), there).astimezone(UTC) - MINUTE
    for hour in range(24):
        seen = slots_of([hour], there, start, 3.2, every=15 * MINUTE, weekends=True)
        assert [slot.date() for slot in seen][:3] == days, hour


def test_a_repeated_midnight_has_one_slot():
    (seen,) = slots_of([0], HAVANA, local(2027, 11, 6, 12, zone=HAVANA), 1, weekends=True)
    assert seen.utcoffset() == timedelta(hours=-4)


def test_no_slot_at_weekends_unless_chosen():
    saturday = local(2027, 3, 6)
    assert slots_of([8], PARIS, saturday, 2) == []
    assert len(slots_of([8], PARIS, saturday, 2, weekends=True)) == 2


def test_no_slot_on_holidays():
    assert slots_of([8], PARIS, local(2027, 7, 14), 1, holidays={date(2027, 7, 14)}) == []


def test_slots_missed_in_three_days_are_merged_into_one():
    back = local(2027, 3, 4, 16)
    slot = find_last_due([8, 14], PARIS, local(2027, 3, 1, 9), back)
    assert slot == local(2027, 3, 4, 14)


def test_a_slot_missed_by_too_much_is_dropped():
    assert find_last_due([8], PARIS, local(2027, 3, 1, 7), local(2027, 3, 2, 5)) is None


def test_a_slot_at_the_start_of_the_period_is_excluded():
    eight = local(2027, 3, 1, 8)
    assert find_last_due([8], PARIS, eight - MINUTE, eight) == eight
    assert find_last_due([8], PARIS, eight, eight + MINUTE) is None


def test_nothing_is_due_between_quarters_of_an_hour():
    quarter = local(2027, 3, 1, 8)
    assert may_be_due(quarter - MINUTE, quarter)
    assert not may_be_due(quarter, quarter + MINUTE)
