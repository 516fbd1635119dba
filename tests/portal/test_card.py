"""What the directory says of a requester, on the page of their ticket."""

import pytest
from django.core.cache import cache

from tests.portal.budget import counted
from wagtail_helpdesk import actions
from wagtail_helpdesk.directory import DirectoryUnavailable
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.models.guards import unguarded


class Cards:
    """A directory that knows where everybody works, and counts how often it is asked."""

    asked = 0
    down = False

    def card(self, user):
        type(self).asked += 1
        if self.down:
            raise DirectoryUnavailable
        return {"Unit": f"UFR of {user.first_name}", "Office": "<b>A 12</b>"}


@pytest.fixture(autouse=True)
def directory(settings):
    cache.clear()
    Cards.asked, Cards.down = 0, False
    settings.WAGTAIL_HELPDESK = {
        "DIRECTORY": f"{__name__}.Cards",
        "DIRECTORY_CARD": {"ou": "Unit", "roomNumber": "Office"},
    }
    return Cards


def shown(visitor, ticket):
    rows = visitor.page(f"tickets/{ticket.pk}/").select(".hd-requester-card")
    return {row.dt.text: row.dd.text for row in rows}


def test_managers_of_the_service_read_it(visit, people, taken):
    card = shown(visit(people.sophie), taken)
    assert card == {"Unit": "UFR of Léa", "Office": "<b>A 12</b>"}


def test_the_manager_stands_directly_beneath_the_requester(visit, people, taken):
    page = visit(people.sophie).page(f"tickets/{taken.pk}/")
    terms = [term.text for term in page.select_one(".hd-requester-card").parent.select("dt")]
    assert terms[:2] == ["Requester", "Manager"]
    assert {"Unit", "Office"} <= set(terms[2:])


@pytest.mark.parametrize("who", ["lea", "ines", "nadia", "victor", "gilles"])
def test_nobody_else_sees_the_card_of_the_requester(visit, people, taken, dsi, directory, who):
    actions.invite(taken, by=people.lea, users=[people.ines])
    with unguarded():
        Ticket.objects.update(visibility=Visibility.PUBLIC)
    assert shown(visit(getattr(people, who)), taken) == {}
    assert directory.asked == 0


def test_the_page_works_while_the_directory_is_down_and_asks_it_once(
    visit, people, taken, directory
):
    directory.down = True
    sophie = visit(people.sophie)
    for _time in range(3):
        assert shown(sophie, taken) == {}
    assert directory.asked == 1


def test_the_directory_is_asked_once_for_many_pages(visit, people, taken, directory):
    for reader in (people.sophie, people.karim, people.sophie):
        assert shown(visit(reader), taken)
    assert directory.asked == 1


def test_the_directory_card_costs_no_statement(visit, people, taken, settings):
    sophie, path = visit(people.sophie), f"tickets/{taken.pk}/"
    counts = []
    for wanted in ({}, {"ou": "Unit"}):
        settings.WAGTAIL_HELPDESK = settings.WAGTAIL_HELPDESK | {"DIRECTORY_CARD": wanted}
        sophie.get(path)
        with counted() as cost:
            sophie.get(path)
        counts.append(cost.count)
    assert counts[0] == counts[1]
