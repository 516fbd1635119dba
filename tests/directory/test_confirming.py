"""Confirmation of unverified e-mail addresses, in every form with people."""

import pytest

from tests.portal.conftest import Visitor, soup
from wagtail_helpdesk.directory import (
    UnconfirmedPerson,
    UnresolvedPeople,
    find_people,
    find_person,
)
from wagtail_helpdesk.models import Absence, Guest, PermanentGuest, ServiceManager, Ticket

#: The e-mail address of a person without account.
TAKEN = "dean@arvelle.example"


@pytest.fixture
def hugo(people, settings):
    """Hugo, who has taken the dean's address and name in his Wagtail account."""
    settings.WAGTAIL_EMAIL_MANAGEMENT_ENABLED = True
    people.hugo.email = TAKEN
    people.hugo.first_name, people.hugo.last_name = "Dean", "Arvelle"
    people.hugo.save()
    return people.hugo


@pytest.mark.parametrize("typed", [TAKEN, TAKEN.upper()])
def test_an_address_typed_by_its_owner_names_nobody(hugo, typed):
    with pytest.raises(UnconfirmedPerson) as raised:
        find_person(typed)
    assert raised.value.user == hugo
    assert "hugo" in raised.value.message


def test_an_address_typed_by_its_owner_is_named_among_several_people(people, hugo):
    with pytest.raises(UnresolvedPeople) as raised:
        find_people(f"lea, {TAKEN}", external=True)
    assert raised.value.unconfirmed == [hugo]
    assert raised.value.found == [people.lea]


def test_a_confirmed_identifier_lets_its_address_name_the_account(people, hugo):
    assert find_people(f"lea, {TAKEN}", confirmed=["hugo"]) == [people.lea, hugo]


def test_confirming_one_account_confirms_no_other(people, hugo):
    with pytest.raises(UnconfirmedPerson):
        find_person(TAKEN, confirmed=["lea"])


def test_an_identifier_is_never_asked_about(people, hugo):
    assert find_person("hugo") == hugo


def test_an_external_guest_is_found_again_by_address_without_a_question(people, settings):
    settings.WAGTAIL_EMAIL_MANAGEMENT_ENABLED = True
    settings.WAGTAIL_HELPDESK = {"EXTERNAL_GUESTS": True}
    guest = find_person("partner@elsewhere.example", external=True)
    assert find_person("partner@elsewhere.example") == guest


def test_addresses_that_only_administrators_set_name_people_at_once(people):
    assert find_person(people.hugo.email) == people.hugo


def test_a_site_may_trust_the_addresses_of_its_accounts(hugo, settings):
    settings.WAGTAIL_HELPDESK = {"TRUST_ACCOUNT_ADDRESSES": True}
    assert find_person(TAKEN) == hugo


def test_where_the_address_is_the_identifier_it_is_asked_about_too(hugo, monkeypatch):
    monkeypatch.setattr(type(hugo), "USERNAME_FIELD", "email")
    with pytest.raises(UnconfirmedPerson):
        find_person(TAKEN)
    assert find_person(TAKEN, confirmed=[TAKEN]) == hugo


# -- the intranet forms ----------------------------------------------------------------------------


@pytest.fixture
def karim(helpdesk, people, hugo):
    return Visitor(people.karim)


def asked(response, name):
    """Return the identifiers that a page asks to confirm."""
    assert response.status_code in (200, 422)
    boxes = soup(response).find_all("input", {"type": "checkbox", "name": f"{name}-confirmed"})
    return [box["value"] for box in boxes]


def test_an_invitation_by_an_unconfirmed_address_shows_the_account_and_invites_nobody(karim, taken):
    refused = karim.submit_action(taken, "invite", users=TAKEN, text="Confidential.")
    assert asked(refused, "users") == ["hugo"]
    assert "Yes, I mean Dean Arvelle (hugo)" in soup(refused).text
    assert "Confidential." in refused.text
    assert not Guest.objects.exists()


