"""Failures of an LDAP server give a clear error within seconds, never a wrong answer."""

import ldap
import pytest
from django.contrib.auth import authenticate, get_user_model
from django_auth_ldap.config import LDAPSearch

from tests.servers.ldap import PEOPLE_BASE, STINTED_ACCOUNT, ldap_settings
from wagtail_helpdesk.directory import (
    DirectoryUnavailable,
    UnknownPerson,
    find_people,
    find_person,
    get_directory_card,
    get_site_directory,
    search_people,
)
from wagtail_helpdesk.directory.ldap import accounts

User = get_user_model()

pytestmark = [pytest.mark.django_db, pytest.mark.servers]


@pytest.fixture
def deaf_directory(deaf_server, settings):
    for name, value in ldap_settings(f"ldap://{deaf_server.address}").items():
        setattr(settings, name, value)
    settings.WAGTAIL_HELPDESK["DIRECTORY_TIMEOUT"] = 0.3
    return deaf_server


def why(question, *args):
    """Why the directory gave no answer."""
    with pytest.raises(DirectoryUnavailable) as error:
        question(*args)
    assert "directory is not answering" in error.value.message
    return error.value.reason


# -- Dead --


@pytest.mark.parametrize("typed", ["lea", "lea.fournier@arvelle.example"])
def test_a_dead_directory_is_distinguished_from_an_unknown_person(ldap_directory, typed):
    with ldap_directory.stopped():
        assert why(find_person, typed) == "down"
    assert not User.objects.exists()


def test_a_known_person_is_found_by_identifier_with_a_dead_directory(ldap_directory):
    lea = find_person("lea")
    with ldap_directory.stopped():
        assert find_people("LEA") == [lea]


def test_a_search_with_a_dead_directory_names_those_known_already(ldap_directory):
    find_person("lea")
    with ldap_directory.stopped(), pytest.raises(DirectoryUnavailable) as error:
        search_people("fournier")
    assert [candidate.identifier for candidate in error.value.known] == ["lea"]


def test_a_card_is_empty_with_a_dead_directory(ldap_directory):
    lea = find_person("lea")
    with ldap_directory.stopped():
        assert get_directory_card(lea) == {}


def test_nobody_is_missing_from_a_dead_directory(ldap_directory):
    find_person("lea")
    with ldap_directory.stopped():
        assert why(get_site_directory().missing, User.objects.all()) == "down"
        assert why(get_site_directory().members, "gestionnaires-dsi") == "down"


def test_the_directory_is_used_again_as_soon_as_it_is_back(ldap_directory):
    with ldap_directory.stopped():
        assert why(find_person, "lea") == "down"
    assert find_person("lea").last_name == "Fournier"


def test_the_directory_may_die_between_the_search_and_the_account(
    ldap_directory, settings, monkeypatch
):
    directory = get_site_directory()
    entry = directory._find_entry("lea")
    with ldap_directory.stopped():
        assert why(accounts.get_account, directory._backend, entry.first("uid")) == "down"
    assert not User.objects.exists()


def test_an_account_is_not_half_made_when_the_directory_dies_while_groups_are_mirrored(
    ldap_directory, settings
):
    settings.AUTH_LDAP_MIRROR_GROUPS = ["gestionnaires-dsi"]
    settings.AUTH_LDAP_GROUP_SEARCH = LDAPSearch(
        "ou=nowhere,dc=arvelle,dc=example", ldap.SCOPE_SUBTREE, "(objectClass=groupOfNames)"
    )
    assert why(find_person, "nadia") == "down"
    assert not User.objects.exists()


# -- Deaf: it accepts the connection and never answers --


@pytest.mark.parametrize("scheme", ["ldap", "ldaps"])
def test_a_directory_that_never_answers_is_down(deaf_directory, settings, scheme):
    settings.AUTH_LDAP_SERVER_URI = f"{scheme}://{deaf_directory.address}"
    assert why(find_person, "lea") == "down"
    assert deaf_directory.was_called()


def test_a_directory_that_never_answers_tls_is_down(deaf_directory, settings):
    settings.AUTH_LDAP_START_TLS = True
    assert why(find_person, "lea") == "down"


def test_a_longer_timeout_of_the_site_does_not_delay_a_page(deaf_directory, settings):
    settings.AUTH_LDAP_CONNECTION_OPTIONS = {
        ldap.OPT_NETWORK_TIMEOUT: 600,
        ldap.OPT_TIMEOUT: 600,
    }
    assert why(find_person, "lea") == "down"


