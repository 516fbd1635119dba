"""A real LDAP server: look-ups, accounts, searches and cards."""

import ldap
import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError
from django_auth_ldap.backend import LDAPBackend
from django_auth_ldap.config import LDAPSearch, LDAPSearchUnion

from tests.servers.ldap import PASSWORD, PEOPLE_BASE, SHARED_ADDRESS, STINTED_ACCOUNT, TWINS
from wagtail_helpdesk.directory import (
    AmbiguousPerson,
    UnconfirmedPerson,
    UnknownPerson,
    UnresolvedPeople,
    find_people,
    find_person,
    get_directory_card,
    get_site_directory,
    search_people,
)

User = get_user_model()

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

#: What a person might type who knows how LDAP filters are written.
INJECTIONS = [
    "*",
    "l*",
    "lea)(uid=*",
    "*)(uid=*))(|(uid=*",
    "\\2a",
    "\\00",
    "le\x00a",
    "a" * 10_000,
    "#lea",
    "🙂🙂🙂",
    "lea,ou=people",
    "(uid=lea)",
    "%(user)s",
    "lea%00",
]


def names(candidates):
    return [candidate.identifier for candidate in candidates]


# -- One person --


def test_a_person_who_never_logged_in_gets_an_account_on_first_use(ldap_directory):
    lea = find_person("lea")
    assert (lea.first_name, lea.last_name, lea.email) == (
        "Léa",
        "Fournier",
        "lea.fournier@arvelle.example",
    )
    assert not lea.has_usable_password()


def test_a_person_is_found_by_email_in_any_case(ldap_directory):
    assert find_person("LEA.Fournier@arvelle.example").get_username() == "lea"


def test_the_same_person_is_one_account_by_identifier_and_by_address(ldap_directory):
    found = [find_person(typed) for typed in ("lea", "LEA", "lea.fournier@arvelle.example")]
    assert len({user.pk for user in found}) == 1
    assert User.objects.count() == 1


def test_a_person_without_address_is_found_by_identifier(ldap_directory):
    assert find_person("marcel").email == ""


def test_an_address_of_two_people_is_ambiguous_and_makes_nobody(ldap_directory):
    with pytest.raises(AmbiguousPerson):
        find_person(SHARED_ADDRESS)
    assert not User.objects.exists()


def test_each_of_two_people_with_one_address_is_found_by_identifier(ldap_directory):
    assert find_people(", ".join(TWINS)) == list(User.objects.order_by("username"))


@pytest.mark.parametrize("typed", ["nobody", "nobody@arvelle.example", "p301"])
def test_a_person_outside_the_directory_is_unknown_and_not_created(ldap_directory, typed):
    with pytest.raises(UnknownPerson):
        find_person(typed)
    assert not User.objects.exists()


def test_one_unknown_name_keeps_the_people_found_in_the_directory(ldap_directory):
    with pytest.raises(UnresolvedPeople) as error:
        find_people(f"lea, nobody, {SHARED_ADDRESS}, ines.robert@arvelle.example")
    assert [user.get_username() for user in error.value.found] == ["lea", "ines"]
    assert error.value.unknown == ["nobody"]
    assert error.value.ambiguous == [SHARED_ADDRESS]


def test_a_person_deactivated_on_the_site_is_unknown_and_stays_deactivated(ldap_directory):
    User.objects.create_user("lea", is_active=False)
    for typed in ("lea", "lea.fournier@arvelle.example"):
        with pytest.raises(UnknownPerson):
            find_person(typed)
    assert not User.objects.get().is_active


def test_a_local_account_beside_the_directory_is_found_too(ldap_directory):
    local = User.objects.create_user("robot", email="robot@arvelle.example")
    assert find_person("robot") == local
    with pytest.raises(UnconfirmedPerson):
        find_person("robot@arvelle.example")
    assert find_person("robot@arvelle.example", confirmed=["robot"]) == local


def test_an_external_guest_is_an_address_that_the_directory_does_not_know(ldap_directory, settings):
    settings.WAGTAIL_HELPDESK["EXTERNAL_GUESTS"] = True
    assert find_person("lea.fournier@arvelle.example", external=True).get_username() == "lea"
    guest = find_person("someone@elsewhere.example", external=True)
    assert guest.groups.get().name == "External guests"


