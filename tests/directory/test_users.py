"""The default directory: local users."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from wagtail.users.models import UserProfile

from wagtail_helpdesk.directory import (
    AmbiguousPerson,
    UnknownGroup,
    UnknownPerson,
    find_person,
    get_directory_card,
    get_site_directory,
    search_people,
)

User = get_user_model()


def names(candidates):
    return [candidate.identifier for candidate in candidates]


# -- One person --


def test_a_person_is_found_by_identifier(people):
    assert find_person("lea") == people.lea


def test_an_identifier_is_the_same_in_capitals_and_between_spaces(people):
    assert find_person("  LEA ") == people.lea


def test_a_person_is_found_by_email_in_any_case(people):
    assert find_person("Lea.Fournier@Arvelle.Example") == people.lea


def test_two_identifiers_that_differ_in_case_stay_two_people(people):
    other = User.objects.create_user("LEA")
    assert find_person("LEA") == other
    assert find_person("lea") == people.lea


def test_an_identifier_that_fits_two_people_only_by_case_is_ambiguous(people):
    User.objects.create_user("LEA")
    with pytest.raises(AmbiguousPerson):
        find_person("Lea")


def test_an_address_of_two_people_is_ambiguous(people):
    User.objects.create_user("lea2", email="lea.fournier@arvelle.example")
    with pytest.raises(AmbiguousPerson, match="Several people match"):
        find_person("lea.fournier@arvelle.example")


def test_an_address_shared_with_a_deactivated_account_is_the_active_ones(people):
    User.objects.create_user("lea2", email="lea.fournier@arvelle.example", is_active=False)
    assert find_person("lea.fournier@arvelle.example") == people.lea


def test_a_deactivated_person_is_unknown(people):
    with pytest.raises(UnknownPerson, match="“yvette” is unknown"):
        find_person("yvette")


@pytest.mark.parametrize("typed", ["", "   ", "nobody", "no\x00body", "lea\x00", "%", "_"])
def test_a_person_who_does_not_exist_is_unknown(people, typed):
    with pytest.raises(UnknownPerson):
        find_person(typed)


def test_a_person_without_address_is_not_found_by_an_empty_one(people):
    with pytest.raises(UnknownPerson):
        find_person(people.marcel.email)


def test_a_pasted_document_is_cut_short_in_the_message(people):
    with pytest.raises(UnknownPerson) as error:
        find_person("x" * 10_000)
    assert len(error.value.message) < 120


# -- Searching --


def test_a_search_finds_by_the_beginning_of_a_name(people):
    assert names(search_people("four")) == ["lea"]


def test_every_word_of_a_search_must_fit(people):
    assert names(search_people("julien moreau")) == ["julien"]
    assert names(search_people("julien fournier")) == []


def test_a_search_finds_accented_capitals_from_small_letters(people):
    User.objects.create_user("edouard", first_name="ÉDOUARD", last_name="Petit")
    assert names(search_people("édou")) == ["edouard"]


def test_a_search_finds_by_identifier_and_by_address(people):
    assert names(search_people("karim")) == ["karim"]
    assert names(search_people("benali@arv")) == ["karim"]


@pytest.mark.parametrize("query", ["", "le", "  l e", "x" * 101, "a\x00b"])
def test_a_search_needs_two_letters_and_a_name(people, query):
    assert search_people(query) == []


def test_a_search_leaves_out_the_deactivated(people):
    assert search_people("yvette") == []


def test_a_search_stops_at_its_limit(people):
    assert len(search_people("arvelle", limit=5)) <= 5


def test_a_search_creates_no_account(people):
    before = User.objects.count()
    search_people("fournier")
    assert User.objects.count() == before


def test_a_candidate_carries_name_address_and_key(people):
    [candidate] = search_people("fournier")
    assert (candidate.full_name, candidate.mail, candidate.user_pk) == (
        "Léa Fournier",
        "lea.fournier@arvelle.example",
        people.lea.pk,
    )


def test_a_search_takes_as_many_statements_for_a_crowd_as_for_one_person(
    people, django_assert_max_num_queries
):
    with django_assert_max_num_queries(1):
        assert len(search_people("arvelle.example")) > 10


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Fournier, Léa", "lea"),
        ("lea fournier", "lea"),
        ("LÉA", "lea"),
        ("le\u0301a", "lea"),
        ("lefevre", "paul"),
        ("thomàs", "thomas"),
        ("beatrice", "beatrice"),
        ("Béatrice L'Hostis", "beatrice"),
        ("beatrice l’hostis", "beatrice"),
        ("lhostis", None),
        ("jean pierre", "jp"),
        ("jean-pierre", "jp"),
        ("Jean‑Pierre", "jp"),
        ("coeur", "jp"),
        ("cœur", "jp"),
        ("Li", "li"),
        ("wu", None),
        ("li wei", "li"),
        ("lea.fournier@arvelle.example", "lea"),
        ("Léa Fournier <lea.fournier@arvelle.example>", "lea"),
        ("100%", None),
        ("l_a", None),
    ],
)
def test_a_search_finds_a_name_however_it_is_written(people, query, found):
    User.objects.create_user("beatrice", first_name="Béatrice", last_name="L’Hostis")
    User.objects.create_user("jp", first_name="Jean-Pierre", last_name="Cœur")
    User.objects.create_user("li", first_name="Wei", last_name="Li")
    assert names(search_people(query)) == ([found] if found else [])


def test_a_search_looks_in_the_fields_of_the_settings(people, settings):
    settings.WAGTAIL_HELPDESK = {
        "PEOPLE_SEARCH_FIELDS": ["wagtail_userprofile__preferred_language", "username"]
    }
    UserProfile.objects.create(user=people.emily, preferred_language="en-gb")
    assert names(search_people("en-gb")) == ["emily"]
    assert search_people("carter") == []


def test_a_candidate_shows_configured_attributes_only(people, settings):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY_CANDIDATE": {"last_name": "Family name"}}
    [candidate] = search_people("fournier")
    assert candidate.details == {"Family name": "Fournier"}


# -- Cards and groups --


def test_a_card_follows_relations_and_leaves_out_those_that_lead_nowhere(people, settings):
    settings.WAGTAIL_HELPDESK = {
        "DIRECTORY_CARD": {"wagtail_userprofile.preferred_language": "Language"}
    }
    assert get_directory_card(people.lea) == {}
    UserProfile.objects.create(user=people.emily, preferred_language="en")
    assert get_directory_card(people.emily) == {"Language": "en"}


def test_a_card_shows_the_configured_attributes_that_have_a_value(people, settings):
    settings.WAGTAIL_HELPDESK = {
        "DIRECTORY_CARD": {
            "last_name": "Family name",
            "phone": "Phone",
        }
    }
    assert get_directory_card(people.lea) == {"Family name": "Fournier"}


def test_without_configuration_a_card_is_empty(people):
    assert get_directory_card(people.lea) == {}


def test_a_group_has_its_active_members(people):
    members = get_site_directory().members("Personnels")
    assert "lea" in names(members)
    assert "yvette" not in names(members)


def test_a_group_that_does_not_exist_is_unknown(people):
    with pytest.raises(UnknownGroup):
        get_site_directory().members("Nobody’s")


def test_nobody_is_missing_from_the_sites_own_users(people):
    Group.objects.all().delete()
    assert get_site_directory().missing(vars(people).values()) == []
