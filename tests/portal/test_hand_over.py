"""Handing over one's tickets before an absence, from the page of absences."""

from datetime import timedelta

from django.utils import timezone

from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Absence, ServiceManager, Ticket


def open_for(category, people, subject):
    return actions.open_ticket(category, by=people.lea, subject=subject, text="x")


def find_options(visitor):
    page = visitor.page("preferences/absences/")
    return page.select("section[aria-labelledby=hd-hand-over] li")


def test_tickets_are_handed_over_by_service_or_all_at_once(visit, people, heating, network):
    ServiceManager.objects.create(service=network.service, user=people.karim, can_assign=False)
    karim = visit(people.karim)
    assert find_options(karim) == []
    here, there = open_for(heating, people, "Froid"), open_for(network, people, "Prise")
    for ticket in (here, there):
        actions.take(ticket, by=people.karim)
    actions.take(open_for(heating, people, "Chaud"), by=people.sophie)
    tomorrow = timezone.localdate() + timedelta(days=1)
    Absence.objects.create(
        user=people.karim, starts_on=tomorrow, ends_on=tomorrow, replacement=people.sophie
    )
    everything, *by_service = find_options(karim)
    assert ["2 open tickets" in everything.text, len(by_service)] == [True, 2]
    form = karim.page(everything.find("a")["href"].removeprefix("/assistance/"))
    # What will be left out is said before, and the replacement is proposed.
    assert "Your privileges in this service do not allow it." in form.text
    values = [box["value"] for box in form.select("input[name=ticket]")]
    assert [value.split("-")[0] for value in values] == [str(here.pk)]
    chosen = form.select_one(f"input[name=to][value='{people.sophie.pk}']")
    assert chosen.has_attr("checked")
    response = karim.post("desk/bulk/assign/", ticket=values, to=people.sophie.pk)
    assert response.status_code == 303, soup(response).text
    assert Ticket.objects.get(pk=here.pk).assignee == people.sophie
    assert Ticket.objects.get(pk=there.pk).assignee == people.karim
    assert len(find_options(karim)) == 1
