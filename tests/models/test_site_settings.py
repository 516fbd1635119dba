"""What administrators decide in the Wagtail admin, and what the Django settings fix."""

import datetime

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from wagtail_helpdesk import conf, working_time
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import HelpdeskSiteSettings, site_settings
from wagtail_helpdesk.models.inheritance import may_be_alerted
from wagtail_helpdesk.models.monitoring_levels import PRESETS, Preset
from wagtail_helpdesk.models.preferences import get_default_levels
from wagtail_helpdesk.portal.requests.dispatching import find_dispatch_category

DOMAINS = {
    "alert_address_domains": "Example.org\nlists.example.org",
    "external_guest_domains": "partner.example",
}
CHOSEN = {
    "expiry_days": 21,
    "default_monitoring": "high",
    "holidays": "2026-12-25\n2027-01-01",
    **DOMAINS,
}


def test_every_setting_of_the_admin_has_a_field():
    assert set(site_settings.SETTINGS.values()) == set(conf.ADMIN_SETTINGS)


def test_what_the_admin_chose_applies_everywhere(heating, people):
    HelpdeskSiteSettings.objects.create(**CHOSEN, dispatch_category=heating)
    assert helpdesk_settings.EXPIRY_DAYS == 21
    assert get_default_levels("") == PRESETS[Preset.HIGH]
    assert working_time.get_holidays() == {
        datetime.date(2026, 12, 25),
        datetime.date(2027, 1, 1),
    }
    assert may_be_alerted("team@LISTS.example.org")
    assert not may_be_alerted("team@elsewhere.example")
    assert helpdesk_settings.EXTERNAL_GUEST_DOMAINS == ["partner.example"]
    assert find_dispatch_category(people.lea) == heating.pk


def test_a_blank_field_means_the_default(db):
    HelpdeskSiteSettings.objects.create()
    assert helpdesk_settings.EXPIRY_DAYS == 14
    assert helpdesk_settings.HOLIDAYS == ()


def test_a_stored_value_that_the_form_would_refuse_is_ignored_and_logged(db, caplog):
    """Such as one of an older version, or of a library that is no longer installed."""
    HelpdeskSiteSettings.objects.create(
        expiry_days=5000, default_monitoring="bogus", holidays="2026-13-45", **DOMAINS
    )
    assert helpdesk_settings.EXPIRY_DAYS == 14
    assert get_default_levels("") == PRESETS[Preset.MEDIUM]
    assert working_time.get_holidays() == ()
    assert helpdesk_settings.EXTERNAL_GUEST_DOMAINS == ["partner.example"]
    ignored = [record.args[0] for record in caplog.records if "ignored" in record.message]
    assert set(ignored) == {"expiry_days", "default_monitoring", "holidays"}


def test_the_django_setting_wins(db, settings):
    settings.WAGTAIL_HELPDESK = {"EXPIRY_DAYS": 7}
    HelpdeskSiteSettings.objects.create(expiry_days=21, default_monitoring="full")
    assert helpdesk_settings.EXPIRY_DAYS == 7
    assert helpdesk_settings.DEFAULT_MONITORING == "full"


def test_other_settings_are_never_read_from_the_database(monkeypatch):
    monkeypatch.setattr(
        conf.HelpdeskSettings, "read_admin_values", lambda: pytest.fail("read the database")
    )
    assert helpdesk_settings.SUBJECT_MAX_LENGTH == 200


# -- reading ---------------------------------------------------------------------------------------


def test_the_row_is_read_once_a_minute_in_each_process(monkeypatch):
    loaded, now = [], [0.0]
    monkeypatch.setattr(site_settings, "_load", lambda: loaded.append(now[0]) or {})
    values = site_settings._AdminValues(clock=lambda: now[0])
    for now[0] in (0.0, 59.0, 60.0, 61.0):
        values.read()
    assert loaded == [0.0, 60.0]


