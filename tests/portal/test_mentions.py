"""The list from which a name is completed, and what the author of a message reads afterwards."""

import pytest

from tests.portal.conftest import soup


def completions(visitor, ticket, **asked):
    page = visitor.page(f"tickets/{ticket.pk}/mentions/", **asked)
    return {option["data-hd-text"] for option in page.select("[role=option]")}


def test_names_of_those_who_may_read_are_completed(visit, people, invited):
    karim = visit(people.karim)
    assert "Léa Fournier" in completions(karim, invited, mode="comment", q="fourn")
    assert completions(karim, invited, mode="note", q="fourn") == set()
    assert completions(karim, invited, mode="comment", audience="requester", q="thomas") == set()
    assert completions(karim, invited, mode="ask", q="") == set()
    assert not any("Karim" in name for name in completions(karim, invited, mode="note", q="k"))
    people.sophie.first_name, people.sophie.last_name = "<b>[x](y)", "Z"
    people.sophie.save()
    assert completions(karim, invited, mode="note", q="sophie") == {"sophie"}


@pytest.mark.parametrize("who", ["lea", "thomas"])
def test_names_are_completed_for_managers_alone(visit, people, invited, who):
    visitor = visit(getattr(people, who))
    assert visitor.get(f"tickets/{invited.pk}/mentions/", mode="comment").status_code == 404
    assert not visitor.page(f"tickets/{invited.pk}/").select("[data-hd-mentions]")


def test_after_a_comment_who_was_not_alerted_is_named_and_can_be_invited(visit, people, taken):
    karim = visit(people.karim)
    assert karim.page(f"tickets/{taken.pk}/").select("[data-hd-mentions]")
    people.nadia.last_name = "<i>Roche</i>"
    people.nadia.save()
    people.sophie.last_name = people.julien.last_name = "Durand"
    people.sophie.save()
    people.julien.save()
    karim.submit_action(taken, "comment", text="@nadia, @durand et @personne <b>", mode="comment")
    page = karim.page(f"tickets/{taken.pk}/")
    said = page.select_one(".hd-messages")
    assert "cannot see this ticket, and was not alerted" in said.text
    assert "“@durand” names several people" in said.text
    assert "“@personne” names nobody" in said.text
    assert said.find("i") is None
    assert not taken.guests.exists()
    form = karim.page(said.find("a")["href"].removeprefix("/assistance/"))
    assert form.find("input", {"name": "users"})["value"] == "nadia"


def test_after_a_note_nobody_is_invited_who_could_not_read_it_anyway(visit, people, taken):
    karim = visit(people.karim)
    karim.submit_action(taken, "note", text="@lea", mode="note")
    said = karim.page(f"tickets/{taken.pk}/").select_one(".hd-messages")
    assert "cannot read this message, and was not alerted" in said.text
    assert said.find("a") is None


def test_who_is_named_is_foreseen_among_those_alerted(visit, people, taken):
    asked = {"action": "comment", "mode": "note", "named": "@sophie"}
    part = visit(people.karim).page(f"tickets/{taken.pk}/recipients/", **asked)
    assert "1 person will be alerted" in " ".join(part.text.split())
    preview = visit(people.karim).post(f"tickets/{taken.pk}/note/", preview="1", text="@sophie")
    assert "1 person will be alerted" in " ".join(soup(preview).text.split())
