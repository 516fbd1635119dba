"""Working days and holidays."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from wagtail_helpdesk.working_time import QuietTime, get_holidays, is_working_day

MONDAY, SATURDAY = date(2027, 3, 1), date(2027, 3, 6)


def test_a_weekday_is_a_working_day():
    assert is_working_day(MONDAY)


def test_a_saturday_is_a_working_day_only_if_weekends_count():
    assert not is_working_day(SATURDAY)
    assert is_working_day(SATURDAY, weekends=True)


def test_a_holiday_is_never_a_working_day():
    assert not is_working_day(MONDAY, holidays={MONDAY}, weekends=True)


@pytest.mark.parametrize("value", ["FR", "FR-GP", {date(2027, 5, 1)}])
def test_holidays_are_those_of_a_country_or_the_dates_of_the_setting(settings, value):
    settings.WAGTAIL_HELPDESK = {"HOLIDAYS": value}
    assert date(2027, 5, 1) in get_holidays()


NIGHT, LUNCH, WORK = QuietTime(20, 7), QuietTime(12, 14), QuietTime(20, 7, working_days_only=True)
#: Quiet time, moment, and when it ends: days of March 2027, in Paris. The 26th is a Friday; at 2:00 of the
#: 28th the clock jumps to 3:00.
ENDS = [
    (NIGHT, "2027-03-01 19:59", None),
    (NIGHT, "2027-03-01 20:00", "2027-03-02 07:00"),
    (NIGHT, "2027-03-02 06:59", "2027-03-02 07:00"),
    (NIGHT, "2027-03-02 07:00", None),
    (LUNCH, "2027-03-01 13:30", "2027-03-01 14:00"),
    (LUNCH, "2027-03-01 14:00", None),
    (WORK, "2027-03-25 21:00", "2027-03-26 07:00"),
    (WORK, "2027-03-26 21:00", "2027-03-29 07:00"),
    (WORK, "2027-03-24 22:00", "2027-03-25 07:00"),
    (QuietTime(working_days_only=True), "2027-03-27 10:00", "2027-03-29 00:00"),
    (QuietTime(working_days_only=True), "2027-03-26 23:59", None),
    # Clocks: the hour that does not exist, and those that come twice.
    (QuietTime(22, 2), "2027-03-28 01:30", "2027-03-28 03:00"),
    (NIGHT, "2027-03-27 23:00", "2027-03-28 07:00"),
    (NIGHT, "2027-10-30 23:00", "2027-10-31 07:00"),
    (QuietTime(1, 3), "2027-10-31 02:30", "2027-10-31 03:00"),
]


@pytest.mark.parametrize(("quiet", "moment", "end"), ENDS)
def test_a_quiet_time_ends_by_the_clock_of_the_person(quiet, moment, end):
    paris = ZoneInfo("Europe/Paris")
    when = datetime.fromisoformat(moment).replace(tzinfo=paris)
    found = quiet.find_end(
        when.astimezone(ZoneInfo("UTC")), paris, {date(2027, 3, 24)} - {when.date()}
    )
    assert (found and f"{found.astimezone(paris):%Y-%m-%d %H:%M}") == end


def test_an_end_in_the_hour_that_comes_twice_is_reached_from_both():
    paris, quiet = ZoneInfo("Europe/Paris"), QuietTime(1, 3)
    both = [datetime(2027, 10, 31, 2, 30, tzinfo=paris, fold=fold) for fold in (0, 1)]
    assert {quiet.find_end(moment, paris) for moment in both} == {
        datetime(2027, 10, 31, 3, tzinfo=paris)
    }


def test_quiet_time_goes_over_holidays():
    paris = ZoneInfo("Europe/Paris")
    friday = datetime(2027, 3, 26, 21, tzinfo=paris)
    assert WORK.find_end(friday, paris, {date(2027, 3, 29)}) == datetime(
        2027, 3, 30, 7, tzinfo=paris
    )
