"""Recording which notifications people choose."""

import pytest

from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.actions.preferences import (
    ReportChoice,
    ServiceChoice,
    change_switches,
    reset_service_preferences,
    save_service_preferences,
)
from wagtail_helpdesk.models import HelpdeskPreferences, Level, Monitoring, ReportPreference

LOUD_THEN_QUIET = (Level.ALWAYS, Level.NEVER, Level.CREATION)
MORNING = ReportChoice(("free",), 7, None, False)


def test_a_level_quieter_than_the_previous_one_is_raised(people, general):
    save_service_preferences(people.karim, [ServiceChoice(general.pk, LOUD_THEN_QUIET)])
    assert Monitoring.objects.get().levels == (Level.ALWAYS,) * 3


def test_preferences_not_chosen_stay_unchanged(people, general):
    save_service_preferences(people.karim, [ServiceChoice(general.pk, report=MORNING)])
    assert not Monitoring.objects.exists()
    save_service_preferences(people.karim, [ServiceChoice(general.pk, LOUD_THEN_QUIET)])
    assert ReportPreference.objects.get().shows == ["free"]


def test_a_second_choice_replaces_the_first(people, general):
    for hour in (7, 9):
        save_service_preferences(
            people.karim,
            [ServiceChoice(general.pk, report=ReportChoice(("free",), hour, None, False))],
        )
    assert ReportPreference.objects.get().first_hour == 9


def test_no_preference_is_saved_when_one_service_is_not_managed_by_the_user(people, general, dsi):
    choices = [ServiceChoice(general.pk, LOUD_THEN_QUIET), ServiceChoice(dsi.pk, LOUD_THEN_QUIET)]
    with pytest.raises(NotYours):
        save_service_preferences(people.karim, choices)
    assert not Monitoring.objects.exists()


def test_resetting_forgets_one_service_of_one_person(people, general, dsi):
    for person, service in (
        (people.julien, general),
        (people.julien, dsi),
        (people.karim, general),
    ):
        save_service_preferences(
            person, [ServiceChoice(service.pk, LOUD_THEN_QUIET, report=MORNING)]
        )
    reset_service_preferences(people.julien, general)
    for model in (Monitoring, ReportPreference):
        left = set(model.objects.values_list("user", "service"))
        assert left == {(people.julien.pk, dsi.pk), (people.karim.pk, general.pk)}


def test_changing_one_switch_keeps_the_others(people):
    change_switches(people.lea, language="fr")
    change_switches(people.lea, alerts_as_guest=False)
    row = HelpdeskPreferences.objects.get(user=people.lea)
    assert (row.language, row.alerts_as_guest, row.alerts_as_requester) == ("fr", False, True)
