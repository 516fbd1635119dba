"""Look-ups of several people, external guests, and the limits of searches."""

import re
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.utils import translation

import wagtail_helpdesk
from wagtail_helpdesk.directory import (
    DirectoryUnavailable,
    TooManyPeople,
    TooManySearches,
    UnknownPerson,
    UnresolvedPeople,
    find_people,
    find_person,
    get_directory_card,
    search_people,
)

User = get_user_model()


class DeadDirectory:
    """A directory that is down, and says so."""

    asked = 0

    def find(self, identifier_or_address):
        type(self).asked += 1
        raise DirectoryUnavailable("dead")

    def search(self, query, limit):
        raise DirectoryUnavailable("dead")

    def card(self, user):
        type(self).asked += 1
        raise DirectoryUnavailable("dead")


@pytest.fixture
def dead_directory(settings):
    DeadDirectory.asked = 0
    settings.WAGTAIL_HELPDESK = {
        "DIRECTORY": f"{__name__}.DeadDirectory",
        "DIRECTORY_CARD": {"ou": "Unit"},
    }
    return DeadDirectory


@pytest.fixture
def open_house(settings):
    settings.WAGTAIL_HELPDESK = {"EXTERNAL_GUESTS": True}


# -- Several people --


def test_several_people_are_named_with_commas_semicolons_and_lines(people):
    found = find_people("lea, karim;\n thomas.girard@arvelle.example\r\n,,")
    assert found == [people.lea, people.karim, people.thomas]


def test_a_person_named_twice_is_found_once(people):
    assert find_people("lea, LEA, lea.fournier@arvelle.example") == [people.lea]


def test_an_empty_list_finds_nobody(people):
    assert find_people(" \n , ") == []


def test_one_unknown_name_keeps_the_others_in_the_error(people):
    with pytest.raises(UnresolvedPeople) as error:
        find_people("lea, nobody, karim, nothing")
    assert error.value.unknown == ["nobody", "nothing"]
    assert error.value.found == [people.lea, people.karim]
    assert "“nobody” is unknown." in error.value.message


def test_an_ambiguous_name_is_distinguished_from_an_unknown_one(people):
    User.objects.create_user("lea2", email="lea.fournier@arvelle.example")
    with pytest.raises(UnresolvedPeople) as error:
        find_people("nobody, lea.fournier@arvelle.example")
    assert error.value.unknown == ["nobody"]
    assert error.value.ambiguous == ["lea.fournier@arvelle.example"]


# -- The directory is down --


def test_known_people_are_found_by_identifier_while_the_directory_is_down(people, dead_directory):
    assert find_people("lea, karim") == [people.lea, people.karim]


def test_a_dead_directory_is_queried_once_for_many_names(people, dead_directory):
    with pytest.raises(DirectoryUnavailable, match="directory is not answering"):
        find_people("lea, nobody, nothing, never")
    assert dead_directory.asked == 1


def test_a_search_returns_known_people_while_the_directory_is_down(people, dead_directory):
    with pytest.raises(DirectoryUnavailable) as error:
        search_people("fournier")
    assert [candidate.identifier for candidate in error.value.known] == ["lea"]


def test_a_card_is_empty_and_cached_while_the_directory_is_down(people, dead_directory):
    assert get_directory_card(people.lea) == {}
    assert get_directory_card(people.karim) == {}
    assert dead_directory.asked == 1


class SlowDirectory:
    """A directory that answers each question just in time."""

    now = 0.0

    def find(self, identifier_or_address):
        type(self).now += 4.9
        raise UnknownPerson(identifier_or_address)


@pytest.fixture
def slow_directory(settings, monkeypatch):
    SlowDirectory.now = 0.0
    settings.WAGTAIL_HELPDESK = {
        "DIRECTORY": f"{__name__}.SlowDirectory",
        "DIRECTORY_TIMEOUT": 5,
    }
    monkeypatch.setattr("wagtail_helpdesk.directory.lookup.monotonic", lambda: SlowDirectory.now)
    return SlowDirectory


def test_a_slow_directory_has_one_deadline_for_many_names(people, slow_directory):
    with pytest.raises(DirectoryUnavailable):
        find_people(", ".join(f"somebody{number}" for number in range(50)))
    assert slow_directory.now < 20


