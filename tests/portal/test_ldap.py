"""People who exist only in an LDAP directory, named in the forms of a ticket."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import cache

from tests.fixtures import privileged
from tests.portal.conftest import hidden, soup
from tests.snippets.test_every_url import everything
from wagtail_helpdesk.models import Guest

pytestmark = pytest.mark.servers


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def karim(visit, people, taken, ldap_directory):
    return visit(people.karim)


def account(username):
    return get_user_model().objects.filter(username=username).first()


@pytest.mark.parametrize("typed", ["p001", "P001", "p001@arvelle.example"])
def test_a_person_is_invited_by_identifier_or_address(karim, taken, typed):
    assert account("p001") is None
    assert karim.submit_action(taken, "invite", users=typed).status_code == 303
    assert Guest.objects.get(ticket=taken).user == account("p001")


#: Every form of the helpdesk page that names people: the field, and what else is typed.
FORMS = {
    "invite": ("users", {"text": "Venez."}),
    "change_requester": ("to", {"text": "Pour elle."}),
    "open": ("requester", {"subject": "Froid", "text": "14 degrés."}),
    "absence": ("replacement", {"starts_on": "2030-07-01", "ends_on": "2030-07-14"}),
}
EACH_FORM = pytest.mark.parametrize("form", FORMS)


def send(karim, ticket, form, named):
    """Send one of the forms with a person named in it."""
    field, rest = FORMS[form]
    typed = {field: named, **rest}
    if form == "open":
        path = f"new/{ticket.category_id}/"
        return karim.post(path, **hidden(karim.get(path)), category=ticket.category_id, **typed)
    if form == "absence":
        return karim.post("preferences/absences/", **typed)
    return karim.submit_action(ticket, form, **typed)


def accounts():
    return set(get_user_model().objects.values_list("username", flat=True))


@pytest.fixture
def away(people, general):
    """Karim may say when he is away."""
    privileged(general, people.karim, can_set_availability=True)


@EACH_FORM
def test_with_the_directory_down_nothing_is_saved_and_nothing_typed_is_lost(
    karim, away, taken, ldap_directory, form
):
    before = everything(), accounts()
    with ldap_directory.stopped():
        response = send(karim, taken, form, "p001")
    assert response.status_code == 422
    assert (everything(), accounts()) == before
    page = soup(response)
    assert "directory is not answering" in page.text
    field, rest = FORMS[form]
    for name, typed in {field: "p001", **rest}.items():
        box = page.find(attrs={"name": name})
        assert typed in (box.get("value"), box.text.strip()), name


@EACH_FORM
def test_a_form_refused_while_the_directory_is_down_is_accepted_later(
    karim, away, taken, ldap_directory, form
):
    with ldap_directory.stopped():
        send(karim, taken, form, "p001")
    assert send(karim, taken, form, "p001").status_code == 303
    assert "p001" in accounts()


def test_a_directory_that_fails_between_two_names_invites_nobody(
    karim, taken, ldap_directory, dies_after_one
):
    before = everything()
    response = karim.submit_action(taken, "invite", users="p001, p002", text="Venez.")
    assert response.status_code == 422
    assert "directory is not answering" in soup(response).text
    # The first one’s account, with its entry, is the one that logging in would have made.
    assert everything() | {"DirectoryIdentity": []} == before
    assert "p002" not in accounts()


def test_people_with_an_account_are_invited_while_the_directory_is_down(
    karim, people, taken, ldap_directory
):
    with ldap_directory.stopped():
        assert karim.submit_action(taken, "invite", users="ines").status_code == 303
    assert Guest.objects.get().user == people.ines


def test_the_requester_has_unit_phone_and_office(karim, taken):
    rows = karim.page(f"tickets/{taken.pk}/").select(".hd-requester-card")
    assert {row.dt.text: row.dd.text for row in rows} == {
        "Unit": "UFR d’histoire",
        "Phone": "+33 1 23 45 67 89",
        "Office": "A 12",
    }


def test_with_the_directory_down_a_ticket_is_shown_without_the_requester_card(
    karim, taken, ldap_directory
):
    with ldap_directory.stopped():
        page = karim.page(f"tickets/{taken.pk}/")
    assert not page.select(".hd-requester-card")