def test_an_invitation_goes_to_the_account_once_it_is_confirmed(karim, hugo, taken):
    response = karim.submit_action(taken, "invite", users=TAKEN, **{"users-confirmed": "hugo"})
    assert response.status_code == 303
    assert Guest.objects.get().user == hugo


def test_what_was_confirmed_stays_confirmed_while_the_form_searches(karim, taken):
    page = soup(
        karim.submit_action(
            taken, "invite", users=TAKEN, query="girard", find="1", **{"users-confirmed": "hugo"}
        )
    )
    kept = page.find("input", {"type": "hidden", "name": "users-confirmed"})
    assert kept["value"] == "hugo"


def test_a_new_requester_is_confirmed_before_the_ticket_is_theirs(karim, hugo, taken):
    assert asked(karim.submit_action(taken, "change_requester", to=TAKEN), "to") == ["hugo"]
    karim.submit_action(taken, "change_requester", to=TAKEN, **{"to-confirmed": "hugo"})
    taken.refresh_from_db()
    assert taken.requester == hugo


def test_opening_for_an_unconfirmed_address_asks_first(karim, heating):
    path = f"new/{heating.pk}/"
    data = {"category": heating.pk, "subject": "Froid", "text": "Il gèle.", "requester": TAKEN}
    assert asked(karim.post(path, **data), "requester") == ["hugo"]
    assert not Ticket.objects.exists()


def test_a_replacement_named_by_an_unconfirmed_address_is_asked_about(karim, people, general):
    general.managers.filter(user=people.karim).update(can_set_availability=True)
    days = {"starts_on": "2030-01-07", "ends_on": "2030-01-08", "replacement": TAKEN}
    assert asked(karim.post("preferences/absences/", **days), "replacement") == ["hugo"]
    assert not Absence.objects.exists()


# -- the admin -------------------------------------------------------------------------------------


@pytest.fixture
def submit_admin_form(people, hugo, general, client):
    """Send a page of the admin about Services Généraux as Sophie, who manages its managers."""
    from django.urls import reverse

    general.managers.filter(user=people.sophie).update(can_manage_managers=True)
    people.sophie.is_superuser = True
    people.sophie.save()
    client.force_login(people.sophie)

    def send(page, *args, **data):
        return client.post(reverse(f"helpdesk_services:{page}", args=[general.pk, *args]), data)

    return send


@pytest.mark.parametrize(
    ("page", "model"), [("manager_add", ServiceManager), ("guest_add", PermanentGuest)]
)
def test_managers_and_permanent_guests_are_confirmed_before_they_are_added(
    submit_admin_form, hugo, general, page, model
):
    general.managers.filter(user=hugo).delete()
    assert asked(submit_admin_form(page, people=TAKEN), "people") == ["hugo"]
    assert not model.objects.filter(user=hugo).exists()
    submit_admin_form(page, people=TAKEN, **{"people-confirmed": "hugo"})
    assert model.objects.filter(user=hugo).exists()


def test_an_absence_entered_in_the_admin_asks_about_its_replacement(
    submit_admin_form, people, general
):
    row = general.managers.get(user=people.karim)
    days = {"starts_on": "2030-01-07", "ends_on": "2030-01-08", "replacement": TAKEN}
    assert asked(submit_admin_form("absences", row.pk, **days), "replacement") == ["hugo"]
    assert not Absence.objects.exists()


def test_a_colleague_who_takes_over_tickets_is_confirmed_first(
    submit_admin_form, people, general, taken
):
    row = general.managers.get(user=people.karim)
    form = {"then": "colleague", "colleague": TAKEN}
    assert asked(submit_admin_form("manager_remove", row.pk, **form), "colleague") == ["hugo"]
    submit_admin_form("manager_remove", row.pk, **form, **{"colleague-confirmed": "hugo"})
    taken.refresh_from_db()
    assert taken.assignee.username == "hugo"


def test_nobody_reads_a_private_ticket_by_taking_an_address(karim, hugo, taken):
    karim.submit_action(taken, "invite", users=TAKEN)
    ServiceManager.objects.filter(user=hugo).delete()
    assert not Ticket.objects.visible_to(hugo).filter(pk=taken.pk).exists()
