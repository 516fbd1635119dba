"""Who works today: the banner of a ticket whose manager is not there, and the form that assigns it."""

from datetime import timedelta

import pytest

from tests.fixtures import TODAY, privileged
from tests.portal.budget import counted
from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.models import Absence, ServiceManager, Ticket

pytestmark = pytest.mark.usefixtures("noon")


@pytest.fixture
def away():
    """Say that somebody is away for a week, and perhaps who stands in."""

    def say(user, replacement=None):
        return Absence.objects.create(
            user=user,
            starts_on=TODAY,
            ends_on=TODAY + timedelta(days=7),
            replacement=replacement,
        )

    return say


@pytest.fixture
def banner(visit, taken):
    """A function: what the page of Karim's ticket says to somebody about his absence."""

    def read(user):
        found = visit(user).page(f"tickets/{taken.pk}/").select_one(".hd-presence")
        return found and " ".join(found.text.split())

    return read


# -- The banner --


def test_managers_read_until_when_and_who_stands_in(banner, people, away):
    away(people.karim, people.julien)
    said = banner(people.sophie)
    assert said.startswith("Karim Benali is away until ")
    assert "Julien Moreau is the replacement." in said


def test_one_click_leads_to_the_form_with_the_replacement_chosen(visit, taken, people, away):
    away(people.karim, people.julien)
    sophie = visit(people.sophie)
    [link] = sophie.page(f"tickets/{taken.pk}/").select(".hd-presence a")
    assert link.text == "Assign the ticket to Julien Moreau"
    form = soup(sophie.client.get(link["href"]))
    assert form.find("button", string="Assign to Julien Moreau")
    [chosen] = form.select("input[name=to]")
    assert chosen["value"] == str(people.julien.pk)


def test_a_chain_is_followed_to_its_end(banner, people, away):
    away(people.karim, people.julien)
    away(people.julien, people.hugo)
    assert "Hugo Perrin is the replacement." in banner(people.sophie)


def test_the_replacement_is_invited_to_take_over(visit, taken, people, away):
    away(people.karim, people.sophie)
    [link] = visit(people.sophie).page(f"tickets/{taken.pk}/").select(".hd-presence a")
    assert link.text == "Take the ticket"


def test_nobody_is_offered_who_does_not_manage_the_service(visit, taken, people, dsi, away):
    away(people.karim, people.nadia)
    page = visit(people.sophie).page(f"tickets/{taken.pk}/")
    assert "Nadia Haddad is the replacement." in page.select_one(".hd-presence").text
    assert not page.select(".hd-presence a")


def test_nor_offered_to_whoever_may_not_assign(visit, general, taken, people, away):
    privileged(general, people.sophie, can_assign=False)
    away(people.karim, people.julien)
    assert not visit(people.sophie).page(f"tickets/{taken.pk}/").select(".hd-presence a")


def test_the_requester_reads_it_too(banner, people, away):
    away(people.karim, people.julien)
    assert "Julien Moreau is the replacement." in banner(people.lea)


def test_guests_and_viewers_do_not(banner, taken, people, away):
    away(people.karim, people.julien)
    actions.invite(taken, by=people.lea, users=[people.ines])
    Ticket.objects.update(visibility=Visibility.PUBLIC)
    assert banner(people.ines) is None
    assert banner(people.victor) is None


def test_nor_the_absent_manager_in_person(banner, people, away):
    away(people.karim, people.julien)
    assert banner(people.karim) is None


def test_managers_read_that_somebody_is_unavailable(banner, people):
    ServiceManager.objects.filter(user=people.karim).update(available=False)
    assert banner(people.sophie) == "Karim Benali is not available at the moment."
    assert banner(people.lea) is None


def test_managers_read_that_nobody_works_on_the_ticket(banner, people):
    type(people.karim).objects.filter(pk=people.karim.pk).update(is_active=False)
    assert "no longer active. Nobody is working" in banner(people.sophie)
    ServiceManager.objects.filter(user=people.karim).delete()
    assert "no longer manages this service" in banner(people.sophie)


def test_nothing_is_said_of_somebody_who_is_there(banner, people):
    assert banner(people.sophie) is None
    assert banner(people.lea) is None


def test_nor_once_the_ticket_has_ended(banner, taken, people, away):
    away(people.karim, people.julien)
    actions.close(taken, by=people.karim)
    assert banner(people.sophie) is None


def test_s_dos_03_the_banner_costs_few_statements(visit, taken, people, away):
    sophie, path = visit(people.sophie), f"tickets/{taken.pk}/"
    away(people.karim, people.julien)
    sophie.get(path)
    with counted() as cost:
        sophie.get(path)
    assert cost.count <= 17, cost.statements


# -- The form that assigns --


def test_the_absent_are_named_and_cannot_be_chosen(visit, ticket, people, away):
    away(people.sophie)
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/")
    assert "Sophie Lambert is away until" in page.text
    values = {field["value"] for field in page.select("input[name=to]")}
    assert str(people.sophie.pk) not in values


def test_choosing_the_replacement_is_one_click(visit, ticket, people, away):
    away(people.sophie, people.julien)
    karim = visit(people.karim)
    page = karim.page(f"tickets/{ticket.pk}/assign/")
    [label] = [label for label in page.select("label") if "replacing" in label.text]
    value = label.find("input", {"name": "to"})["value"]
    assert karim.act(ticket, "assign", to=value).status_code == 303
    assert Ticket.objects.get().assignee == people.julien


def test_a_replacement_from_elsewhere_is_named_only(visit, ticket, people, dsi, away):
    away(people.sophie, people.nadia)
    page = visit(people.karim).page(f"tickets/{ticket.pk}/assign/")
    assert "Nadia Haddad is the replacement." in page.text
    assert str(people.nadia.pk) not in {field["value"] for field in page.select("input[name=to]")}


def test_somebody_absent_is_refused_when_sent_all_the_same(visit, ticket, people, away):
    away(people.sophie, people.julien)
    response = visit(people.karim).act(ticket, "assign", to=people.sophie.pk)
    assert response.status_code == 422
    assert Ticket.objects.get().assignee is None


def test_s_dos_03_statements_do_not_grow_with_the_absent(
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
