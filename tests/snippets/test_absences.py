"""The absences of a manager."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from wagtail.users.models import UserProfile

from tests.fixtures import TODAY
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.models import Absence

from .conftest import page_url
from .test_services import text

pytestmark = pytest.mark.usefixtures("noon")


def week(**changes):
    return {"starts_on": TODAY, "ends_on": TODAY + timedelta(days=7), "replacement": ""} | changes


def test_an_absence_is_added_with_a_replacement(people, general, manager, browse):
    row = manager(people.karim)
    response = browse(people.sophie).post("absences", general, row, **week(replacement="hugo"))
    assert response.url == page_url("absences", general, row)
    assert Absence.objects.get().replacement == people.hugo
    page = browse(people.sophie).get("absences", general, row)
    assert [
        cell.get_text(strip=True)
        for cell in BeautifulSoup(page.content, "html.parser").select("[data-label=Replacement]")
    ] == ["Hugo Perrin"]


def test_errors_of_the_absence_form_are_shown_at_their_fields(people, general, manager, browse):
    row = manager(people.karim)
    sophie = browse(people.sophie)
    for wrong, sentence in (
        ({"replacement": "qui"}, "“qui” is unknown"),
        ({"replacement": "karim"}, "A person cannot replace themselves"),
        ({"ends_on": TODAY - timedelta(days=1)}, "The last day comes before the first"),
    ):
        assert sentence in text(sophie.post("absences", general, row, **week(**wrong)))
    assert not Absence.objects.exists()


def test_an_absence_is_removed(people, general, manager, browse):
    absence = Absence.objects.create(user=people.karim, starts_on=TODAY, ends_on=TODAY)
    browse(people.sophie).post("absence_remove", general, manager(people.karim), absence)
    assert not Absence.objects.exists()


def test_absences_of_a_manager_of_other_services_are_shown_without_a_form(
    people, general, dsi, manager, browse
):
    row = manager(people.karim)
    absence = Absence.objects.create(user=people.karim, starts_on=TODAY, ends_on=TODAY)
    configuration.add_manager(dsi, people.karim, by=None)
    sophie = browse(people.sophie)
    page = sophie.get("absences", general, row)
    assert "an absence applies to all of them" in text(page)
    assert 'name="starts_on"' not in text(page)
    assert page_url("absence_remove", general, row, absence) not in text(page)
    assert sophie.post("absences", general, row, **week()).status_code == 302
    assert sophie.post("absence_remove", general, row, absence).status_code == 302
    assert list(Absence.objects.all()) == [absence]


@pytest.mark.parametrize("who", ["karim", "hugo", "nadia"])
def test_people_without_the_privilege_add_no_absence(people, general, dsi, manager, browse, who):
    browse(getattr(people, who)).post("absences", general, manager(people.karim), **week())
    assert not Absence.objects.exists()


@pytest.fixture
def french_admin(people, settings):
    """Sophie reads the admin in French, where a day comes before its month."""
    profile = UserProfile.get_for_user(people.sophie)
    profile.preferred_language = "fr"
    profile.save()


def test_a_date_is_read_in_the_order_of_the_readers_language(
    people, general, manager, browse, french_admin
):
    row = manager(people.karim)
    browse(people.sophie).post(
        "absences", general, row, starts_on="03/02/2031", ends_on="04/02/2031", replacement=""
    )
    absence = Absence.objects.get()
    assert (absence.starts_on, absence.ends_on) == (date(2031, 2, 3), date(2031, 2, 4))


def test_a_date_that_cannot_be_read_is_refused_and_shown_as_typed(
    people, general, manager, browse, french_admin
):
    page = text(
        browse(people.sophie).post(
            "absences",
            general,
            manager(people.karim),
            **week(starts_on="03/22/2031"),
        )
    )
    assert 'value="03/22/2031"' in page
    assert not Absence.objects.exists()


def test_the_picker_leaves_a_date_that_it_cannot_read(people, general, manager, browse):
    page = text(browse(people.sophie).get("absences", general, manager(people.karim)))
    assert page.count('"validateOnBlur": false') == 2


def test_the_confirmation_names_the_days_of_the_absence(people, general, manager, browse, client):
    url = browse(people.sophie).post("absences", general, manager(people.karim), **week()).url
    days = week()
    sentence = (
        f"The absence from {format_date(days['starts_on'])} to {format_date(days['ends_on'])}"
        " was added."
    )
    assert sentence in text(client.get(url))
