"""Absences: absent managers are assigned nothing, and a replacement takes over."""

import datetime

import pytest

from tests.fixtures import TODAY
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.models import Absence, ServiceManager, find_replacement

pytestmark = pytest.mark.usefixtures("noon")
WEEK = datetime.timedelta(days=7)


@pytest.fixture
def record_absence(sophie):
    """Record that a person is absent for a week from today."""

    def say(user, replacement=None, first=TODAY, last=TODAY + WEEK):
        return configuration.add_absence(
            user, by=sophie, starts_on=first, ends_on=last, replacement=replacement
        )

    return say


def test_an_absent_manager_is_not_available(people, general, record_absence):
    record_absence(people.karim)
    present = {manager.user for manager in general.managers.available_on()}
    assert people.karim not in present
    assert people.julien in present


def test_the_day_after_they_are_back(people, general, record_absence):
    record_absence(people.karim)
    there = general.managers.available_on(TODAY + WEEK + datetime.timedelta(days=1))
    assert people.karim in {manager.user for manager in there}


@pytest.mark.parametrize("day", [TODAY, TODAY + WEEK])
def test_the_first_and_the_last_day_belong_to_an_absence(people, general, record_absence, day):
    record_absence(people.karim)
    assert people.karim not in {manager.user for manager in general.managers.available_on(day)}


def test_the_algorithm_skips_absent_managers(people, general, heating, sophie, record_absence):
    configuration.change_service(general, by=sophie, algorithm="first")
    ServiceManager.objects.filter(user=people.karim).update(order=-1)
    record_absence(people.karim)
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Il fait froid.")
    ticket.refresh_from_db()
    assert ticket.assignee == people.sophie


def test_a_ticket_cannot_be_assigned_to_an_absent_manager(people, ticket, record_absence):
    record_absence(people.karim)
    with pytest.raises(NotPossible, match="not an available manager"):
        actions.assign(ticket, by=people.julien, to=people.karim)


def test_an_absent_manager_has_the_chosen_replacement(people, record_absence):
    record_absence(people.karim, people.julien)
    assert find_replacement(people.karim, TODAY) == people.julien


def test_a_replacement_who_is_away_is_replaced_in_turn(people, record_absence):
    record_absence(people.karim, people.julien)
    record_absence(people.julien, people.sophie)
    assert find_replacement(people.karim, TODAY) == people.sophie


def test_an_absent_replacement_gives_no_replacement(people, record_absence):
    record_absence(people.karim, people.julien)
    record_absence(people.julien)
    assert find_replacement(people.karim, TODAY) is None


def test_a_present_person_has_no_replacement(people):
    assert find_replacement(people.karim, TODAY) is None


def test_a_deactivated_person_stands_in_for_nobody(people, record_absence):
    record_absence(people.karim, people.julien)
    people.julien.is_active = False
    people.julien.save()
    assert find_replacement(people.karim, TODAY) is None


def test_a_circle_of_replacements_is_refused(people, record_absence):
    record_absence(people.karim, people.julien)
    record_absence(people.julien, people.hugo)
    with pytest.raises(NotPossible, match="already stands in for"):
        record_absence(people.hugo, people.karim)


def test_two_absent_people_who_replace_each_other_have_no_replacement(people, record_absence):
    record_absence(people.karim)
    record_absence(people.hugo, people.karim)
    assert find_replacement(people.hugo, TODAY) is None


def test_a_circle_is_found_in_any_of_several_absences(people, record_absence):
    record_absence(people.karim, people.julien, last=TODAY)
    record_absence(people.karim, people.hugo, first=TODAY + WEEK)
    with pytest.raises(NotPossible, match="already stands in for"):
        record_absence(people.hugo, people.karim)


def test_a_circle_in_different_weeks_is_none(people, record_absence):
    record_absence(people.karim, people.julien)
    record_absence(people.julien, people.karim, first=TODAY + 2 * WEEK, last=TODAY + 3 * WEEK)
    assert find_replacement(people.julien, TODAY + 2 * WEEK) == people.karim


def test_a_circle_made_behind_our_back_ends(people):
    for user, other in ((people.karim, people.julien), (people.julien, people.karim)):
        Absence.objects.create(user=user, starts_on=TODAY, ends_on=TODAY, replacement=other)
    assert find_replacement(people.karim, TODAY) is None


def test_a_person_cannot_replace_themselves(people, record_absence):
    with pytest.raises(NotPossible, match="replace themselves"):
        record_absence(people.karim, people.karim)


def test_the_last_day_comes_after_the_first(people, record_absence):
    with pytest.raises(NotPossible) as refusal:
        record_absence(people.karim, first=TODAY, last=TODAY - WEEK)
    assert refusal.value.field == "ends_on"


def test_two_absences_do_not_overlap(people, record_absence):
    record_absence(people.karim)
    with pytest.raises(NotPossible, match="covers some of these days"):
        record_absence(people.karim, first=TODAY + WEEK)


def test_an_absence_is_removed(people, general, record_absence, sophie, read_log):
    absence = record_absence(people.karim, people.julien)
    configuration.remove_absence(absence, by=sophie)
    assert people.karim in {manager.user for manager in general.managers.available_on()}
    [(_, _, added), (_, _, removed)] = read_log("add_absence", "remove_absence")
    assert added["after"]["replacement"] == removed["before"]["replacement"] == "Julien Moreau"


def test_with_the_privilege_one_says_when_one_is_away(people, sophie):
    ServiceManager.objects.filter(user=people.karim).update(can_set_availability=True)
    configuration.add_absence(people.karim, by=people.karim, starts_on=TODAY, ends_on=TODAY)
    assert people.karim.helpdesk_absences.exists()


@pytest.mark.parametrize("who", ["karim", "julien", "nadia", "victor"])
def test_other_people_cannot_add_an_absence(people, dsi, sophie, who):
    with pytest.raises(NotYours):
        configuration.add_absence(
            people.karim, by=getattr(people, who), starts_on=TODAY, ends_on=TODAY
        )


@pytest.fixture
def two_services(people, sophie, dsi):
    """Nadia runs DSI alone; Karim manages there too, besides where Sophie runs things."""
    ServiceManager.objects.filter(service=dsi, user=people.nadia).update(can_manage_managers=True)
    configuration.add_manager(dsi, people.karim, by=people.nadia)


@pytest.mark.parametrize("who", ["nadia", "sophie"])
def test_a_person_who_runs_one_of_several_services_cannot_add_an_absence(people, two_services, who):
    with pytest.raises(NotYours):
        configuration.add_absence(
            people.karim, by=getattr(people, who), starts_on=TODAY, ends_on=TODAY
        )


@pytest.mark.parametrize("who", ["nadia", "gilles"])
def test_a_person_who_runs_all_services_of_a_manager_adds_an_absence(
    people, general, two_services, who
):
    configuration.add_manager(general, people.nadia, by=None, can_manage_managers=True)
    configuration.add_absence(people.karim, by=getattr(people, who), starts_on=TODAY, ends_on=TODAY)
    assert people.karim.helpdesk_absences.exists()


def test_a_person_removes_their_own_absence_recorded_by_another(people, record_absence):
    configuration.remove_absence(record_absence(people.karim), by=people.karim)
    assert not people.karim.helpdesk_absences.exists()


def test_an_absence_of_another_person_cannot_be_removed(people, two_services):
    absence = Absence.objects.create(user=people.karim, starts_on=TODAY, ends_on=TODAY)
    with pytest.raises(NotYours):
        configuration.remove_absence(absence, by=people.nadia)
