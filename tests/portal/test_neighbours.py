"""From a list of the desk to its tickets, from one to the next, and back to the same place."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.portal.budget import counted
from tests.portal.conftest import hidden
from tests.portal.test_my_tickets import numbers
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import HelpdeskPreferences
from wagtail_helpdesk.portal import paging

pytestmark = pytest.mark.django_db


@pytest.fixture
def free_tickets(people, heating):
    """Seven free tickets, the one that has waited longest first."""
    return [
        actions.open_ticket(heating, by=people.lea, subject=f"Demande {n}", text="x")
        for n in range(7)
    ]


@pytest.fixture
def karim(visit, people):
    return visit(people.karim)


def open_page(visitor, url):
    """Open a URL of the helpdesk, with its query string."""
    return visitor.page(url.removeprefix("/assistance/"))


def row_link(page, ticket):
    return next(
        a["href"] for a in page.select(".hd-row a.hd-cover") if f"/{ticket.pk}/" in a["href"]
    )


def link(page, name):
    found = page.select_one(f".hd-crumb a[rel={name}]")
    return found and found["href"]


def walk(visitor, url, name):
    """Follow the links to the previous or the next ticket, and return the numbers passed."""
    passed = []
    while url:
        passed.append(int(urlsplit(url).path.split("/")[-2]))
        url = link(open_page(visitor, url), name)
    return passed


def test_next_and_previous_follow_the_list(karim, free_tickets):
    page = karim.page("desk/", queue="free")
    assert walk(karim, row_link(page, free_tickets[0]), "next") == [t.pk for t in free_tickets]
    assert walk(karim, row_link(page, free_tickets[3]), "prev") == [
        t.pk for t in free_tickets[3::-1]
    ]


def test_next_and_previous_follow_the_filters_and_the_order(karim, free_tickets, people):
    actions.change_priority(free_tickets[4], by=people.karim, to=5)
    actions.change_priority(free_tickets[1], by=people.karim, to=5)
    page = karim.page("desk/", queue="all", q="priority:5", order="recent")
    assert walk(karim, row_link(page, free_tickets[1]), "next") == [
        free_tickets[1].pk,
        free_tickets[4].pk,
    ]


def test_next_goes_on_to_the_next_page_of_the_list(karim, free_tickets, monkeypatch):
    monkeypatch.setattr(paging, "LENGTH", 3)
    page = karim.page("desk/", queue="free")
    assert numbers(page) == [t.pk for t in free_tickets[:3]]
    assert walk(karim, row_link(page, free_tickets[0]), "next") == [t.pk for t in free_tickets]


def test_the_way_back_leads_to_the_same_page_of_the_list(karim, free_tickets, monkeypatch):
    monkeypatch.setattr(paging, "LENGTH", 3)
    page = karim.page("desk/", queue="free", priority=3)
    page = karim.page("desk/" + page.select_one("a[rel=next]")["href"])
    ticket = open_page(karim, row_link(page, free_tickets[4]))
    back = ticket.select_one(".hd-crumb a")["href"]
    assert back.endswith(f"#hd-t{free_tickets[4].pk}")
    again = open_page(karim, back.partition("#")[0])
    assert numbers(again) == [t.pk for t in free_tickets[3:6]]
    assert again.select_one(f"#hd-t{free_tickets[4].pk}")


def test_after_an_action_took_the_ticket_out_of_the_list_the_next_one_is_offered(
    karim, free_tickets
):
    url = row_link(karim.page("desk/", queue="free"), free_tickets[2])
    page = open_page(karim, url)
    take = next(a["href"] for a in page.select(".hd-acts a") if "/take/" in a["href"])
    form = karim.client.get(take)
    sent = karim.client.post(page_action(form), hidden(form))
    assert sent.status_code == 303
    page = open_page(karim, sent.url)
    assert f"/{free_tickets[3].pk}/" in link(page, "next")
    assert f"/{free_tickets[1].pk}/" in link(page, "prev")


def page_action(response):
    from tests.portal.conftest import soup

    return soup(response).select_one("form.hd-form")["action"]


def test_who_goes_back_after_closing_finds_the_same_list(karim, free_tickets, people):
    HelpdeskPreferences.objects.create(user=people.karim, stay_on_ticket=False)
    url = row_link(karim.page("desk/", queue="free", priority=3), free_tickets[2])
    page = open_page(karim, url)
    close = next(a["href"] for a in page.select(".hd-acts a") if "take-and-close" in a["href"])
    form = karim.client.get(close)
    sent = karim.client.post(page_action(form), hidden(form))
    assert sent.status_code == 303
    shown = parse_qs(urlsplit(sent.url).query)
    assert urlsplit(sent.url).path == "/assistance/desk/"
    assert (shown["queue"], shown["priority"]) == (["free"], ["3"])


def test_a_reply_keeps_the_list(karim, free_tickets):
    url = row_link(karim.page("desk/", queue="free"), free_tickets[2])
    page = open_page(karim, url)
    assert "from=" in page.select_one("[data-hd-composer]")["action"]


def test_without_a_list_there_are_no_neighbours_and_the_way_back_is_the_desk(karim, free_tickets):
    page = karim.page(f"tickets/{free_tickets[2].pk}/")
    assert link(page, "next") is None
    assert page.select_one(".hd-crumb a")["href"] == "/assistance/desk/"


@pytest.mark.parametrize(
    "given",
    [
        "x" * 5000,
        "queue=nowhere&at=9",
        "at=" + "9" * 500,
        "view=7",
        "//evil.example",
        "q=" + "é" * 999,
    ],
)
def test_a_crafted_list_is_answered(karim, free_tickets, given):
    page = karim.page(f"tickets/{free_tickets[2].pk}/", **{"from": given})
    assert page.select_one(".hd-crumb a")["href"].startswith("/assistance/desk/")


def test_requesters_are_not_led_to_a_desk(visit, people, free_tickets):
    page = visit(people.lea).page(f"tickets/{free_tickets[2].pk}/", **{"from": "queue=free"})
    assert page.select_one(".hd-crumb a")["href"].startswith("/assistance/tickets/")


def test_the_copied_url_of_a_ticket_does_not_name_the_list(karim, free_tickets):
    page = open_page(karim, row_link(karim.page("desk/", queue="free"), free_tickets[2]))
    assert (
        page.select_one("[data-hd-copy]")["data-hd-copy"]
        == f"/assistance/tickets/{free_tickets[2].pk}/"
    )


def test_a_ticket_of_a_list_costs_no_more_than_it_may(karim, free_tickets):
    url = row_link(karim.page("desk/", queue="free"), free_tickets[2])
    with counted() as cost:
        karim.client.get(url)
    assert cost.count <= 17, cost.statements
