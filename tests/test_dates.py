"""Dates and times, in each language."""

import datetime
import re
from pathlib import Path

import pytest
from django.utils import timezone, translation

import wagtail_helpdesk
from wagtail_helpdesk.dates import (
    format_date,
    format_datetime,
    format_day_and_month,
    format_short_date,
    format_time,
)


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("fr", 1, "1er décembre 2030"),
        ("fr", 2, "2 décembre 2030"),
        ("fr", 11, "11 décembre 2030"),
        ("en", 1, "1 December 2030"),
        ("en", 11, "11 December 2030"),
        ("en-gb", 11, "11 December 2030"),
        ("de", 1, "1. Dezember 2030"),
    ],
)
def test_the_first_of_a_month_has_its_ordinal_in_french(language, day, words):
    with translation.override(language):
        assert format_date(datetime.date(2030, 12, day)) == words


def test_short_dates_have_the_ordinal_of_the_first_of_a_month_too():
    moment = datetime.datetime(2026, 12, 1, 9, 5, tzinfo=timezone.get_default_timezone())
    with translation.override("fr"):
        assert format_short_date(moment) == "1er déc. 2026"
        assert format_day_and_month(moment) == "1er décembre"
        assert format_datetime(moment).startswith("1er décembre 2026, 9")
    with translation.override("en"):
        assert format_datetime(moment) == "1 Dec 2026, 09:05"


@pytest.mark.parametrize("language", ["en", "en-gb", "de", "es"])
def test_dates_name_the_month_and_times_have_24_hours(language):
    evening = datetime.datetime(2026, 12, 4, 21, 5, tzinfo=timezone.get_default_timezone())
    with translation.override(language):
        assert re.fullmatch(r"4 \w+ 2026", format_short_date(evening), re.IGNORECASE)
        assert format_time(evening) == "21:05"
        assert format_datetime(evening) == f"{format_short_date(evening)}, 21:05"


def test_every_date_of_the_package_is_formatted_by_this_module():
    format_names = re.compile(r"(SHORT_)?(DATE|TIME|DATETIME)_FORMAT|\|(time|naturaltime)\b")
    package = Path(wagtail_helpdesk.__file__).parent
    files = [*package.rglob("*.py"), *package.rglob("*.html"), *package.rglob("*.txt")]
    found = {
        str(file.relative_to(package)) for file in files if format_names.search(file.read_text())
    }
    assert found == {"dates.py"}
