"""LDAP logins with a working, a dead and a silent server."""

import ldap
import pytest
from django.contrib.auth import authenticate, get_user_model

from tests.servers.ldap import PASSWORD, ldap_settings
from wagtail_helpdesk import checks
from wagtail_helpdesk.directory import find_person

User = get_user_model()

STOCK = "django_auth_ldap.backend.LDAPBackend"
PROMPT = "wagtail_helpdesk.directory.ldap.PromptLDAPBackend"
LIMITS = {ldap.OPT_NETWORK_TIMEOUT: 5, ldap.OPT_TIMEOUT: 5}

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def use_prompt_backend(settings):
    """Replace django-auth-ldap's back end by ours in the settings that a directory fixture made."""

    def replace():
        backends = [PROMPT if path == STOCK else path for path in settings.AUTHENTICATION_BACKENDS]
        settings.AUTHENTICATION_BACKENDS = backends

    return replace


@pytest.fixture
def unresponsive_directory(deaf_server, settings, use_prompt_backend):
    """A site whose directory accepts connections and never says a word."""
    for name, value in ldap_settings(f"ldap://{deaf_server.address}").items():
        setattr(settings, name, value)
    settings.WAGTAIL_HELPDESK["DIRECTORY_TIMEOUT"] = 0.3
    use_prompt_backend()
    return deaf_server


def log_in(username, password=PASSWORD):
    user = authenticate(username=username, password=password)
    return user and user.get_username()


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_silent_directory_does_not_block_the_login(unresponsive_directory, settings, scheme):
    settings.AUTH_LDAP_SERVER_URI = f"{scheme}://{unresponsive_directory.address}"
    assert log_in("lea") is None
    assert unresponsive_directory.was_called()


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_local_account_logs_in_beside_a_silent_directory(
    unresponsive_directory, settings, scheme
):
    settings.AUTH_LDAP_SERVER_URI = f"{scheme}://{unresponsive_directory.address}"
    User.objects.create_user("gardien", password="its own")
    assert log_in("gardien", "its own") == "gardien"


def test_nobody_logs_in_and_no_account_is_created_with_a_dead_directory(
    ldap_directory, use_prompt_backend
):
    use_prompt_backend()
    with ldap_directory.stopped():
        assert log_in("lea") is None
    assert not User.objects.exists()


def test_the_login_page_says_that_the_directory_is_down(ldap_directory, use_prompt_backend, client):
    use_prompt_backend()
    User.objects.create_superuser("gardien", password="its own")
    with ldap_directory.stopped():
        refused = client.post("/admin/login/", {"username": "lea", "password": PASSWORD})
        own = client.post("/admin/login/", {"username": "gardien", "password": "its own"})
    assert "The directory is not answering" in refused.text
    assert own.status_code == 302


def test_a_wrong_password_is_no_fault_of_the_directory(ldap_directory, use_prompt_backend, client):
    use_prompt_backend()
    refused = client.post("/admin/login/", {"username": "lea", "password": "wrong"})
    assert "directory" not in refused.text


def test_the_directory_lets_people_in(ldap_directory, use_prompt_backend):
    use_prompt_backend()
    assert log_in("lea") == "lea"
    assert log_in("lea", "wrong") is None


def test_people_are_found_through_the_same_back_end(ldap_directory, use_prompt_backend):
    use_prompt_backend()
    assert find_person("lea").last_name == "Fournier"
    assert log_in("lea") == "lea"


def test_the_server_uri_can_be_a_callable(ldap_directory, settings, use_prompt_backend):
    use_prompt_backend()
    settings.AUTH_LDAP_SERVER_URI = lambda request: ldap_directory.ldap_uri
    assert log_in("lea") == "lea"


# -- What `manage.py check` says --


def warnings():
    return [warning.id for warning in checks.check_directory(None)]


@pytest.mark.parametrize(
    ("uri", "start_tls", "expected"),
    [
        ("ldap://ldap.example.org", False, ["wagtail_helpdesk.W011"]),
        ("ldap://127.0.0.1 ldap://ldap.example.org", False, ["wagtail_helpdesk.W011"]),
        ("ldap://ldap.example.org", True, []),
        ("ldaps://ldap.example.org", False, []),
        ("ldap://localhost:389", False, []),
        ("ldap://127.0.0.1:389", False, []),
        ("ldap://[::1]", False, []),
        ("ldapi:///", False, []),
        (lambda request: "ldap://ldap.example.org", False, []),
    ],
)
def test_the_check_reports_passwords_in_clear_text(settings, uri, start_tls, expected):
    settings.AUTH_LDAP_SERVER_URI, settings.AUTH_LDAP_START_TLS = uri, start_tls
    assert warnings() == expected


@pytest.mark.parametrize(
    ("backend", "scheme", "limits", "expected"),
    [
        (STOCK, "ldap", {}, ["wagtail_helpdesk.W012"]),
        (STOCK, "ldap", {ldap.OPT_NETWORK_TIMEOUT: 5}, ["wagtail_helpdesk.W012"]),
        (STOCK, "ldaps", LIMITS, ["wagtail_helpdesk.W012"]),
        (STOCK, "ldap", LIMITS, []),
        (PROMPT, "ldaps", {}, []),
    ],
)
def test_the_check_reports_a_login_that_a_silent_server_blocks(
    settings, backend, scheme, limits, expected
):
    settings.AUTHENTICATION_BACKENDS = [backend]
    settings.AUTH_LDAP_SERVER_URI = f"{scheme}://localhost"
    settings.AUTH_LDAP_CONNECTION_OPTIONS = limits
    assert warnings() == expected


def test_the_check_is_silent_on_a_site_without_a_directory(settings):
    assert warnings() == []