def test_a_site_that_makes_no_new_users_knows_those_it_has(ldap_directory, settings):
    settings.AUTH_LDAP_NO_NEW_USERS = True
    User.objects.create_user("karim")
    assert find_person("karim.benali@arvelle.example").get_username() == "karim"
    with pytest.raises(UnknownPerson):
        find_person("lea")


def test_two_requests_that_name_the_same_new_person_make_one_account(ldap_directory, monkeypatch):
    populate, faster = LDAPBackend.populate_user, []

    def overtaken(self, username):
        if not faster:
            faster.append(populate(self, username))
            raise IntegrityError("UNIQUE constraint failed: auth_user.username")
        return populate(self, username)

    # The savepoint of the slower request must not undo the faster one's account.
    monkeypatch.setattr(
        "wagtail_helpdesk.directory.ldap.accounts.transaction.atomic", _no_savepoint
    )
    monkeypatch.setattr(LDAPBackend, "populate_user", overtaken)
    assert find_person("lea") == faster[0]
    assert User.objects.count() == 1


def _no_savepoint(using=None, savepoint=True):
    from contextlib import nullcontext

    return nullcontext()


# -- Linked by identifier, never by address alone --


def test_a_person_named_first_and_logged_in_later_has_one_account(ldap_directory):
    found = find_person("Lea.Fournier@Arvelle.Example")
    assert authenticate(username="LEA", password=PASSWORD) == found
    assert User.objects.count() == 1


def test_a_person_logged_in_first_under_another_case_is_found(ldap_directory):
    logged_in = User.objects.create_user("LEA", email="old@arvelle.example")
    assert find_person("lea.fournier@arvelle.example") == logged_in


def test_an_account_with_the_address_of_another_is_not_taken_for_them(ldap_directory):
    impostor = User.objects.create_user("impostor", email="lea.fournier@arvelle.example")
    found = find_person("lea.fournier@arvelle.example")
    assert found != impostor
    assert found.get_username() == "lea"


# -- Searching --


def test_a_search_finds_people_of_the_directory_and_makes_none(ldap_directory):
    [candidate] = search_people("fournier")
    assert (candidate.identifier, candidate.full_name, candidate.mail, candidate.user_pk) == (
        "lea",
        "Léa Fournier",
        "lea.fournier@arvelle.example",
        None,
    )
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "query",
    ["léa", "LÉA", "lea", "léa four", "fournier lea", "Fournier, Léa", "lea.fournier@"],
)
def test_a_search_finds_a_name_with_accents_with_or_without_them(ldap_directory, query):
    assert names(search_people(query)) == ["lea"]


def test_a_search_finds_an_unaccented_name_from_an_accented_query(ldap_directory):
    assert names(search_people("thomàs")) == ["thomas"]


def test_a_search_does_not_list_people_who_merely_sound_alike(ldap_directory):
    assert search_people("furnier") == []


def test_a_search_says_who_is_known_already(ldap_directory):
    lea = find_person("lea")
    assert [candidate.user_pk for candidate in search_people("fournier")] == [lea.pk]


def test_a_search_leaves_out_people_deactivated_on_the_site(ldap_directory):
    User.objects.create_user("Lea", is_active=False)
    assert search_people("fournier") == []


def test_a_search_finds_local_accounts_beside_the_directory(ldap_directory):
    User.objects.create_user("robot", last_name="Fournier-Robot")
    assert names(search_people("fournier")) == ["lea", "robot"]


def test_a_search_stops_at_twenty_people_and_gives_them(ldap_directory):
    assert len(search_people("numéro")) == 20
    assert len(search_people("numéro", limit=7)) == 7


def test_a_server_with_a_smaller_limit_still_gives_what_it_gives(ldap_directory, settings):
    settings.AUTH_LDAP_BIND_DN = STINTED_ACCOUNT
    assert len(search_people("numéro")) == 5


def test_a_search_of_single_letters_does_not_reach_the_server(settings, deaf_server):
    _point_at(settings, deaf_server)
    assert search_people("l") == []
    assert search_people("l e") == []
    assert not deaf_server.was_called()


