"""Who replaces an absent person."""

import datetime

import pytest

from wagtail_helpdesk.models import Absence, find_replaced, find_replacement

MONDAY, FRIDAY = datetime.date(2026, 3, 2), datetime.date(2026, 3, 6)


@pytest.fixture
def record_absence(people):
    """A function: ``away("karim", "sophie")`` sends Karim away for the week, Sophie stands in."""

    def send(who, replaced_by=None):
        Absence.objects.create(
            user=getattr(people, who),
            starts_on=MONDAY,
            ends_on=FRIDAY,
            replacement=replaced_by and getattr(people, replaced_by),
        )

    return send


def test_a_present_person_has_no_replacement(people):
    assert find_replacement(people.karim, MONDAY) is None


@pytest.mark.parametrize("day", [MONDAY, FRIDAY])
def test_the_replacement_stands_in_from_the_first_day_to_the_last(people, record_absence, day):
    record_absence("karim", "sophie")
    assert find_replacement(people.karim, day) == people.sophie


@pytest.mark.parametrize("days", [-1, 5])
def test_there_is_no_replacement_on_days_outside_the_absence(people, record_absence, days):
    record_absence("karim", "sophie")
    assert find_replacement(people.karim, MONDAY + datetime.timedelta(days=days)) is None


def test_replacements_of_replacements_are_followed(people, record_absence):
    record_absence("karim", "sophie")
    record_absence("sophie", "julien")
    assert find_replacement(people.karim, MONDAY) == people.julien


def test_a_circle_of_replacements_ends_with_nobody(people, record_absence):
    record_absence("karim", "sophie")
    record_absence("sophie", "karim")
    assert find_replacement(people.karim, MONDAY) is None


def test_an_absence_without_replacement_gives_none(people, record_absence):
    record_absence("karim")
    assert find_replacement(people.karim, MONDAY) is None
    record_absence("sophie", "karim")
    assert find_replacement(people.sophie, MONDAY) is None


def test_a_deactivated_replacement_stands_in_for_nobody(people, record_absence):
    record_absence("karim", "yvette")
    assert find_replacement(people.karim, MONDAY) is None


def test_a_period_meets_the_absences_that_share_a_day(people, record_absence):
    record_absence("karim")
    found = Absence.objects.between
    assert found(FRIDAY, FRIDAY + datetime.timedelta(days=9)).exists()
    assert not found(FRIDAY + datetime.timedelta(days=1), FRIDAY + datetime.timedelta(9)).exists()


def test_a_substitute_replaces_the_absent_and_those_whom_they_would_have_replaced(
    people, record_absence
):
    assert find_replaced(people.julien, MONDAY) == []
    record_absence("karim", "sophie")
    assert find_replaced(people.sophie, MONDAY) == [people.karim]
    record_absence("sophie", "julien")
    assert set(find_replaced(people.julien, MONDAY)) == {people.karim, people.sophie}


def test_an_absent_person_replaces_nobody(people, record_absence):
    record_absence("karim", "sophie")
    record_absence("sophie")
    assert find_replaced(people.sophie, MONDAY) == []
