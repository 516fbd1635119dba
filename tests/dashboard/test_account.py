"""The preferences in the Wagtail account use the forms of the intranet page."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Group, Permission
from django.test import Client

from tests.portal.test_preferences_manager import build_fields, typed
from wagtail_helpdesk.models import HelpdeskPreferences, Monitoring, Preset, ReportPreference
from wagtail_helpdesk.models.preferences import PRESETS

ACCOUNT = "/admin/account/"


class Account:
    """A person with access to the Wagtail admin, on their account page."""

    def __init__(self, user):
        user.user_permissions.add(Permission.objects.get(codename="access_admin"))
        self.client = Client()
        self.client.force_login(user)

    def page(self):
        return BeautifulSoup(self.client.get(ACCOUNT).content, "html.parser")

    def save(self, **changes):
        page = self.page()
        page.find("form", method="POST")["data-hd-preferences"] = ""
        data = typed(page) | changes
        return self.client.post(ACCOUNT, {n: v for n, v in data.items() if v is not None})


@pytest.fixture
def karim(people, general):
    return Account(people.karim)


def test_the_account_saves_the_rows_of_the_page(karim, people, general):
    response = karim.save(
        **build_fields(general, preset="high", shows="free", first_hour="6"),
        **{"helpdesk-group_reports": None, "helpdesk_own-alerts_as_guest": None},
    )
    assert response.status_code == 302
    assert Monitoring.objects.get(user=people.karim).levels == PRESETS[Preset.HIGH]
    assert ReportPreference.objects.get(user=people.karim).shows == ["free"]
    switches = HelpdeskPreferences.objects.get(user=people.karim)
    assert (switches.group_reports, switches.alerts_as_guest) == (False, False)
    assert switches.stay_on_ticket


def test_pausing_alerts_in_the_account_keeps_the_settings(karim, people, general):
    karim.save(**build_fields(general, preset="full"))
    karim.save(**{"helpdesk-reports_suspended": "on", "helpdesk-monitoring_suspended": "on"})
    switches = HelpdeskPreferences.objects.get(user=people.karim)
    assert (switches.reports_suspended, switches.monitoring_suspended) == (True, True)
    assert Monitoring.objects.get(user=people.karim).levels == PRESETS[Preset.FULL]


def test_an_error_stops_the_whole_account(karim, people, general):
    response = karim.save(
        **build_fields(general, second_hour="8"), **{"name_email-first_name": "Autre"}
    )
    assert response.status_code == 200
    assert "Choose a different hour" in response.text
    people.karim.refresh_from_db()
    assert people.karim.first_name == "Karim"


def test_a_person_who_manages_nothing_has_only_their_own_switches(people, general):
    people.alice.groups.add(Group.objects.get_or_create(name="Editors")[0])
    page = Account(people.alice).page()
    assert page.find("input", {"name": "helpdesk_own-alerts_as_guest"})
    assert not page.find(attrs={"data-hd-service": True})


def test_a_form_without_the_helpdesk_panels_changes_no_preference(karim, people):
    data = {
        "name_email-first_name": "Karim",
        "name_email-last_name": "Benali",
        "name_email-email": "k@example.org",
        "theme-theme": "system",
        "theme-contrast": "system",
        "theme-density": "default",
        "locale-preferred_language": "",
        "locale-current_time_zone": "",
    }
    karim.client.post(ACCOUNT, data)
    assert not HelpdeskPreferences.objects.filter(user=people.karim).exists()


def test_the_account_page_of_a_fixed_identity_keeps_name_and_email(karim, people, settings):
    settings.WAGTAIL_EMAIL_MANAGEMENT_ENABLED = True
    page = karim.page()
    assert not page.find("input", {"name": "name_email-last_name"})
    karim.save(
        **{
            "name_email-first_name": "Dean",
            "name_email-last_name": "Arvelle",
            "name_email-email": "dean@arvelle.example",
        }
    )
    people.karim.refresh_from_db()
    assert (people.karim.first_name, people.karim.email) == (
        "Karim",
        "karim.benali@arvelle.example",
    )


def test_the_account_page_of_a_fixed_identity_is_for_people_of_the_admin(client, people):
    client.force_login(people.victor)
    assert client.get(ACCOUNT).status_code == 302
