"""Working days and holidays."""

from datetime import date

import pytest

from wagtail_helpdesk.working_time import get_holidays, is_working_day

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
