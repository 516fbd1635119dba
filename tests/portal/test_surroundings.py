"""The fold beside a ticket: who asks, their other tickets, linked and similar ones."""

import pytest

from tests.portal.budget import counted
from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event
from wagtail_helpdesk.search.indexing import index_events


def open_for(category, who, subject, text="x"):
    return actions.open_ticket(category, by=who, subject=subject, text=text)


def subjects(part, heading):
    """Return the subjects below a heading of the part."""
    title = next(h for h in part.select("h3") if heading in h.text)
    return [link.text for link in title.parent.select(".hd-others a[href$='/']")]


def load(visitor, ticket):
    url = f"/assistance/tickets/{ticket.pk}/surroundings/"
    return soup(visitor.client.get(url, headers={"HX-Request": "true"}))


def test_other_tickets_that_the_reader_manages_are_shown(
    visit, people, taken, heating, plumbing, network
):
    known = open_for(heating, people.emily, "Radiateur tiède", "Encore un radiateur froid.")
    open_for(plumbing, people.lea, "Robinet")
    ended = open_for(plumbing, people.lea, "Lavabo")
    actions.take_and_close(ended, by=people.karim)
    linked = open_for(plumbing, people.thomas, "Chaudière")
    actions.link(taken, by=people.karim, to=linked)
    open_for(network, people.lea, "Secret")
    open_for(network, people.emily, "Radiateur froid secret")
    index_all()
    part = load(visit(people.karim), taken)
    assert part.select_one(f'a[href="mailto:{people.lea.email}"]')
    assert subjects(part, "Other open tickets") == ["Robinet"]
    assert subjects(part, "Recently ended") == ["Lavabo"]
    assert subjects(part, "Linked tickets") == ["Chaudière"]
    assert subjects(part, "Similar tickets") == [known.subject]
    assert part.find("a", href=lambda href: f"unlink/?to={linked.pk}" in href)
    assert "Secret" not in part.text


def index_all():
    index_events(Event.objects.all())


def test_the_part_is_a_page_without_script_and_costs_the_ticket_page_nothing(
    visit, people, taken, heating
):
    karim = visit(people.karim)
    fold = karim.page(f"tickets/{taken.pk}/").select_one("details[data-hd-load]")
    assert fold.find("a")["href"] == fold["data-hd-load"]
    with counted() as cost:
        page = karim.page(f"tickets/{taken.pk}/surroundings/")
    assert page.find("h1")
    for number in range(12):
        open_for(heating, people.lea, f"Radiateur froid {number}")
    with counted() as more:
        karim.page(f"tickets/{taken.pk}/surroundings/")
    assert more.count <= cost.count + 4, more.statements


@pytest.mark.parametrize("who", ["lea", "thomas"])
def test_the_part_is_for_managers_alone(visit, people, invited, who):
    visitor = visit(getattr(people, who))
    assert visitor.get(f"tickets/{invited.pk}/surroundings/").status_code == 404
    assert not visitor.page(f"tickets/{invited.pk}/").select("[data-hd-load]")
