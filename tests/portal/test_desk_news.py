"""How many tickets of a list are new since it was shown."""

import pytest

from tests.portal.budget import counted
from tests.portal.conftest import soup
from tests.portal.test_desk import open_tickets  # noqa: F401 - a fixture
from tests.portal.test_my_tickets import numbers
from wagtail_helpdesk import actions

pytestmark = pytest.mark.django_db


@pytest.fixture
def karim(visit, people):
    return visit(people.karim)


def ask(visitor, **parameters):
    """Open a list, and return a function that asks for its news."""
    place = visitor.page("desk/", **parameters).select_one("[data-hd-news]")
    return lambda: visitor.client.get(place["data-hd-news"])


def test_what_others_did_since_the_list_was_shown_is_counted(karim, people, open_tickets):  # noqa: F811
    news = ask(karim, queue="all")
    assert (news().status_code, news().content) == (204, b"")
    for ticket in open_tickets[:2]:
        actions.comment(ticket, by=people.lea, text="Toujours froid.")
    link = soup(news()).a
    assert link.text.split() == ["2", "new,", "show"]
    assert len(numbers(karim.page(link["href"].removeprefix("/assistance/")))) == 4


def test_the_readers_own_actions_and_other_lists_are_no_news(karim, people, open_tickets):  # noqa: F811
    news = ask(karim, queue="mine")
    actions.comment(open_tickets[2], by=people.karim, text="J’y vais.")
    actions.comment(open_tickets[3], by=people.lea, text="Toujours froid.")
    actions.comment(open_tickets[4], by=people.lea, text="Toujours rien.")
    assert news().status_code == 204


def test_news_follow_the_filters(karim, people, open_tickets):  # noqa: F811
    news = ask(karim, queue="all", q="priority:5")
    actions.comment(open_tickets[0], by=people.lea, text="Toujours froid.")
    assert news().status_code == 204
    actions.comment(open_tickets[1], by=people.lea, text="Toujours froid.")
    assert soup(news()).a.text.split()[0] == "1"


@pytest.mark.parametrize("since", ["", "hier", "2026-03-02", "9" * 5000])
def test_without_a_moment_there_is_no_news(karim, open_tickets, since):  # noqa: F811
    assert karim.get("desk/news/", queue="all", since=since).status_code == 204


def test_asking_for_news_costs_two_statements(karim, open_tickets):  # noqa: F811
    news = ask(karim, queue="all")
    with counted() as cost:
        news()
    assert cost.count == 2, cost.statements


def test_there_is_no_news_for_those_who_manage_nothing(visit, people):
    assert visit(people.lea).get("desk/news/").status_code == 403
