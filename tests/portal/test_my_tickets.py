"""My tickets: own, invited, followed; open, ended, all; a page at a time."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.search import indexing


def numbers(page):
    return [int(link["href"].split("/")[-2]) for link in page.select(".hd-rows .hd-cover")]


@pytest.fixture
def several_tickets(heating, people):
    return [
        actions.open_ticket(heating, by=people.lea, subject=f"Demande {n}", text="x")
        for n in range(28)
    ]


def test_ones_own_open_tickets_stand_first_latest_on_top(visit, people, several_tickets):
    actions.cancel(several_tickets[3], by=people.lea)
    actions.comment(several_tickets[5], by=people.lea, text="Du nouveau.")
    shown = numbers(visit(people.lea).page("tickets/"))
    assert shown[0] == several_tickets[5].pk
    assert several_tickets[3].pk not in shown


def test_the_second_page_continues_where_the_first_stopped(visit, people, several_tickets):
    lea = visit(people.lea)
    # All in the same instant: the number decides, and nothing is shown twice or left out.
    with unguarded():
        Ticket.objects.update(last_activity_at=several_tickets[0].created_at)
    first = lea.page("tickets/")
    following = first.find("a", rel="next")["href"]
    second = lea.page("tickets/" + following)
    assert len(numbers(first)) == 25
    assert numbers(first) + numbers(second) == sorted((t.pk for t in several_tickets), reverse=True)


@pytest.mark.parametrize(
    "key", ["x", "1", "1-2-3", "-1-5", "9" * 40 + "-1", "1-" + "9" * 40, "' OR 1"]
)
def test_a_key_written_by_hand_shows_the_first_page(visit, people, several_tickets, key):
    assert len(numbers(visit(people.lea).page("tickets/", after=key))) == 25


def test_ended_tickets_are_a_filter_away(visit, people, several_tickets):
    actions.cancel(several_tickets[3], by=people.lea)
    assert numbers(visit(people.lea).page("tickets/", show="ended")) == [several_tickets[3].pk]


def test_tickets_one_is_invited_to_have_a_list_of_their_own(visit, people, several_tickets):
    actions.invite(several_tickets[2], by=people.lea, users=[people.thomas])
    thomas = visit(people.thomas)
    assert numbers(thomas.page("tickets/")) == []
    assert numbers(thomas.page("tickets/", list="invited")) == [several_tickets[2].pk]


def test_a_followed_ticket_is_listed_while_it_can_be_seen(visit, people, several_tickets):
    actions.change_visibility(several_tickets[1], by=people.lea, to="public")
    actions.follow(several_tickets[1], by=people.victor)
    victor = visit(people.victor)
    assert numbers(victor.page("tickets/", list="followed")) == [several_tickets[1].pk]
    actions.change_visibility(several_tickets[1], by=people.lea, to="private")
    assert numbers(victor.page("tickets/", list="followed")) == []


def test_a_stranger_has_no_tickets(visit, people, several_tickets):
    victor = visit(people.victor)
    for name in ("own", "invited", "followed"):
        assert numbers(victor.page("tickets/", list=name, show="all")) == []


def test_the_requester_reads_plain_words(visit, people, closed):
    page = visit(people.lea).page("tickets/", show="ended")
    assert page.find(class_="hd-pill").text == "Solved – please confirm"


def test_a_manager_who_asks_their_own_service_reads_one_word_everywhere(visit, people, heating):
    own = actions.open_ticket(heating, by=people.karim, subject="Pompe", text="Elle fuit.")
    actions.take_and_ask(own, by=people.sophie, text="Laquelle ?")
    list(indexing.sweep_unindexed())
    pages = ("", "tickets/", "desk/?queue=all", "search/?q=pompe", f"tickets/{own.pk}/")
    karim = visit(people.karim)
    shown = ".hd-status, .hd-pill, .hd-due .hd-meta"
    words = {
        path: {w.text.rpartition(" · ")[2] for w in karim.page(path).select(shown)}
        for path in pages
    }
    assert list(words.values()) == [{"Incomplete"}] * len(pages)


def test_a_list_has_a_name(visit, people, ticket):
    assert visit(people.lea).page("tickets/").find("ol", attrs={"aria-label": "My requests"}).li


def test_a_person_who_never_asked_is_invited_to_ask(visit, people, heating):
    page = visit(people.lea).page("tickets/")
    assert "You have not asked for anything yet." in page.text
    assert page.select_one(".hd-empty a")["href"] == "/assistance/new/"


def test_a_person_whose_tickets_have_all_ended_sees_that_none_matches(
    visit, people, several_tickets
):
    for ticket in several_tickets:
        actions.cancel(ticket, by=people.lea)
    page = visit(people.lea).page("tickets/")
    assert "You have not asked" not in page.text
    assert "No requests in this list" in page.select_one(".hd-empty").text