@pytest.mark.parametrize("typed", INJECTIONS)
def test_what_looks_like_a_filter_names_nobody(ldap_directory, typed):
    with pytest.raises(UnknownPerson):
        find_person(typed)
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "typed", [f"{typed}@arvelle.example" for typed in ("*", "l*", "lea)(mail=*")]
)
def test_what_looks_like_a_filter_is_nobodys_address(ldap_directory, typed):
    with pytest.raises(UnknownPerson):
        find_person(typed)


@pytest.mark.parametrize(
    "query", ["***", "*)(uid=*))(|(uid=*", "\\2a\\2a\\2a", "l*f", "🙂🙂🙂", "(((", "#lea"]
)
def test_what_looks_like_a_filter_finds_nobody(ldap_directory, query):
    assert search_people(query) == []


def test_spaces_around_an_identifier_are_not_part_of_it(ldap_directory):
    assert find_person("  lea ").get_username() == "lea"


def test_the_server_is_sent_an_escaped_filter(ldap_directory, monkeypatch):
    sent = []
    search_ext = ldap.ldapobject.SimpleLDAPObject.search_ext

    def listening(self, base, scope, filterstr=None, *args, **kwargs):
        sent.append(filterstr)
        return search_ext(self, base, scope, filterstr, *args, **kwargs)

    monkeypatch.setattr(ldap.ldapobject.SimpleLDAPObject, "search_ext", listening)
    with pytest.raises(UnknownPerson):
        find_person("*)(uid=*")
    assert sent == [r"(&(objectClass=inetOrgPerson)(uid=\2a\29\28uid=\2a))"]


def test_a_search_asks_for_the_configured_attributes_and_no_others(ldap_directory, monkeypatch):
    asked = set()
    search_ext = ldap.ldapobject.SimpleLDAPObject.search_ext

    def listening(self, base, scope, filterstr=None, attrlist=None, *args, **kwargs):
        asked.update(attrlist)
        return search_ext(self, base, scope, filterstr, attrlist, *args, **kwargs)

    monkeypatch.setattr(ldap.ldapobject.SimpleLDAPObject, "search_ext", listening)
    [candidate] = search_people("fournier")
    assert asked == {"uid", "mail", "givenName", "sn", "cn", "ou"}
    assert candidate.details == {"Unit": "UFR d’histoire"}


# -- Cards --


def test_a_card_shows_what_is_configured_and_nothing_else(ldap_directory):
    assert get_directory_card(find_person("lea")) == {
        "Unit": "UFR d’histoire",
        "Phone": "+33 1 23 45 67 89",
        "Office": "A 12",
    }


def test_a_card_leaves_out_what_the_directory_does_not_say(ldap_directory):
    assert get_directory_card(find_person("p001")) == {}


def test_a_card_of_a_local_account_is_empty(ldap_directory):
    assert get_directory_card(User.objects.create_user("robot")) == {}


def test_a_card_is_asked_for_once(ldap_directory):
    lea = find_person("lea")
    shown = get_directory_card(lea)
    with ldap_directory.stopped():
        assert get_directory_card(lea) == shown


# -- Settings of other sites --


def test_people_in_two_branches_are_found_once_each(ldap_directory, settings):
    people = LDAPSearch(PEOPLE_BASE, ldap.SCOPE_SUBTREE, "(uid=%(user)s)")
    everything = LDAPSearch("dc=arvelle,dc=example", ldap.SCOPE_SUBTREE, "(uid=%(user)s)")
    settings.AUTH_LDAP_USER_SEARCH = LDAPSearchUnion(people, everything)
    assert names(search_people("fournier")) == ["lea"]
    assert find_person("lea.fournier@arvelle.example").get_username() == "lea"


def test_people_are_found_below_a_template_of_distinguished_names(ldap_directory, settings):
    settings.AUTH_LDAP_USER_SEARCH = None
    settings.AUTH_LDAP_USER_DN_TEMPLATE = f"uid=%(user)s,{PEOPLE_BASE}"
    assert find_person("lea").last_name == "Fournier"
    assert find_person("karim.benali@arvelle.example").get_username() == "karim"
    with pytest.raises(UnknownPerson):
        find_person("nobody")


