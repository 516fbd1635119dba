"""The system checks of settings and services."""

import pytest
from django.conf import global_settings
from django.conf.urls.i18n import i18n_patterns
from django.core.checks import run_checks
from django.urls import clear_url_caches, include, path
from wagtail.models import Page, Site

import tests.urls
from tests import cast, urls
from wagtail_helpdesk import checks
from wagtail_helpdesk.actions import configuration
from wagtail_helpdesk.models import Category, Service, ServiceManager


def ids(messages):
    return [message.id for message in messages]


def test_a_category_without_chosen_members_is_reported(db):
    service = Service.objects.create(name="DSI")
    Category.objects.create(service=service, name="Réseau", inherits_members=False)
    [warning] = checks.check_members(None, databases=["default"])
    assert warning.id == "wagtail_helpdesk.W009"
    assert warning.obj == "DSI › Réseau"


@pytest.fixture
def nadia_alone(db):
    """Réseau names Nadia and nobody else."""
    service = Service.objects.create(name="DSI")
    nadia = ServiceManager.objects.create(service=service, user=cast.people()["nadia"])
    category = Category.objects.create(service=service, name="Réseau")
    return configuration.set_members(category, [nadia], by=None)


def test_a_category_with_a_chosen_member_is_not_reported(nadia_alone):
    assert ids(checks.check_members(None, databases=["default"])) == []


def test_a_category_whose_members_have_left_is_reported(nadia_alone, django_user_model):
    django_user_model.objects.filter(username="nadia").update(is_active=False)
    [warning] = checks.check_members(None, databases=["default"])
    assert warning.obj == "DSI › Réseau"


def test_database_checks_run_only_when_asked_for(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert checks.check_members(None, databases=None) == []


def test_sqlite_without_immediate_transactions_is_reported(settings, monkeypatch):
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}}
    monkeypatch.setitem(settings.DATABASES, "default", sqlite)
    assert [warning.id for warning in checks.check_transactions(None)] == ["wagtail_helpdesk.W010"]
    sqlite["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
    assert checks.check_transactions(None) == []


@pytest.mark.parametrize(
    ("key", "meant"), [("EXPIRY_DAY", "EXPIRY_DAYS"), ("file_root", "FILE_ROOT")]
)
def test_a_misspelt_setting_is_reported_with_the_right_name(settings, key, meant):
    settings.WAGTAIL_HELPDESK = {key: 21}
    [warning] = checks.check_setting_names(None)
    assert warning.id == "wagtail_helpdesk.W013"
    assert repr(key) in warning.msg
    assert warning.hint == f"Did you mean {meant!r}?"


def test_a_setting_that_resembles_none_is_reported(settings):
    settings.WAGTAIL_HELPDESK = {"COLOUR_OF_THE_SKY": "blue"}
    [warning] = checks.check_setting_names(None)
    assert "conf.py" in warning.hint


def test_existing_settings_are_not_reported(settings):
    settings.WAGTAIL_HELPDESK = {"EXPIRY_DAYS": 21, "FILE_ROOT": "/srv/files"}
    assert checks.check_setting_names(None) == []
    del settings.WAGTAIL_HELPDESK
    assert checks.check_setting_names(None) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"hour": 7},
        {"shows": "free"},
        {"shows": ["closed"]},
        {"shows": 3},
        {"first_hour": 24},
        {"first_hour": "8"},
        {"second_hour": 8},
    ],
)
def test_a_default_report_that_cannot_be_sent_is_an_error(settings, wrong):
    settings.WAGTAIL_HELPDESK = {"DEFAULT_REPORT": wrong}
    assert ids(checks.check_default_report(None)) == ["wagtail_helpdesk.E009"]


@pytest.mark.parametrize(
    "right", [{}, {"shows": ("free",), "second_hour": 14}, {"shows": []}, {"first_hour": None}]
)
def test_a_partial_default_report_is_accepted(settings, right):
    settings.WAGTAIL_HELPDESK = {"DEFAULT_REPORT": right}
    assert checks.check_default_report(None) == []


@pytest.fixture
def folders(settings, tmp_path):
    """A site whose web server serves two folders, and that names no storage for attached files."""
    settings.STORAGES = {k: v for k, v in settings.STORAGES.items() if k != "helpdesk"}
    settings.MEDIA_ROOT, settings.STATIC_ROOT = tmp_path / "media", tmp_path / "static"
    return tmp_path


@pytest.mark.parametrize("place", ["media", "media/private", "static/x", "files/../media/x"])
def test_attached_files_below_a_served_folder_are_an_error(settings, folders, place):
    settings.WAGTAIL_HELPDESK = {"FILE_ROOT": folders / place}
    assert ids(checks.check_files(None)) == ["wagtail_helpdesk.E007"]


@pytest.mark.parametrize("place", ["files", "media-private", "."])
def test_attached_files_outside_served_folders_are_accepted(settings, folders, place):
    settings.WAGTAIL_HELPDESK = {"FILE_ROOT": folders / place}
    assert checks.check_files(None) == []


def test_attached_files_are_accepted_on_a_site_that_serves_no_files(settings, folders):
    settings.WAGTAIL_HELPDESK = {"FILE_ROOT": folders / "files"}
    settings.MEDIA_ROOT, settings.STATIC_ROOT = "", None
    assert checks.check_files(None) == []


