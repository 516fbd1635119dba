"""The filters of the desk that are typed: what each means, chips, limits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.portal.test_desk import counters, open_tickets  # noqa: F401 - a fixture
from tests.portal.test_my_tickets import numbers
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.portal.desk import filter_terms
from wagtail_helpdesk.portal.desk.filter_syntax import MAX_LENGTH
from wagtail_helpdesk.search import indexing

pytestmark = pytest.mark.django_db


def found(visit, person, text, **parameters):
    return set(numbers(visit(person).page("desk/", queue="all", q=text, **parameters)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("is:free", {0, 1}),
        ("est:libre", {0, 1}),
        ("is:mine", {2}),
        ("is:unread", {0, 1, 3}),
        ("assignee:karim", {2}),
        ("manager:none", {0, 1}),
        ("assignee:me", {2}),
        ("assignee:sophie", {3}),
        ("priority:5", {1}),
        ("priority:low is:open", set()),
        ('from:"léa"', {0, 1, 2, 3}),
        ("from:lea is:free priority:high", set()),
        ("from:me", set()),
        ("older:1h", set()),
        ("newer:2d", {0, 1, 2, 3}),
        ("is:ended", set()),
        ("category:plomberie", {1, 3}),
        ("category:CHAUFF is:free", {0}),
    ],
)
def test_a_typed_filter_narrows_the_list(visit, people, open_tickets, text, expected):  # noqa: F811
    visitor = visit(people.karim)
    visitor.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr" if "est:" in text else "en"
    page = visitor.page("desk/", queue="all", q=text)
    assert set(numbers(page)) == {open_tickets[n].pk for n in expected}


def test_typed_filters_tell_services_apart(visit, people, open_tickets):  # noqa: F811
    assert found(visit, people.julien, "service:dsi") == {open_tickets[4].pk}
    assert found(visit, people.julien, "service:nowhere") == set()
    assert found(visit, people.karim, "service:dsi") == set(), "he does not manage it"


def test_words_are_searched_in_the_messages_that_the_reader_may_read(visit, people, open_tickets):  # noqa: F811
    actions.note(open_tickets[0], by=people.sophie, text="Le thermostat est en stock.")
    actions.comment(open_tickets[4], by=people.lea, text="Le thermostat du réseau.")
    list(indexing.sweep_unindexed())
    assert found(visit, people.karim, "thermostat") == {open_tickets[0].pk}
    assert found(visit, people.karim, "thermostat is:mine") == set()
    assert found(visit, people.karim, f"#{open_tickets[2].pk}") == {open_tickets[2].pk}


def test_a_list_of_the_newest_matches_leads_to_the_search(visit, people, open_tickets, monkeypatch):  # noqa: F811
    monkeypatch.setattr("wagtail_helpdesk.search.results.find_tickets.__kwdefaults__", {"most": 1})
    for ticket in open_tickets[:3]:
        actions.comment(ticket, by=people.lea, text="Le thermostat.")
    list(indexing.sweep_unindexed())
    page = visit(people.karim).page("desk/", queue="all", q="thermostat is:open")
    assert len(numbers(page)) == 1
    assert page.select_one(".hd-banner a")["href"].endswith("search/?q=thermostat")


def test_filters_are_chips_that_can_be_removed_one_by_one(visit, people, open_tickets, heating):  # noqa: F811
    karim = visit(people.karim)
    page = karim.page("desk/", queue="all", q="is:free priority:3", category=heating.pk)
    chips = {chip.find(string=True).strip(): chip["href"] for chip in page.select(".hd-chip")}
    assert list(chips) == [f"Category: {heating}", "is:free", "priority:3"]
    assert set(numbers(karim.page("desk/" + chips["is:free"]))) == {open_tickets[0].pk}
    assert set(numbers(karim.page("desk/" + chips["priority:3"]))) == {open_tickets[0].pk}
    assert set(numbers(karim.page("desk/" + chips[f"Category: {heating}"]))) == {open_tickets[0].pk}


def test_the_text_stays_in_its_field_and_in_the_links_to_other_queues(visit, people, open_tickets):  # noqa: F811
    karim = visit(people.karim)
    page = karim.page("desk/", queue="all", q="priority:3")
    assert page.select_one(".hd-filter [name=q]")["value"] == "priority:3"
    for link in page.select(".hd-rail nav a"):
        opened = karim.page("desk/" + link["href"])
        assert len(numbers(opened)) == int(link.select_one(".hd-count").text), link["href"]


def test_queues_of_open_tickets_leave_out_a_typed_status_of_ended_ones(visit, people, open_tickets):  # noqa: F811
    actions.close(open_tickets[2], by=people.karim)
    karim = visit(people.karim)
    page = karim.page("desk/", queue="all", q="is:ended priority:1")
    assert numbers(page) == [open_tickets[2].pk]
    counted = page.select(".hd-rail nav a:has(.hd-count)")
    assert len(counted) == 4, "lists with ended tickets are not counted"
    for link in counted:
        opened = karim.page("desk/" + link["href"])
        assert len(numbers(opened)) == int(link.select_one(".hd-count").text), link["href"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("is:purple", "There is no such state."),
        ("service:nowhere", "You manage no such service."),
        ("category:x", "Your services have no such category."),
        ("from:nobodyatall", "There is no such person."),
        ("from:,", "There is no such person."),
        ("assignee:victor", "There is no such person."),
        ("priority:9", "There is no such priority."),
        ("older:yesterday", "Write a period like 3h, 2d or 1w."),
        ("older:99999d", "Write a period like 3h, 2d or 1w."),
        ("x" * 10_000, f"Only the first {MAX_LENGTH} characters"),
        ("is:free " * 1_000, f"Only the first {MAX_LENGTH} characters"),
    ],
)
def test_what_cannot_be_applied_is_said(visit, people, open_tickets, text, message):  # noqa: F811
    page = visit(people.karim).page("desk/", queue="all", q=text)
    assert message in page.select_one(".hd-banner").text
    assert len(page.select_one(".hd-filter [name=q]")["value"]) <= MAX_LENGTH


def test_a_filter_that_cannot_be_applied_shows_nothing_rather_than_everything(
    visit,
    people,
    open_tickets,  # noqa: F811
):
    assert found(visit, people.karim, "older:yesterday") == set()


def test_a_name_that_too_many_people_have_is_not_guessed(visit, people, open_tickets, monkeypatch):  # noqa: F811
    monkeypatch.setattr(filter_terms, "MAX_PEOPLE", 0)
    page = visit(people.karim).page("desk/", queue="all", q="from:lea")
    assert "Please type more of it" in page.select_one(".hd-banner").text


def test_waiting_longer_than_a_period(visit, people, open_tickets):  # noqa: F811
    with unguarded():
        Ticket.objects.filter(pk=open_tickets[0].pk).update(
            last_activity_at=timezone.now() - timedelta(days=3)
        )
    assert found(visit, people.karim, "older:2d") == {open_tickets[0].pk}
    assert found(visit, people.karim, "newer:2j") == {t.pk for t in open_tickets[1:4]}


@pytest.mark.parametrize("text", ["'", "is:'", 'from:"', "\0", "%", "service:%", "from:\\", "<b>"])
def test_a_hostile_text_is_answered_and_never_markup(visit, people, open_tickets, text):  # noqa: F811
    response = visit(people.karim).get("desk/", queue="all", q=text)
    assert response.status_code == 200
    assert "<b>" not in response.text.replace("<b>All my services</b>", "")


def test_the_manager_can_be_chosen_without_typing(visit, people, open_tickets):  # noqa: F811
    karim = visit(people.karim)
    assert numbers(karim.page("desk/", queue="all", assignee="me")) == [open_tickets[2].pk]
    assert set(numbers(karim.page("desk/", queue="all", assignee="none"))) == {
        open_tickets[0].pk,
        open_tickets[1].pk,
    }
    assert counters(karim.page("desk/", queue="all", assignee="me"))[0] == "0"