def test_a_site_that_logs_in_by_identifier_or_address_has_one_account_each(
    ldap_directory, settings
):
    settings.AUTH_LDAP_USER_SEARCH = LDAPSearch(
        PEOPLE_BASE, ldap.SCOPE_SUBTREE, "(|(uid=%(user)s)(mail=%(user)s))"
    )
    settings.AUTH_LDAP_USER_QUERY_FIELD = "username"
    settings.AUTH_LDAP_USER_ATTR_MAP = {"username": "uid", "email": "mail"}
    by_address = find_person("lea.fournier@arvelle.example")
    assert by_address.get_username() == "lea"
    assert authenticate(username="lea.fournier@arvelle.example", password=PASSWORD) == by_address


class PrefixedBackend(LDAPBackend):
    """A site's own back end: its users carry the organisation's name."""

    def ldap_to_django_username(self, username):
        return f"arvelle-{username}"

    def django_to_ldap_username(self, username):
        return username.removeprefix("arvelle-")


def test_a_sites_own_back_end_names_the_accounts(ldap_directory, settings):
    settings.AUTHENTICATION_BACKENDS = [f"{__name__}.PrefixedBackend"]
    lea = find_person("lea.fournier@arvelle.example")
    assert lea.get_username() == "arvelle-lea"
    assert find_person("lea") == lea
    assert get_directory_card(lea)["Office"] == "A 12"
    assert [candidate.user_pk for candidate in search_people("fournier")] == [lea.pk]
    assert get_site_directory().missing([lea]) == []


def test_a_site_that_logs_in_otherwise_finds_people_all_the_same(ldap_directory, settings):
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    assert find_person("lea").last_name == "Fournier"


@pytest.mark.parametrize("search", [None, LDAPSearch(PEOPLE_BASE, ldap.SCOPE_SUBTREE, "(uid=*)")])
def test_a_directory_without_a_search_that_names_people_says_so(ldap_directory, settings, search):
    settings.AUTH_LDAP_USER_SEARCH = search
    with pytest.raises(ImproperlyConfigured, match="AUTH_LDAP_USER_SEARCH"):
        find_person("lea")


def test_an_answer_of_nobody_kept_by_django_auth_ldap_does_not_hide_a_person(
    ldap_directory, settings
):
    settings.AUTH_LDAP_CACHE_TIMEOUT = 300
    assert authenticate(username="newcomer", password=PASSWORD) is None
    ldap_directory.add_person("newcomer", "Nouvelle", "Venue")
    assert find_person("newcomer").last_name == "Venue"


def _point_at(settings, server):
    from tests.servers.ldap import ldap_settings

    for name, value in ldap_settings(f"ldap://{server.address}").items():
        setattr(settings, name, value)


# -- Groups and leavers --


def test_a_group_has_its_members_and_makes_nobody(ldap_directory):
    assert names(get_site_directory().members("gestionnaires-dsi")) == ["nadia", "julien"]
    assert not User.objects.exists()


def test_people_in_the_directory_are_not_reported_missing(ldap_directory):
    users = find_people("lea, karim, marcel")
    User.objects.filter(username="karim").update(username="KARIM")
    assert get_site_directory().missing(User.objects.all()) == []
    assert len(users) == 3


def test_a_person_who_left_is_missing(ldap_directory):
    [lea, _karim] = find_people("lea, karim")
    ldap_directory.remove("lea")
    assert get_site_directory().missing(User.objects.all()) == [lea]


def test_more_people_than_fit_in_one_question_are_all_asked_about(ldap_directory):
    for number in range(1, 121):
        User(username=f"p{number:03}", password="!").save()
    ldap_directory.remove("p003")
    ldap_directory.remove("p117")
    missing = get_site_directory().missing(User.objects.order_by("pk"))
    assert [user.get_username() for user in missing] == ["p003", "p117"]


def test_accounts_that_never_came_from_the_directory_cannot_leave_it(ldap_directory, settings):
    settings.WAGTAIL_HELPDESK["EXTERNAL_GUESTS"] = True
    User.objects.create_user("robot", password="its own")
    find_person("someone@elsewhere.example", external=True)
    assert get_site_directory().missing(User.objects.all()) == []
