"""The form that merges a ticket, and where the merged one leads."""

import pytest

from tests.portal.conftest import soup
from wagtail_helpdesk import actions


@pytest.fixture
def other_ticket(people, heating):
    return actions.open_ticket(heating, by=people.emily, subject="Radiateurs", text="Tous froids.")


def lines(page, number):
    """The lines and headings of a history that lead to a ticket."""
    return page.select(f'.hd-history a[href$="/tickets/{number}/"]')


@pytest.mark.parametrize(
    "reference", ["{}", "#{}", "n° {}", "https://arvelle.example/a/tickets/{}/"]
)
def test_ticket_is_merged_into_the_one_that_is_named(visit, people, taken, other_ticket, reference):
    karim = visit(people.karim)
    response = karim.submit_action(taken, "merge", to=reference.format(other_ticket.pk))
    assert response.status_code == 303
    taken.refresh_from_db()
    assert taken.status == "closed"
    page = karim.page(f"tickets/{taken.pk}/")
    assert f"The ticket has been merged into #{other_ticket.pk}." in page.text
    assert f"The work goes on in ticket #{other_ticket.pk}." in page.text
    assert len(lines(page, other_ticket.pk)) == 1
    assert len(lines(karim.page(f"tickets/{other_ticket.pk}/"), taken.pk)) == 1


@pytest.mark.parametrize("to", ["", "x", "4807", "9" * 30, "<b>", "#0"])
def test_what_names_no_ticket_is_refused_at_the_field(visit, people, taken, to):
    response = visit(people.karim).submit_action(taken, "merge", to=to)
    assert response.status_code == 422
    assert soup(response).find(class_="hd-wrong").find("input", attrs={"name": "to"})
    taken.refresh_from_db()
    assert taken.status == "in_progress"


def test_hidden_ticket_is_refused_with_the_words_for_a_missing_one(visit, people, taken, network):
    hidden = actions.open_ticket(network, by=people.emily, subject="Secret", text="x")
    answers = []
    for number in (hidden.pk, 4807):
        response = visit(people.karim).submit_action(taken, "merge", to=str(number))
        answers.append(soup(response).find(class_="hd-wrong").text.strip())
    assert answers[0] == answers[1]


def test_form_says_what_happens_and_is_behind_more(visit, people, taken):
    karim = visit(people.karim)
    page = karim.page(f"tickets/{taken.pk}/merge/")
    assert "Léa Fournier and the guests become guests there" in page.text
    menu = karim.page(f"tickets/{taken.pk}/").select_one(".hd-more-acts")
    assert menu.find("a", href=lambda href: f"/{taken.pk}/merge/" in href)


def test_requester_reads_where_the_request_goes_on_and_is_asked_nothing(
    visit, people, taken, other_ticket
):
    actions.merge(taken, by=people.karim, to=other_ticket)
    lea = visit(people.lea)
    page = lea.page(f"tickets/{taken.pk}/")
    assert f"The work goes on in request #{other_ticket.pk}." in page.text
    assert lea.page("").find(string="Waiting for you") is None
    ended = lea.page("tickets/", show="ended").find("main").text
    assert "Merged" in ended
    assert "please confirm" not in ended
    assert "Is your problem solved?" not in page.text
    assert "please confirm" not in page.text
    assert len(lines(page, other_ticket.pk)) == 1
    assert lea.get(f"tickets/{other_ticket.pk}/").status_code == 200


def test_history_leads_nobody_to_a_ticket_that_they_cannot_see(visit, people, taken, other_ticket):
    actions.merge(taken, by=people.karim, to=other_ticket)
    page = visit(people.emily).page(f"tickets/{other_ticket.pk}/")
    assert f"merged ticket #{taken.pk} into this one" in page.text
    assert lines(page, taken.pk) == []


def test_requester_may_not_open_the_form(visit, people, taken):
    assert visit(people.lea).get(f"tickets/{taken.pk}/merge/").status_code == 403


def test_ticket_that_was_merged_and_reopened_is_as_any_other(visit, people, taken, other_ticket):
    actions.merge(taken, by=people.karim, to=other_ticket)
    actions.reject_closure(taken, by=people.lea, text="Non.")
    actions.close(taken, by=people.karim)
    assert taken.subject in visit(people.lea).page("").find(class_="hd-due").text
    assert "Is your problem solved?" in visit(people.lea).page(f"tickets/{taken.pk}/").text
