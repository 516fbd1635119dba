"""Accounts are updated from a real LDAP server."""

import io

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import CommandError, call_command

from tests.servers.ldap import PASSWORD
from wagtail_helpdesk import actions
from wagtail_helpdesk.directory import find_person, get_site_directory, search_people
from wagtail_helpdesk.models import Category, DirectoryIdentity, Service, ServiceManager

User = get_user_model()

pytestmark = [pytest.mark.django_db, pytest.mark.servers]

NEW = "karim.new@arvelle.example"


def synchronise(*options):
    output = io.StringIO()
    call_command("helpdesk_people", *options, stdout=output)
    return output.getvalue()


@pytest.fixture
def karim(ldap_directory):
    """Karim, who manages a service and whom the directory has confirmed once."""
    user = find_person("karim")
    service = Service.objects.create(name="DSI")
    Category.objects.create(service=service, name="Réseau")
    ServiceManager.objects.create(service=service, user=user, can_manage_managers=True)
    return user


def test_the_synchronisation_takes_new_names_and_addresses_of_managers(karim, ldap_directory):
    ldap_directory.change("karim", mail=NEW, sn="Benali-Roux")
    assert "'karim.benali@arvelle.example' → 'karim.new@arvelle.example'" in synchronise(
        "--dry-run"
    )
    karim.refresh_from_db()
    assert karim.email != NEW
    synchronise()
    karim.refresh_from_db()
    assert (karim.email, karim.last_name) == (NEW, "Benali-Roux")


def test_the_synchronisation_takes_new_addresses_of_requesters_of_open_tickets(
    karim, ldap_directory
):
    lea = find_person("lea")
    actions.open_ticket(Category.objects.get(), by=lea, subject="S", text="T")
    ldap_directory.change("lea", mail="lea.new@arvelle.example")
    synchronise()
    lea.refresh_from_db()
    assert lea.email == "lea.new@arvelle.example"


def test_an_address_that_the_directory_no_longer_has_is_kept(karim, ldap_directory):
    ldap_directory.change("karim", mail="")
    synchronise()
    karim.refresh_from_db()
    assert karim.email == "karim.benali@arvelle.example"


def test_a_local_account_with_a_password_of_its_own_is_left_as_it_is(karim, ldap_directory):
    karim.set_password("its own")
    karim.save()
    ldap_directory.change("karim", mail=NEW)
    synchronise()
    karim.refresh_from_db()
    assert karim.email == "karim.benali@arvelle.example"


def test_a_renamed_identifier_stays_the_account_it_was(karim, ldap_directory):
    ldap_directory.rename("karim", "kbenali")
    synchronise()
    karim.refresh_from_db()
    assert (karim.get_username(), karim.is_active) == ("kbenali", True)
    assert ServiceManager.objects.get().user == karim


def test_naming_a_person_by_a_new_identifier_finds_the_existing_account(karim, ldap_directory):
    ldap_directory.rename("karim", "kbenali")
    assert find_person("kbenali") == karim
    assert User.objects.get().get_username() == "kbenali"


def test_logging_in_with_a_new_identifier_opens_the_existing_account(
    karim, ldap_directory, settings
):
    settings.AUTHENTICATION_BACKENDS = ["wagtail_helpdesk.directory.ldap.PromptLDAPBackend"]
    ldap_directory.rename("karim", "kbenali")
    assert authenticate(username="kbenali", password=PASSWORD) == karim


def test_logging_in_stores_the_directory_entry_of_the_account(ldap_directory, settings):
    settings.AUTHENTICATION_BACKENDS = ["wagtail_helpdesk.directory.ldap.PromptLDAPBackend"]
    user = authenticate(username="lea", password=PASSWORD)
    assert DirectoryIdentity.objects.get().user == user


def test_a_new_person_with_an_old_identifier_is_not_the_owner_of_the_account(karim, ldap_directory):
    ldap_directory.remove("karim")
    ldap_directory.add_person("karim", "Karima", "Nouvelle", "karima@arvelle.example")
    assert get_site_directory().missing([karim]) == [karim]
    assert get_site_directory().profiles([karim]) == []
    # The fixture writes Karim again: there is one place for both.
    with ldap_directory.as_root() as connection:
        connection.delete_s(ldap_directory._added.pop())


def test_two_accounts_of_one_person_are_a_problem_to_be_solved_by_hand(karim, ldap_directory):
    ldap_directory.rename("karim", "kbenali")
    User.objects.create_user("kbenali")
    with pytest.raises(CommandError, match="karim is now called kbenali"):
        synchronise()
    karim.refresh_from_db()
    assert (karim.get_username(), karim.is_active) == ("karim", True)


def test_a_renamed_account_whose_entry_was_never_noted_is_joined_by_the_command(
    karim, ldap_directory
):
    DirectoryIdentity.objects.all().delete()
    ldap_directory.rename("karim", "kbenali")
    synchronise("--rename", "karim", "kbenali")
    karim.refresh_from_db()
    assert karim.get_username() == "kbenali"
    assert DirectoryIdentity.objects.get().user == karim


@pytest.mark.parametrize(("old", "new"), [("karim", "nobody"), ("nobody", "lea")])
def test_the_command_joins_no_account_to_an_unknown_person(karim, old, new):
    with pytest.raises(CommandError, match="“nobody” is unknown"):
        synchronise("--rename", old, new)
    karim.refresh_from_db()
    assert karim.get_username() == "karim"
    assert DirectoryIdentity.objects.get().user == karim


def test_a_look_up_by_identifier_answers_with_what_the_directory_has_now(karim, ldap_directory):
    ldap_directory.change("karim", mail=NEW)
    assert find_person("karim").email == NEW
    assert find_person(NEW) == karim


def test_a_look_up_answers_from_the_account_with_the_directory_down(karim, ldap_directory):
    with ldap_directory.stopped():
        assert find_person("karim") == karim


def test_a_site_without_a_stable_identifier_still_refreshes(karim, ldap_directory, settings):
    settings.WAGTAIL_HELPDESK["DIRECTORY_STABLE_ID"] = ""
    ldap_directory.change("karim", mail=NEW)
    synchronise()
    karim.refresh_from_db()
    assert karim.email == NEW


def test_a_search_finds_a_name_of_two_letters_that_is_a_whole_word(ldap_directory):
    ldap_directory.add_person("wli", "Wei", "Li")
    assert [found.identifier for found in search_people("Li")] == ["wli"]
    assert [found.identifier for found in search_people("Li, Wei")] == ["wli"]


@pytest.mark.parametrize("query", ["beatrice", "Béatrice L'Hostis", "L’Hostis, Béatrice"])
def test_a_search_finds_accents_and_apostrophes_however_they_are_typed(ldap_directory, query):
    ldap_directory.add_person("bl", "Béatrice", "L’Hostis")
    assert [found.identifier for found in search_people(query)] == ["bl"]
