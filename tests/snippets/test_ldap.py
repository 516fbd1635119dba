"""Guide III.2 and III.3 with people who exist only in an LDAP directory, and with that directory down."""

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth import get_user_model
from django.core.cache import cache

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import PermanentGuest

from .conftest import page_url
from .test_every_url import everything
from .test_services import text

pytestmark = pytest.mark.servers

#: What is added on which page, and how to list who is there.
PAGES = {"III_2": "manager_add", "III_3": "guest_add"}
EACH = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


@pytest.fixture
def directory(ldap_directory, settings):
    """The directory, with the back end that lets those who run a service into the admin."""
    cache.clear()
    settings.AUTHENTICATION_BACKENDS = [
        *settings.AUTHENTICATION_BACKENDS,
        "wagtail_helpdesk.auth.ConfigurationBackend",
    ]
    return ldap_directory


@pytest.fixture
def sophie(people, general, directory, browse):
    """Sophie, who manages the managers of Services Généraux."""
    return browse(people.sophie)


def added(general, page):
    rows = general.managers if page == "manager_add" else general.permanent_guests
    return {row.user.get_username() for row in rows.select_related("user")}


def accounts():
    return set(get_user_model().objects.values_list("username", flat=True))


@EACH
@pytest.mark.parametrize("typed", ["p001", "p001@arvelle.example"])
def test_a_person_of_the_directory_is_added_by_identifier_or_email(sophie, general, page, typed):
    assert "p001" not in accounts()
    assert sophie.post(page, general, people=typed).status_code == 302
    assert "p001" in added(general, page)


def test_adding_one_manager_leads_to_their_default_privileges(sophie, general):
    """Guide III.2."""
    response = sophie.post("manager_add", general, people="p001")
    row = general.managers.get(user__username="p001")
    assert response.url == page_url("manager", general, row)
    assert row.can_take_free
    assert not row.can_manage_managers
    sophie.post("manager", general, row, can_take_free="on", available="on", can_refuse="on")
    row.refresh_from_db()
    assert (row.can_refuse, row.can_reopen) == (True, False)


@EACH
def test_a_person_found_by_the_search_is_ticked_and_added(sophie, general, page):
    response = sophie.post(page, general, search="1", query="numéro-007", people="hugo2")
    found = BeautifulSoup(response.content, "html.parser")
    [box] = found.select("input[name=chosen]")
    assert (box["value"], found.find("input", {"name": "people"})["value"]) == ("p007", "hugo2")
    assert "p007" not in accounts()
    sophie.post(page, general, chosen=box["value"])
    assert "p007" in added(general, page)


def test_a_permanent_guest_is_invited_to_new_tickets(sophie, general, people, heating, ticket):
    """Guide III.3."""
    sophie.post("guest_add", general, people="p001")
    following = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Encore.")
    [guest] = following.guests.all()
    assert (guest.user.username, guest.permanent) == ("p001", True)
    assert not ticket.guests.exists()


@EACH
def test_an_unknown_person_is_reported_and_nobody_is_added(sophie, general, page):
    before = added(general, page)
    response = sophie.post(page, general, people="p001, personne")
    assert "“personne” is unknown" in text(response)
    assert added(general, page) == before


@EACH
def test_an_email_of_two_people_asks_for_the_identifier(sophie, general, page):
    response = sophie.post(page, general, people="accueil@arvelle.example")
    assert "identifier" in text(response)
    assert not {"accueil1", "accueil2"} & added(general, page)


# -- With the directory down --


@EACH
def test_a_dead_directory_is_reported_and_nothing_is_half_saved(sophie, general, directory, page):
    before = (added(general, page), accounts())
    with directory.stopped():
        response = sophie.post(page, general, people="julien, p001")
    assert "directory is not answering" in text(response)
    field = BeautifulSoup(response.content, "html.parser").find("input", {"name": "people"})
    assert field["value"] == "julien, p001"
    assert (added(general, page), accounts()) == before


@EACH
def test_a_directory_that_dies_between_two_people_adds_nobody(
    sophie, general, page, dies_after_one
):
    before = added(general, page)
    response = sophie.post(page, general, people="p001, p002")
    assert "directory is not answering" in text(response)
    assert added(general, page) == before
    assert "p002" not in accounts()


#: The other forms that name a person, with what else they ask.
NAMES = {
    "absences": {"starts_on": "2030-07-01", "ends_on": "2030-07-14", "replacement": "p001"},
    "manager_remove": {"then": "colleague", "colleague": "p001"},
}


@pytest.mark.parametrize("page", NAMES)
def test_an_absence_is_not_saved_while_its_replacement_cannot_be_looked_up(
    sophie, general, people, manager, ticket, directory, page
):
    actions.take(ticket, by=people.karim)
    before = everything(), accounts()
    with directory.stopped():
        response = sophie.post(page, general, manager(people.karim), **NAMES[page])
    assert "directory is not answering" in text(response)
    assert 'value="p001"' in response.content.decode()
    assert (everything(), accounts()) == before


def test_the_permission_report_works_without_the_directory(sophie, general, directory):
    with directory.stopped():
        known, unknown = (sophie.get("why", general, person=who) for who in ("karim", "p001"))
    assert "Karim Benali" in text(known)
    assert "not answering" not in text(unknown)
    assert "p001" not in accounts()


@EACH
def test_people_with_an_account_are_added_while_the_directory_is_down(
    sophie, general, directory, page
):
    with directory.stopped():
        assert sophie.post(page, general, people="julien").status_code == 302
    assert "julien" in added(general, page)


@EACH
def test_the_search_offers_accounts_while_the_directory_is_down(sophie, general, directory, page):
    with directory.stopped():
        response = sophie.post(page, general, search="1", query="moreau")
    assert "directory is not answering" in text(response)
    found = BeautifulSoup(response.content, "html.parser")
    assert [box["value"] for box in found.select("input[name=chosen]")] == ["julien"]


@EACH
def test_the_same_form_works_once_the_directory_is_back(sophie, general, directory, page):
    with directory.stopped():
        sophie.post(page, general, people="p001")
    assert sophie.post(page, general, people="p001").status_code == 302
    assert "p001" in added(general, page)


def test_the_pages_of_a_service_open_while_the_directory_is_down(
    sophie, general, people, directory
):
    PermanentGuest.objects.create(service=general, user=people.ines)
    with directory.stopped():
        for page in ("panel", "managers", "guests", "manager_add", "guest_add", "tree", "why"):
            assert sophie.get(page, general).status_code == 200