def test_a_server_that_never_answers_does_not_hide_the_next_one(
    ldap_directory, deaf_server, settings
):
    settings.AUTH_LDAP_SERVER_URI = f"ldaps://{deaf_server.address} {ldap_directory.ldap_uri}"
    assert find_person("lea").last_name == "Fournier"


@pytest.mark.parametrize("question", [search_people, find_people])
def test_every_query_to_a_silent_directory_ends(deaf_directory, question):
    assert why(question, "fournier") == "down"


def test_a_card_from_a_silent_directory_is_empty(deaf_directory):
    assert get_directory_card(User(pk=1, username="lea")) == {}


# -- Mistrusted: wrong passwords, no password, no encryption --


def test_a_wrong_service_password_is_neither_an_unknown_person_nor_a_dead_server(
    ldap_directory, settings, caplog
):
    settings.AUTH_LDAP_BIND_PASSWORD = "wrong"
    assert why(find_person, "lea") == "refused"
    assert why(search_people, "fournier") == "refused"
    assert "INVALID_CREDENTIALS" in caplog.text
    assert "wrong" not in caplog.text


@pytest.mark.parametrize("setting", ["AUTH_LDAP_BIND_PASSWORD"])
def test_an_error_of_django_auth_ldap_is_recognised_by_its_signal(
    ldap_directory, settings, setting
):
    backend = get_site_directory()._backend
    setattr(backend.settings, setting.removeprefix("AUTH_LDAP_"), "wrong")
    assert why(accounts.get_account, backend, "lea") == "refused"


def test_a_failed_login_is_still_only_a_failed_login(ldap_directory, settings):
    settings.AUTH_LDAP_BIND_PASSWORD = "wrong"
    assert authenticate(username="lea", password="demo") is None


def test_a_service_account_without_password_does_not_reach_the_server(deaf_directory, settings):
    settings.AUTH_LDAP_BIND_PASSWORD = ""
    assert why(find_person, "lea") == "refused"
    assert not deaf_directory.was_called()


def test_a_login_without_password_does_not_reach_the_server(deaf_directory):
    assert authenticate(username="lea", password="") is None
    assert not deaf_directory.was_called()


def test_a_failed_encryption_is_not_replaced_by_clear_text(ldap_directory, settings):
    settings.AUTH_LDAP_START_TLS = True
    settings.AUTH_LDAP_CONNECTION_OPTIONS = {
        ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND,
        ldap.OPT_X_TLS_NEWCTX: 0,
    }
    assert why(find_person, "lea") == "down"


def test_encryption_with_a_trusted_certificate_works(ldap_directory, settings):
    settings.AUTH_LDAP_START_TLS = True
    settings.AUTH_LDAP_CONNECTION_OPTIONS = {
        ldap.OPT_X_TLS_CACERTFILE: ldap_directory.cafile,
        ldap.OPT_X_TLS_REQUIRE_CERT: ldap.OPT_X_TLS_DEMAND,
        ldap.OPT_X_TLS_NEWCTX: 0,
    }
    assert find_person("lea").last_name == "Fournier"


# -- Misled: referrals, a wrong base --


@pytest.fixture
def referral(ldap_directory, deaf_server):
    """A part of the people on another server."""
    ldap_directory.add(
        f"ou=elsewhere,{PEOPLE_BASE}",
        {
            "objectClass": [b"referral", b"extensibleObject"],
            "ou": [b"elsewhere"],
            "ref": [f"ldap://{deaf_server.address}/ou=elsewhere".encode()],
        },
    )
    return deaf_server


def test_referrals_are_not_followed(ldap_directory, referral):
    assert find_person("lea").last_name == "Fournier"
    assert [candidate.identifier for candidate in search_people("karim")] == ["karim"]
    with pytest.raises(UnknownPerson):
        find_person("nobody")
    assert not referral.was_called()


def test_nobody_is_missing_while_a_referral_hides_a_part_of_the_directory(ldap_directory, referral):
    find_person("lea")
    assert why(get_site_directory().missing, User.objects.all()) == "down"


def test_nobody_is_missing_when_the_base_of_the_search_is_not_there(ldap_directory, settings):
    find_person("lea")
    settings.AUTH_LDAP_USER_SEARCH = LDAPSearch(
        "ou=nowhere,dc=arvelle,dc=example", ldap.SCOPE_SUBTREE, "(uid=%(user)s)"
    )
    assert why(get_site_directory().missing, User.objects.all()) == "down"


def test_nobody_is_missing_when_the_server_gives_only_some(ldap_directory, settings):
    find_people("lea, karim, ines, nadia, julien, sophie")
    settings.AUTH_LDAP_BIND_DN = STINTED_ACCOUNT
    assert why(get_site_directory().missing, User.objects.all()) == "down"
