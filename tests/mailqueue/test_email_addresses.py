"""Where a mail goes, in which language and time zone: preferences, the Wagtail account, the site."""

from zoneinfo import ZoneInfo

import pytest
from wagtail.users.models import UserProfile

from wagtail_helpdesk.mailqueue import addresses
from wagtail_helpdesk.models import HelpdeskPreferences
from wagtail_helpdesk.reports.due import find_account_zones


@pytest.fixture
def account(people):
    """Karim’s Wagtail account, in French, on Réunion."""
    return UserProfile.objects.create(
        user=people.karim, preferred_language="fr", current_time_zone="Indian/Reunion"
    )


def test_the_wagtail_account_gives_what_the_preferences_leave_empty(people, account):
    reader = addresses.get_reader(people.karim)
    assert (reader.language, reader.zone) == ("fr", ZoneInfo("Indian/Reunion"))
    assert addresses.get_default_preferences(people.karim) == ("fr", ZoneInfo("Indian/Reunion"))


def test_the_helpdesk_preferences_come_before_the_wagtail_account(people, account):
    HelpdeskPreferences.objects.create(user=people.karim, language="en", time_zone="Asia/Kolkata")
    reader = addresses.get_reader(people.karim)
    assert (reader.language, reader.zone) == ("en", ZoneInfo("Asia/Kolkata"))


def test_language_and_zone_default_to_the_site(people):
    assert addresses.get_default_preferences(people.lea) == ("en", ZoneInfo("Europe/Paris"))


def test_a_variant_of_a_language_is_read_as_the_language(people):
    HelpdeskPreferences.objects.create(user=people.karim, language="fr-ca")
    assert addresses.get_reader(people.karim).language == "fr"


def test_a_site_without_wagtail_users_has_neither_joins_nor_zones(people, account, monkeypatch):
    monkeypatch.setattr("django.apps.apps.is_installed", lambda name: name != "wagtail.users")
    assert addresses.select_preferences("user") == ["user__helpdesk_preferences"]
    assert find_account_zones({people.karim.pk}) == {}