def test_a_few_names_are_looked_up_in_a_slow_directory(people, slow_directory):
    with pytest.raises(UnresolvedPeople) as error:
        find_people("lea, nobody, nothing, never")
    assert error.value.unknown == ["nobody", "nothing", "never"]


def test_a_crowd_is_refused_before_anybody_is_looked_up(people, slow_directory):
    with pytest.raises(TooManyPeople, match="at most 50 people"):
        find_people(", ".join(f"somebody{number}" for number in range(51)))
    assert slow_directory.now == 0


# -- External guests --


def test_an_unknown_address_is_refused_by_default(people):
    with pytest.raises(UnknownPerson):
        find_person("someone@elsewhere.example", external=True)


def test_an_unknown_address_becomes_an_external_guest_where_the_site_allows_it(people, open_house):
    guest = find_person("Someone@Elsewhere.example", external=True)
    assert (guest.get_username(), guest.email) == (
        "someone@elsewhere.example",
        "Someone@Elsewhere.example",
    )
    assert guest.is_active
    assert not guest.has_usable_password()
    assert guest.groups.get().name == "External guests"


def test_an_external_guest_is_made_once(people, open_house):
    first = find_person("someone@elsewhere.example", external=True)
    assert find_person("SOMEONE@elsewhere.example", external=True) == first


def test_a_future_manager_is_never_created_from_an_email(people, open_house):
    with pytest.raises(UnknownPerson):
        find_person("someone@elsewhere.example")


def test_an_identifier_never_becomes_an_external_guest(people, open_house):
    with pytest.raises(UnknownPerson):
        find_person("someone", external=True)


def test_an_address_too_long_to_be_an_identifier_is_refused(people, open_house):
    domain = ".".join(["long" * 12] * 3)
    with pytest.raises(UnknownPerson):
        find_person(f"someone@{domain}.example", external=True)


def test_an_address_of_another_domain_is_refused(people, settings):
    settings.WAGTAIL_HELPDESK = {
        "EXTERNAL_GUESTS": True,
        "EXTERNAL_GUEST_DOMAINS": ["partner.example"],
    }
    assert find_person("someone@Partner.example", external=True)
    for address in ("someone@elsewhere.example", "someone@evil.partner.example"):
        with pytest.raises(UnknownPerson):
            find_person(address, external=True)


def test_a_deactivated_person_does_not_come_back_as_an_external_guest(people, open_house):
    with pytest.raises(UnknownPerson):
        find_person("yvette.caron@arvelle.example", external=True)


def test_one_unknown_name_makes_no_external_guest_of_the_others(people, open_house):
    with pytest.raises(UnresolvedPeople):
        find_people("someone@elsewhere.example, nobody", external=True)
    assert not User.objects.filter(email="someone@elsewhere.example").exists()


def test_with_the_directory_down_no_external_guest_is_made(people, dead_directory, settings):
    settings.WAGTAIL_HELPDESK["EXTERNAL_GUESTS"] = True
    with pytest.raises(DirectoryUnavailable):
        find_person("someone@elsewhere.example", external=True)


# -- How often --


@pytest.mark.usefixtures("a_new_hour")
def test_searches_of_one_person_are_limited_per_minute(people, settings):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY_SEARCHES_PER_MINUTE": 2}
    for _search in range(2):
        search_people("fournier", by=people.karim)
    with pytest.raises(TooManySearches, match="too often"):
        search_people("fournier", by=people.karim)
    assert search_people("fournier", by=people.sophie)


def test_every_search_is_logged_with_its_author(people, caplog):
    with caplog.at_level("INFO", logger="wagtail_helpdesk.directory"):
        search_people("fournier", by=people.karim)
    assert f"User {people.karim.pk} searches" in caplog.text


def test_messages_are_made_in_the_readers_language_not_in_the_writers(people):
    with translation.override("fr"), pytest.raises(UnknownPerson) as error:
        find_person("nobody")
    with translation.override("en"):
        assert error.value.message == "“nobody” is unknown."


# -- Sites without LDAP --


def test_only_the_ldap_directory_imports_what_the_extra_installs():
    package = Path(wagtail_helpdesk.__file__).parent
    importing = {
        path.relative_to(package).parts[:2]
        for path in package.rglob("*.py")
        if re.search(r"^\s*(?:import|from) (?:ldap|django_auth_ldap)\b", path.read_text(), re.M)
    }
    assert importing == {("directory", "ldap")}
