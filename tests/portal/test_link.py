"""The forms that link tickets and make a message a ticket, and where they lead."""

import pytest

from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Ticket


@pytest.fixture
def other(people, heating):
    return actions.open_ticket(heating, by=people.emily, subject="Radiateurs", text="Tous froids.")


def test_tickets_are_linked_by_address_and_unlinked(visit, people, taken, other):
    karim = visit(people.karim)
    response = karim.submit_action(
        taken, "link", to=f"https://arvelle.example/a/tickets/{other.pk}/"
    )
    assert response.status_code == 303
    page = karim.page(f"tickets/{taken.pk}/")
    assert f"The ticket is linked to #{other.pk}." in page.text
    assert page.select_one(f'.hd-history a[href$="/tickets/{other.pk}/"]')
    # The requester of this one cannot see the other: the history says so and leads nowhere.
    lea = visit(people.lea).page(f"tickets/{taken.pk}/")
    assert f"linked your request to #{other.pk}" in lea.text
    assert not lea.select_one(f'.hd-history a[href$="/tickets/{other.pk}/"]')
    assert karim.page(f"tickets/{taken.pk}/unlink/?to={other.pk}").find("input", {"name": "to"})
    assert karim.submit_action(taken, "unlink", to=str(other.pk)).status_code == 303


def test_hidden_and_missing_ticket_are_refused_in_the_same_words(visit, people, taken, network):
    hidden = actions.open_ticket(network, by=people.emily, subject="Secret", text="x")
    answers = []
    for number in (hidden.pk, 4807):
        response = visit(people.karim).submit_action(taken, "link", to=str(number))
        assert response.status_code == 422
        answers.append(soup(response).find(class_="hd-wrong").text.strip())
    assert answers[0] == answers[1]


def test_message_is_chosen_and_made_a_ticket(visit, people, taken):
    remark = actions.comment(taken, by=people.lea, text="Le **néon** aussi.")
    actions.note(taken, by=people.karim, text="Secret.")
    karim = visit(people.karim)
    form = karim.page(f"tickets/{taken.pk}/split/?message={remark.pk}")
    (choice,) = form.select("input[name=message]")
    assert "Le néon aussi." in choice.parent.text
    assert choice.has_attr("checked")
    message = choice["value"]
    response = karim.submit_action(taken, "split", message=message, subject="Néon")
    assert response.status_code == 303
    new = Ticket.objects.latest("pk")
    assert f"The message is now ticket #{new.pk}." in karim.page(f"tickets/{taken.pk}/").text
    assert "opened this ticket from a message of" in karim.page(f"tickets/{new.pk}/").text


@pytest.mark.parametrize("message", ["", "x", "-1", "9" * 30])
def test_message_that_cannot_be_split_is_refused(visit, people, taken, message):
    response = visit(people.karim).submit_action(taken, "split", message=message, subject="Néon")
    assert response.status_code == 422
    assert Ticket.objects.count() == 1
