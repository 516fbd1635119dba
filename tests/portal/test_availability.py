"""Absent managers: the banner of the ticket page, and the assign form."""

from datetime import timedelta

import pytest

from tests.fixtures import TODAY, privileged
from tests.portal.budget import counted
from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.models import Absence, ServiceManager, Ticket
from wagtail_helpdesk.models.guards import unguarded

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def record_absence():
    """A function that records an absence of a week, perhaps with a replacement."""

    def say(user, replacement=None):
        return Absence.objects.create(
            user=user,
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=7),
            replacement=replacement,
        )

    return say


@pytest.fixture
def read_banner(visit, taken):
    """A function that returns the banner of Karim's ticket as a user sees it, or None."""

    def read(user):
        found = visit(user).page(f"tickets/{taken.pk}/").select_one(".hd-presence")
        return found and " ".join(found.text.split())

    return read


# -- The banner --


def test_banner_shows_managers_the_end_of_the_absence_and_the_replacement(
    read_banner, people, record_absence
):
    record_absence(people.karim, people.julien)
    text = read_banner(people.sophie)
    assert text.startswith("Karim Benali is away until ")
    assert "Julien Moreau is the replacement." in text


def test_banner_links_to_the_assign_form_with_the_replacement_chosen(
    visit, taken, people, record_absence
):
    record_absence(people.karim, people.julien)
    sophie = visit(people.sophie)
    [link] = sophie.page(f"tickets/{taken.pk}/").select(".hd-presence a")
    assert link.text == "Assign the ticket to Julien Moreau"
    form = soup(sophie.client.get(link["href"]))
    assert form.find("button", string="Assign to Julien Moreau")
    [chosen] = form.select("input[name=to]")
    assert chosen["value"] == str(people.julien.pk)


def test_banner_names_the_replacement_of_an_absent_replacement(read_banner, people, record_absence):
    record_absence(people.karim, people.julien)
    record_absence(people.julien, people.hugo)
    assert "Hugo Perrin is the replacement." in read_banner(people.sophie)


def test_banner_offers_the_replacement_to_take_the_ticket(visit, taken, people, record_absence):
    record_absence(people.karim, people.sophie)
    [link] = visit(people.sophie).page(f"tickets/{taken.pk}/").select(".hd-presence a")
    assert link.text == "Take the ticket"


def test_banner_does_not_offer_a_replacement_from_another_service(
    visit, taken, people, dsi, record_absence
):
    record_absence(people.karim, people.nadia)
    page = visit(people.sophie).page(f"tickets/{taken.pk}/")
    assert "Nadia Haddad is the replacement." in page.select_one(".hd-presence").text
    assert not page.select(".hd-presence a")


def test_banner_offers_nothing_to_managers_who_cannot_assign(
    visit, general, taken, people, record_absence
):
    privileged(general, people.sophie, can_assign=False)
    record_absence(people.karim, people.julien)
    assert not visit(people.sophie).page(f"tickets/{taken.pk}/").select(".hd-presence a")


def test_banner_is_shown_to_the_requester(read_banner, people, record_absence):
    record_absence(people.karim, people.julien)
    assert "Julien Moreau is the replacement." in read_banner(people.lea)


def test_banner_is_hidden_from_guests_and_viewers(read_banner, taken, people, record_absence):
    record_absence(people.karim, people.julien)
    actions.invite(taken, by=people.lea, users=[people.ines])
    with unguarded():
        Ticket.objects.update(visibility=Visibility.PUBLIC)
    assert read_banner(people.ines) is None
    assert read_banner(people.victor) is None


def test_banner_is_hidden_from_the_absent_manager(read_banner, people, record_absence):
    record_absence(people.karim, people.julien)
    assert read_banner(people.karim) is None


def test_banner_shows_managers_that_the_manager_is_unavailable(read_banner, people):
    ServiceManager.objects.filter(user=people.karim).update(available=False)
    assert read_banner(people.sophie) == "Karim Benali is not available at the moment."
    assert read_banner(people.lea) is None


def test_banner_shows_managers_that_nobody_works_on_the_ticket(read_banner, people):
    type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
    assert "no longer active. Nobody is working" in read_banner(people.sophie)
    ServiceManager.objects.filter(user=people.karim).delete()
    assert "no longer manages this service" in read_banner(people.sophie)


def test_no_banner_while_the_manager_is_available(read_banner, people):
    assert read_banner(people.sophie) is None
    assert read_banner(people.lea) is None


def test_no_banner_on_an_ended_ticket(read_banner, taken, people, record_absence):
    record_absence(people.karim, people.julien)
    actions.close(taken, by=people.karim)
    assert read_banner(people.sophie) is None


def test_ticket_page_with_a_banner_needs_few_queries(visit, taken, people, record_absence):
    sophie, path = visit(people.sophie), f"tickets/{taken.pk}/"
    record_absence(people.karim, people.julien)
    sophie.get(path)
    with counted() as cost:
        sophie.get(path)
    assert cost.count <= 16, cost.statements


# -- The form that assigns --


def test_assign_form_names_absent_managers_without_offering_them(
    visit, ticket, people, record_absence
):
    record_absence(people.sophie)
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/")
    assert "Sophie Lambert is away until" in page.text
    values = {field["value"] for field in page.select("input[name=to]")}
    assert str(people.sophie.pk) not in values


def test_assign_form_offers_the_replacement_of_an_absent_manager(
    visit, ticket, people, record_absence
):
    record_absence(people.sophie, people.julien)
    karim = visit(people.karim)
    page = karim.page(f"tickets/{ticket.pk}/assign/")
    [label] = [label for label in page.select("label") if "replacing" in label.text]
    value = label.find("input", {"name": "to"})["value"]
    assert karim.submit_action(ticket, "assign", to=value).status_code == 303
    assert Ticket.objects.get().assignee == people.julien


def test_assign_form_names_a_replacement_from_another_service_without_offering_them(
    visit, ticket, people, dsi, record_absence
):
    record_absence(people.sophie, people.nadia)
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/")
    assert "Nadia Haddad is the replacement." in page.text
    assert str(people.nadia.pk) not in {field["value"] for field in page.select("input[name=to]")}


def test_assigning_to_an_absent_manager_is_refused(visit, ticket, people, record_absence):
    record_absence(people.sophie, people.julien)
    response = visit(people.karim).submit_action(ticket, "assign", to=people.sophie.pk)
    assert response.status_code == 422
    assert Ticket.objects.get().assignee is None


@pytest.mark.parametrize("key", ["9" * 30, "9" * 5000, "²", "-1", "x"])
def test_assigning_to_a_key_that_no_person_can_have_is_refused(visit, ticket, people, key):
    response = visit(people.karim).submit_action(ticket, "assign", to=key)
    assert response.status_code == 422
    assert "Choose an available manager of this service." in soup(response).text


def test_assign_form_needs_as_many_queries_for_many_absent_managers(
    visit, general, ticket, people, django_user_model
):
    karim, path = visit(people.karim), f"tickets/{ticket.pk}/assign/"
    counts = []
    for size in (3, 30):
        users = django_user_model.objects.bulk_create(
            django_user_model(username=f"a{size}-{n}") for n in range(size)
        )
        ServiceManager.objects.bulk_create(ServiceManager(service=general, user=u) for u in users)
        Absence.objects.bulk_create(
            Absence(user=u, starts_on=TODAY, ends_on=TODAY, replacement=people.julien)
            for u in users
        )
        karim.get(path)
        with counted() as cost:
            karim.get(path)
        counts.append(cost.count)
    assert counts[0] == counts[1]
