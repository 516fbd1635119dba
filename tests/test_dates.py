"""Days in sentences, in each language."""

import datetime

import pytest
from django.utils import translation

from wagtail_helpdesk.dates import format_date


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("fr", 1, "1er décembre 2030"),
        ("fr", 2, "2 décembre 2030"),
        ("fr", 11, "11 décembre 2030"),
        ("en", 1, "Dec. 1, 2030"),
        ("de", 1, "1. Dezember 2030"),
    ],
)
def test_the_first_of_a_month_has_its_ordinal_in_french(language, day, words):
    with translation.override(language):
        assert format_date(datetime.date(2030, 12, day)) == words
