"""Who will be alerted, below a message before it is sent and on its preview."""

import pytest

from tests.portal.budget import counted
from tests.portal.conftest import soup


def told(visitor, ticket, **asked):
    return " ".join(visitor.page(f"tickets/{ticket.pk}/recipients/", **asked).text.split())


def test_part_names_who_will_be_alerted_of_each_way_of_writing(visit, people, invited):
    karim = visit(people.karim)
    comment = told(karim, invited, action="comment", mode="comment")
    assert "2 people will be alerted by e-mail" in comment
    assert "By e-mail: Léa Fournier, Thomas Girard" in comment
    narrow = told(karim, invited, action="comment", mode="comment", audience="requester")
    assert "By e-mail: Léa Fournier" in narrow
    assert "Thomas Girard" not in narrow
    assert "Nobody will be alerted" in told(karim, invited, action="comment", mode="note")
    assert "Léa Fournier" in told(karim, invited, action="close")


@pytest.mark.parametrize("action", ["", "x", "move", "take", "<b>", "comment/"])
def test_part_is_empty_for_what_cannot_be_foreseen(visit, people, invited, action):
    assert told(visit(people.karim), invited, action=action) == ""


@pytest.mark.parametrize("who", ["lea", "thomas", "victor"])
def test_only_managers_learn_who_is_alerted(visit, people, invited, who):
    visitor = visit(getattr(people, who))
    assert visitor.get(f"tickets/{invited.pk}/recipients/", action="comment").status_code == 404
    if who != "victor":
        page = soup(visitor.post(f"tickets/{invited.pk}/comment/", preview="1", text="x"))
        assert page.select(".hd-told") == []
        assert visitor.page(f"tickets/{invited.pk}/").select("[data-hd-told]") == []


def test_preview_without_script_says_who_will_be_alerted(visit, people, invited):
    sent = {"preview": "1", "text": "x", "mode": "comment"}
    page = soup(visit(people.karim).post(f"tickets/{invited.pk}/comment/", **sent))
    assert "2 people will be alerted by e-mail" in page.find(class_="hd-told").text
    sent |= {"audience": "requester"}
    page = soup(visit(people.karim).post(f"tickets/{invited.pk}/comment/", **sent))
    assert "1 person will be alerted by e-mail" in page.find(class_="hd-told").text


def test_part_is_bounded_in_statements(visit, people, invited):
    karim = visit(people.karim)
    with counted() as cost:
        karim.get(f"tickets/{invited.pk}/recipients/", action="comment")
    assert cost.count <= 20, "\n".join(cost.statements)
