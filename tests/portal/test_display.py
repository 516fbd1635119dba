"""How each manager has the list of the desk displayed: columns, their order, rows per page."""

import pytest
from wagtail import hooks

from tests.portal.conftest import soup
from tests.portal.test_desk import open_tickets  # noqa: F401 - a fixture
from wagtail_helpdesk.models import HelpdeskPreferences
from wagtail_helpdesk.portal.ticket_columns import TicketColumn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("open_tickets")]


def facts(page):
    """The second line of the first row."""
    return [part.strip() for part in page.select_one(".hd-row .hd-meta").text.split("·")]


def columns(page):
    return [box["value"] for box in page.select("#hd-columns [name=shown]")]


def shown(page):
    return [box["value"] for box in page.select("#hd-columns [name=shown][checked]")]


def test_a_manager_chooses_columns_their_order_and_the_rows_of_a_page(visit, people):
    karim = visit(people.karim)
    before = facts(karim.page("desk/", queue="all"))
    assert len(before) == 4, "place, requester, manager, number"
    page = karim.page("desk/display/", list="queue=all&after=5-5")
    assert columns(page) == ["place", "requester", "manager", "opened", "priority"]
    assert shown(page) == ["place", "requester", "manager"]
    # Moved without script: a button each, what is ticked is kept.
    answer = karim.post(
        "desk/display/",
        list="queue=all&after=5-5",
        column=columns(page),
        shown=["manager", "opened"],
        rows=50,
        up="opened",
    )
    page = karim.page(answer["location"].partition("assistance/")[2].partition("#")[0])
    assert columns(page) == ["place", "requester", "opened", "manager", "priority"]
    assert shown(page) == ["opened", "manager"]
    answer = karim.post(
        "desk/display/",
        list="queue=all&after=5-5",
        column=columns(page),
        shown=shown(page),
        rows=50,
    )
    assert answer["location"].endswith("/desk/?queue=all"), "the pages of the list have changed"
    after = facts(karim.page("desk/", queue="all"))
    assert [part.partition(":")[0] for part in after[:2]] == ["Opened", "Manager"]
    assert HelpdeskPreferences.of(people.karim).desk_rows == 50
    assert facts(visit(people.sophie).page("desk/", queue="all")) == before
    karim.post("desk/display/", reset=1)
    assert facts(karim.page("desk/", queue="all")) == before


def test_a_column_of_the_site_can_be_chosen_and_comes_by_itself(visit, people):
    karim = visit(people.karim)
    karim.post("desk/display/", column=["manager", "place", "gone"], shown=["manager"], rows=7)
    with hooks.register_temporarily(
        "register_helpdesk_desk_column",
        lambda: TicketColumn(
            "floor", "Floor", lambda rows, user: {r.number: "<3>" for r in rows}, 1
        ),
    ):
        page = karim.page("desk/display/")
        assert columns(page)[:2] == ["manager", "place"]
        assert shown(page) == ["manager", "floor"]
        assert "Floor: <3>" in facts(karim.page("desk/", queue="all"))
    assert HelpdeskPreferences.of(people.karim).desk_rows == 25


def test_tickets_open_beside_the_list_for_those_who_want_it(visit, people, open_tickets):  # noqa: F811
    karim = visit(people.karim)
    assert not karim.page("desk/").select("[data-hd-pane]")
    answer = karim.post("desk/display/", pane="1", list="queue=all")
    assert answer["location"].endswith("/desk/?queue=all")
    page = karim.page("desk/", queue="all")
    assert page.select_one("[data-hd-pane][hidden]")
    address = page.select_one(".hd-row a.hd-cover")["href"]
    part = soup(karim.client.get(address, headers={"HX-Request": "true", "HX-Target": "hd-pane"}))
    assert part.select_one("h1, nav, [data-hd-root]") is None, "a part, not the page"
    assert part.select_one("h2").text == page.select_one(".hd-row a.hd-cover").text
    assert part.select_one(".hd-history .hd-msg")
    assert part.select_one(".hd-actions")
    composer = part.select_one("[data-hd-composer]")
    assert "from=" in composer["action"], "the way back to the list"
    # Whatever a request asks for: nothing of a ticket that one may not see.
    hidden = visit(people.victor).client.get(address, headers={"HX-Target": "hd-pane"})
    assert hidden.status_code == 404
