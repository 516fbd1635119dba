"""A manager's own availability and absences, for those who have no way into the admin."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.fixtures import TODAY, privileged
from tests.portal.conftest import soup
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import Absence, ServiceManager

pytestmark = pytest.mark.usefixtures("noon")
PAGE = "preferences/absences/"


def week(**changes):
    return {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=7)} | changes


@pytest.fixture
def karim(visit, people, general):
    """Karim, who may set his own availability in Services Généraux."""
    privileged(general, people.karim, can_set_availability=True)
    return visit(people.karim)


def is_available(user):
    return ServiceManager.objects.get(user=user).available


# -- Availability --


def test_availability_is_switched_off_and_on_again(karim, people):
    for word, available in (("no", False), ("yes", True)):
        [form] = [
            f for f in karim.page(PAGE).select("form") if f.find("input", {"name": "service"})
        ]
        button = form.find("button")
        assert button["value"] == word
        service = form.find("input", {"name": "service"})["value"]
        response = karim.post(PAGE, service=service, available=word)
        assert (response.status_code, response.url) == (303, "/assistance/" + PAGE)
        assert is_available(people.karim) is available


def test_switching_availability_off_twice_keeps_it_off(karim, people, general):
    for _time in range(2):
        assert karim.post(PAGE, service=general.pk, available="no").status_code == 303
    assert not is_available(people.karim)


def test_without_the_privilege_it_is_shown_and_refused(visit, people, general):
    julien = visit(people.julien)
    assert not julien.page(PAGE).find("input", {"name": "service"})
    assert julien.post(PAGE, service=general.pk, available="no").status_code == 403
    assert is_available(people.julien)


def test_the_privilege_to_set_availability_counts_in_its_service_only(visit, people, general, dsi):
    privileged(general, people.julien, can_set_availability=True)
    julien = visit(people.julien)
    assert julien.post(PAGE, service=dsi.pk, available="no").status_code == 403
    assert julien.post(PAGE, service=general.pk, available="no").status_code == 303
    assert not ServiceManager.objects.get(user=people.julien, service=general).available
    assert ServiceManager.objects.get(user=people.julien, service=dsi).available


@pytest.mark.parametrize("service", ["0", "x", ""])
def test_a_service_that_one_does_not_manage_does_not_exist(karim, dsi, service):
    assert karim.post(PAGE, service=service or dsi.pk, available="no").status_code == 404


def test_setting_availability_in_a_service_just_left_answers_404(
    karim, people, general, monkeypatch
):
    switch = configuration.set_availability

    def too_late(row, available, by):
        ServiceManager.objects.filter(pk=row.pk).delete()
        switch(row, available, by=by)

    monkeypatch.setattr(configuration, "set_availability", too_late)
    assert karim.post(PAGE, service=general.pk, available="no").status_code == 404


# -- Absences --


def test_an_absence_is_added_with_a_replacement(karim, people):
    response = karim.post(PAGE, **week(replacement="sophie", alerts_follow="on"))
    assert (response.status_code, response.url) == (303, "/assistance/" + PAGE)
    absence = Absence.objects.get()
    assert (absence.user, absence.replacement) == (people.karim, people.sophie)
    assert absence.alerts_follow
    assert "replaced by Sophie Lambert" in karim.page(PAGE).text


def test_alerts_stay_with_the_absent_when_the_box_is_cleared(karim):
    karim.post(PAGE, **week(replacement="sophie"))
    assert not Absence.objects.get().alerts_follow


def test_an_absence_needs_no_replacement(karim):
    assert karim.post(PAGE, **week()).status_code == 303
    assert Absence.objects.get().replacement is None


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"replacement": "qui"}, "“qui” is unknown"),
        ({"replacement": "sophie, julien"}, "Enter one person."),
        ({"replacement": "karim"}, "A person cannot replace themselves."),
        ({"ends_on": TODAY - timedelta(days=1)}, "The last day comes before the first."),
        ({"starts_on": "demain"}, "Enter a date, for example 2030-12-31."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(karim, wrong, sentence):
    response = karim.post(PAGE, **week(**wrong))
    assert response.status_code == 422
    page = soup(response)
    assert sentence in page.text
    if "replacement" in wrong:
        assert page.find("input", {"name": "replacement"})["value"] == wrong["replacement"]
    assert not Absence.objects.exists()


def test_an_absence_on_the_same_days_is_refused(karim):
    karim.post(PAGE, **week())
    response = karim.post(PAGE, **week())
    assert "Another absence covers some of these days." in soup(response).text
    assert Absence.objects.count() == 1


def test_an_absence_is_removed(karim, people):
    absence = Absence.objects.create(user=people.karim, starts_on=TODAY, ends_on=TODAY)
    assert karim.post(PAGE, remove=absence.pk).status_code == 303
    assert not Absence.objects.exists()


def test_removing_an_absence_twice_answers_404(karim, people):
    absence = Absence.objects.create(user=people.karim, starts_on=TODAY, ends_on=TODAY)
    karim.post(PAGE, remove=absence.pk)
    assert karim.post(PAGE, remove=absence.pk).status_code == 404


def test_removing_the_absence_of_another_person_answers_404(karim, people):
    absence = Absence.objects.create(user=people.sophie, starts_on=TODAY, ends_on=TODAY)
    assert karim.post(PAGE, remove=absence.pk).status_code == 404
    assert Absence.objects.exists()


def test_past_absences_are_not_listed(karim, people):
    yesterday = TODAY - timedelta(days=1)
    Absence.objects.create(user=people.karim, starts_on=yesterday, ends_on=yesterday)
    assert "No absences planned." in karim.page(PAGE).text


def test_without_the_privilege_absences_are_refused(visit, people, general):
    julien = visit(people.julien)
    assert not julien.page(PAGE).find("input", {"name": "starts_on"})
    assert julien.post(PAGE, **week()).status_code == 403
    assert not Absence.objects.exists()


def test_removing_an_absence_of_ones_own_needs_no_privilege(visit, people, general):
    absence = Absence.objects.create(user=people.julien, starts_on=TODAY, ends_on=TODAY)
    julien = visit(people.julien)
    assert julien.page(PAGE).find("button", {"name": "remove"})["value"] == str(absence.pk)
    assert julien.post(PAGE, remove=absence.pk).status_code == 303
    assert not Absence.objects.exists()


def test_a_person_who_manages_managers_adds_absences_without_other_privilege(
    visit, people, general
):
    privileged(general, people.sophie, can_manage_managers=True)
    assert visit(people.sophie).post(PAGE, **week()).status_code == 303


@pytest.mark.parametrize("who", ["lea", "victor", "alice", "gilles"])
def test_the_absences_page_is_403_for_people_without_privilege(visit, people, general, who):
    stranger = visit(getattr(people, who))
    assert stranger.get(PAGE).status_code == 403
    assert stranger.post(PAGE, **week()).status_code == 403
    assert not Absence.objects.exists()


def test_the_absences_page_redirects_anonymous_visitors_to_the_login(visit, general):
    assert visit(None).get(PAGE).status_code == 302


def test_a_get_of_the_absences_page_changes_nothing(karim, people):
    karim.get(PAGE, service="1", available="no", remove="1", **week())
    assert is_available(people.karim)
    assert not Absence.objects.exists()


def test_the_preferences_link_to_the_absences_page(karim, visit, people):
    url = "/assistance/" + PAGE
    assert karim.page("preferences/").find("a", href=url)
    assert not visit(people.lea).page("preferences/").find("a", href=url)


def test_statements_do_not_grow_with_colleagues_and_absences(
    karim, people, general, django_user_model
):
    counts = []
    for size in (2, 60):
        users = django_user_model.objects.bulk_create(
            django_user_model(username=f"c{size}-{n}") for n in range(size)
        )
        ServiceManager.objects.bulk_create(ServiceManager(service=general, user=u) for u in users)
        Absence.objects.bulk_create(
            Absence(
                user=people.karim,
                starts_on=TODAY + timedelta(days=size + n),
                ends_on=TODAY + timedelta(days=size + n),
                replacement=users[n],
            )
            for n in range(min(size, 20))
        )
        karim.get(PAGE)
        with CaptureQueriesContext(connection) as captured:
            karim.get(PAGE)
        counts.append(len(captured))
    assert counts[0] == counts[1]