def test_a_storage_of_the_site_replaces_the_folder(settings, folders):
    settings.STORAGES = {**settings.STORAGES, "helpdesk": settings.STORAGES["default"]}
    settings.WAGTAIL_HELPDESK = {"FILE_ROOT": folders / "media"}
    assert checks.check_files(None) == []


ACCOUNTS = path("accounts/", include("django.contrib.auth.urls"))


class SiteWithAccounts:
    """The URLs of a site with Django's own accounts."""

    urlpatterns = (ACCOUNTS, *urls.urlpatterns)


class SiteWithAccountsInLanguages:
    """The same, the language first in each URL."""

    urlpatterns = tuple(i18n_patterns(ACCOUNTS, *urls.urlpatterns))


def test_a_missing_default_login_page_is_reported(settings):
    settings.LOGIN_URL = global_settings.LOGIN_URL
    [warning] = checks.check_login(None)
    assert warning.id == "wagtail_helpdesk.W015"
    assert "/accounts/login/" in warning.msg


def test_an_existing_default_login_page_is_not_reported(settings):
    settings.LOGIN_URL = global_settings.LOGIN_URL
    settings.ROOT_URLCONF = SiteWithAccounts
    assert checks.check_login(None) == []


def test_a_login_page_under_a_language_prefix_is_not_reported(settings):
    settings.LOGIN_URL = global_settings.LOGIN_URL
    settings.ROOT_URLCONF = SiteWithAccountsInLanguages
    assert checks.check_login(None) == []


def test_a_login_name_without_a_url_is_reported(settings):
    settings.LOGIN_URL = "logn"
    assert ids(checks.check_login(None)) == ["wagtail_helpdesk.W015"]


@pytest.mark.parametrize(
    "url", ["wagtailcore_login", "/Shibboleth.sso/Login", "https://cas.example.org/login"]
)
def test_a_login_url_chosen_by_the_site_is_not_reported(settings, url):
    settings.WAGTAIL_FRONTEND_LOGIN_URL = url
    assert checks.check_login(None) == []


def test_a_site_called_localhost_is_reported(helpdesk):
    Site.objects.update(hostname="localhost", port=443)
    [warning] = checks.check_host(None, databases=["default"])
    assert warning.id == "wagtail_helpdesk.W017"
    assert warning.obj == helpdesk.get_site()
    assert checks.check_host(None) == []


def test_a_site_with_a_host_name_is_not_reported(helpdesk):
    site = helpdesk.get_site()
    site.hostname = "intranet.arvelle.example"
    site.save()
    assert checks.check_host(None, databases=["default"]) == []


def test_a_site_without_a_helpdesk_page_is_not_reported(helpdesk):
    root = Page.objects.get(depth=1).add_child(instance=Page(title="Shop"))
    Site.objects.create(hostname="localhost", port=8001, root_page=root)
    Site.objects.filter(is_default_site=True).update(hostname="intranet.arvelle.example")
    Site.clear_site_root_paths_cache()
    assert checks.check_host(None, databases=["default"]) == []


def test_localhost_is_reported_only_by_the_deployment_check(helpdesk):
    ids = {message.id for message in run_checks(databases=["default"])}
    assert "wagtail_helpdesk.W017" not in ids
    ids = {
        message.id for message in run_checks(include_deployment_checks=True, databases=["default"])
    }
    assert "wagtail_helpdesk.W017" in ids


# -- names and URLs that people choose themselves -----------------------------------------------


@pytest.fixture
def stock_account(monkeypatch):
    """The account page of the admin is Wagtail's own."""
    monkeypatch.setattr("tests.urls.urlpatterns", tests.urls.urlpatterns[1:])
    clear_url_caches()
    yield
    monkeypatch.undo()
    clear_url_caches()


def test_editors_who_can_change_name_and_email_are_reported(settings, stock_account):
    settings.WAGTAIL_EMAIL_MANAGEMENT_ENABLED = True
    assert ids(checks.check_identities(None)) == ["wagtail_helpdesk.W030", "wagtail_helpdesk.W031"]


def test_editors_who_can_change_their_name_are_reported(stock_account):
    assert ids(checks.check_identities(None)) == ["wagtail_helpdesk.W031"]


def test_a_fixed_identity_account_page_is_not_reported(settings):
    settings.WAGTAIL_EMAIL_MANAGEMENT_ENABLED = True
    assert checks.check_identities(None) == []


@pytest.mark.parametrize(
    ("named", "is_reported"),
    [
        ((), False),
        (("DSI", "Réseau"), False),
        (("DSI", "Autre"), True),
        (0, False),
        (-1, True),
        ("Réseau", True),
        (("DSI",), True),
    ],
)
def test_a_dispatch_category_that_takes_no_tickets_is_reported(db, settings, named, is_reported):
    service = Service.objects.create(name="DSI")
    category = Category.objects.create(service=service, name="Réseau")
    settings.WAGTAIL_HELPDESK = {"DISPATCH_CATEGORY": named}
    found = checks.check_dispatch(None, databases=["default"])
    assert ids(found) == (["wagtail_helpdesk.W040"] if is_reported else [])
    Category.objects.filter(pk=category.pk).update(takes_tickets=False)
    assert len(checks.check_dispatch(None, databases=["default"])) == bool(named)
