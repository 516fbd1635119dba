"""Fields in which people are named, and the directory search beside them."""

import pytest
from django.core.cache import cache

from tests.portal.conftest import hidden, soup
from wagtail_helpdesk.directory import DirectoryUnavailable
from wagtail_helpdesk.models import Guest, Ticket


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def lea(visit, people):
    return visit(people.lea)


def found(page):
    return [field["value"] for field in page.select("input[name=chosen]")]


def field(page, name):
    return page.find("input", {"name": name}).get("value", "")


def test_directory_search_shows_people_and_keeps_the_form(lea, ticket):
    response = lea.submit_action(
        ticket, "invite", users="ines", query="moreau", text="Venez.", find="1"
    )
    assert response.status_code == 200
    page = soup(response)
    assert found(page) == ["julien"]
    assert "Julien Moreau" in page.select_one("#hd-people [data-hd-focus]").text
    assert field(page, "users") == "ines"
    assert field(page, "query") == "moreau"
    assert page.find("textarea").text.strip() == "Venez."
    assert not page.find(class_="errorlist")
    assert not Guest.objects.exists()


def test_directory_search_without_result_says_so(lea, ticket):
    page = soup(lea.submit_action(ticket, "invite", query="zzzzz", find="1"))
    assert "Nobody was found." in page.select_one("#hd-people [data-hd-focus]").text


@pytest.mark.parametrize("button", ["find", "preview"])
def test_of_a_text_field_sent_twice_the_last_value_counts(lea, ticket, button):
    typed = {"users": ["ines", "hugo"], "query": ["moreau", "perrin"], "text": "Venez."}
    response = lea.submit_action(ticket, "invite", **typed, **{button: "1"})
    assert response.status_code == 200
    page = soup(response)
    assert field(page, "users") == "hugo"
    assert field(page, "query") == "perrin"


def test_people_ticked_and_people_typed_are_all_invited(lea, people, ticket):
    response = lea.submit_action(ticket, "invite", users="ines", chosen=["julien", "hugo"])
    assert response.status_code == 303
    guests = set(Guest.objects.values_list("user", flat=True))
    assert guests == {people.ines.pk, people.julien.pk, people.hugo.pk}


@pytest.mark.parametrize("again", [{"find": "1", "query": "perrin"}, {"users": "nobody"}])
def test_people_ticked_stay_named_when_the_form_is_shown_again(lea, ticket, again):
    page = soup(lea.submit_action(ticket, "invite", chosen=["julien"], **again))
    assert field(page, "users").split(", ")[-1] == "julien"
    assert not Guest.objects.exists()


def test_requester_ticked_replaces_the_one_typed(visit, people, taken):
    karim = visit(people.karim)
    page = soup(
        karim.submit_action(taken, "change_requester", to="tomas", query="girard", find="1")
    )
    assert found(page) == ["thomas"]
    assert (
        karim.submit_action(taken, "change_requester", to="tomas", chosen="thomas").status_code
        == 303
    )
    taken.refresh_from_db()
    assert taken.requester == people.thomas


def test_directory_search_lists_at_most_20_people_and_says_so(lea, ticket, settings):
    from django.contrib.auth import get_user_model

    users = (get_user_model()(username=f"dupont{n}", last_name="Dupont") for n in range(30))
    get_user_model().objects.bulk_create(users)
    page = soup(lea.submit_action(ticket, "invite", query="dupont", find="1"))
    assert len(found(page)) == 20
    assert "Keep typing to narrow this down" in page.text


@pytest.mark.usefixtures("a_new_hour")
def test_too_many_directory_searches_are_refused(lea, ticket, settings):
    settings.WAGTAIL_HELPDESK = {"DIRECTORY_SEARCHES_PER_MINUTE": 1}
    lea.submit_action(ticket, "invite", query="moreau", find="1")
    page = soup(lea.submit_action(ticket, "invite", query="moreau", users="ines", find="1"))
    assert "You have searched too often." in page.find(role="alert", hidden=False).text
    assert field(page, "users") == "ines"


def test_directory_that_does_not_answer_is_reported_and_the_form_kept(lea, ticket, monkeypatch):
    def down(query, by):
        raise DirectoryUnavailable

    monkeypatch.setattr("wagtail_helpdesk.directory.lookup.search_people", down)
    page = soup(lea.submit_action(ticket, "invite", query="moreau", users="ines", find="1"))
    assert "The directory is not answering." in page.find(role="alert", hidden=False).text
    assert field(page, "users") == "ines"


@pytest.mark.parametrize(("who", "status"), [("victor", 404), ("ines", 403)])
def test_users_who_cannot_invite_cannot_search_the_directory(visit, people, ticket, who, status):
    Guest.objects.create(ticket=ticket, user=people.ines)
    response = visit(getattr(people, who)).submit_action(ticket, "invite", query="moreau", find="1")
    assert response.status_code == status
    assert "Julien Moreau" not in response.text


def opening(visitor, heating, **data):
    path = f"new/{heating.pk}/"
    return visitor.post(path, **(hidden(visitor.get(path)) | {"category": heating.pk} | data))


def test_managers_find_the_requester_in_the_opening_form(visit, people, heating):
    page = soup(opening(visit(people.karim), heating, query="girard", subject="Froid", find="1"))
    assert found(page) == ["thomas"]
    assert field(page, "subject") == "Froid"
    assert page.select_one("#hd-people").find_parent("details").has_attr("open")
    karim = visit(people.karim)
    opening(karim, heating, chosen="thomas", subject="Froid", text="Il gèle.")
    assert Ticket.objects.get().requester == people.thomas


def test_requesters_have_no_directory_search_in_the_opening_form(lea, heating):
    page = soup(opening(lea, heating, query="girard", subject="Froid", find="1"))
    assert not found(page)
    assert not page.find("input", {"name": "query"})