def test_a_change_applies_at_once_in_its_own_process(db):
    row = HelpdeskSiteSettings.objects.create(expiry_days=3)
    assert helpdesk_settings.EXPIRY_DAYS == 3
    row.delete()
    assert helpdesk_settings.EXPIRY_DAYS == 14


@pytest.fixture
def failing(db, monkeypatch):
    """The database refuses to read the row."""

    def fail():
        raise DatabaseError("refused")

    monkeypatch.setattr(HelpdeskSiteSettings.objects, "first", fail)
    site_settings.admin_values.forget()


def test_before_the_first_migration_the_defaults_apply(failing, monkeypatch):
    monkeypatch.setattr(connection.introspection, "table_names", list)
    assert helpdesk_settings.EXPIRY_DAYS == 14


def test_no_default_stands_in_while_the_database_fails(failing):
    with pytest.raises(DatabaseError, match="refused"):
        helpdesk_settings.EXPIRY_DAYS  # noqa: B018


# -- the form ----------------------------------------------------------------------------------------


@pytest.fixture
def row(db):
    return HelpdeskSiteSettings.load()


@pytest.fixture
def edit_url(row):
    return reverse(
        "wagtailsettings:edit", args=("wagtail_helpdesk", "helpdesksitesettings", row.pk)
    )


@pytest.fixture
def administrator(people):
    """A person with access to the admin and the permission on these settings alone."""
    codenames = ["access_admin", "change_helpdesksitesettings"]
    people.lea.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(people.lea)
    return client


def test_the_permission_on_the_settings_is_enough_to_change_them(administrator, edit_url):
    form = administrator.get(edit_url).context["form"]
    assert str(form.fields["expiry_days"].help_text).endswith("Blank: 14.")
    assert str(form.fields["default_monitoring"].help_text).endswith("Blank: Medium.")
    typed = CHOSEN | {"dispatch_category": ""}
    answer = administrator.post(edit_url, typed)
    assert answer.status_code == 302, answer.context["form"].errors
    assert helpdesk_settings.EXPIRY_DAYS == 21
    assert "example.org" in helpdesk_settings.ALERT_ADDRESS_DOMAINS


def test_without_the_permission_nobody_changes_them(people, edit_url):
    access = Permission.objects.get(codename="access_admin")
    people.karim.user_permissions.add(access)
    client = Client()
    client.force_login(people.karim)
    assert client.post(edit_url, CHOSEN).status_code == 302
    assert HelpdeskSiteSettings.objects.get().expiry_days is None


def test_a_fixed_value_is_shown_with_the_reason_and_not_overwritten(
    administrator, edit_url, row, settings
):
    row.expiry_days = 30
    row.save()
    settings.WAGTAIL_HELPDESK = {
        "EXPIRY_DAYS": 7,
        "DISPATCH_CATEGORY": ("Facilities", "Other"),
        "DEFAULT_MONITORING": "high",
    }
    page = BeautifulSoup(administrator.get(edit_url).content, "html.parser")
    days = page.find("input", {"name": "expiry_days"})
    assert days["value"] == "7"
    assert days.has_attr("disabled")
    assert "EXPIRY_DAYS" in days.find_parent(class_="w-field__wrapper").get_text()
    category = page.find("input", {"name": "dispatch_category"})
    assert category["value"] == "Facilities › Other"
    assert page.find("input", {"name": "default_monitoring"})["value"] == "High"
    answer = administrator.post(edit_url, {"expiry_days": "99", "holidays": "2026-12-25"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.expiry_days, row.holidays) == (30, "2026-12-25")


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (site_settings.check_domains, "example.org\nnot a domain"),
        (site_settings.check_domains, "@example.org"),
        (site_settings.check_holidays, "2026-02-30"),
        (site_settings.check_holidays, "Christmas day"),
        (site_settings.check_holidays, "XX"),
    ],
)
def test_what_cannot_be_applied_is_refused(check, text):
    with pytest.raises(ValidationError):
        check(text)


def test_a_country_stands_for_its_holidays():
    site_settings.check_holidays("fr")
    assert site_settings.parse_holidays(" fr ") == "FR"
