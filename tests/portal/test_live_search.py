"""The answers under a search box while one types."""

import pytest
from wagtail.models import Locale, Page, PageViewRestriction

from tests.portal.budget import counted
from tests.portal.conftest import soup
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Category, OutcomeCount


@pytest.fixture
def lea(visit, people):
    return visit(people.lea)


def answers(visitor, question):
    response = visitor.get("search/", q=question, live=1)
    assert response.status_code == 200
    return soup(response)


def links(page):
    return {a["href"] for a in page.select("a")}


@pytest.fixture
def wifi_page(helpdesk):
    """A page of the site about the wireless network."""
    site = helpdesk.get_parent()
    return site.add_child(instance=Page(title="Connecting to the Wi-Fi", slug="wireless"))


def test_categories_requests_and_pages_answer_together(lea, ticket, heating, wifi_page):
    assert f"/assistance/new/{heating.pk}/" in links(answers(lea, "chauf"))
    assert f"/assistance/tickets/{ticket.pk}/" in links(answers(lea, "radiateur"))
    assert wifi_page.get_url() in links(answers(lea, "wi-fi"))


@pytest.mark.parametrize("question", ["wifi", "wi-fi", "wi fi", "WIFI"])
def test_a_page_is_found_however_its_compound_is_written(lea, wifi_page, question):
    assert wifi_page.get_url() in links(answers(lea, question))


def test_an_answer_is_a_part_of_a_page(lea, heating):
    page = answers(lea, "chauffage")
    assert page.find("html") is None
    assert page.find(attrs={"data-hd-count": True})["data-hd-count"].startswith("1 answer")


def test_what_is_closed_to_the_reader_is_no_answer(visit, people, ticket, heating, wifi_page):
    PageViewRestriction.objects.create(page=wifi_page, restriction_type="groups")
    Category.objects.filter(pk=heating.pk).update(hidden=True)
    victor = visit(people.victor)
    for question in ("wifi", "chauffage", "radiateur froid", f"#{ticket.pk}"):
        found = links(answers(victor, question))
        assert found <= {"/assistance/new/"}, question


def test_the_number_of_a_ticket_answers_with_the_ticket(visit, people, ticket):
    found = links(answers(visit(people.karim), f"n° {ticket.pk}"))
    assert f"/assistance/tickets/{ticket.pk}/" in found


def test_nothing_found_leads_to_the_catalogue_and_to_those_who_direct_requests(
    lea, settings, heating
):
    settings.WAGTAIL_HELPDESK = {"DISPATCH_CATEGORY": heating.pk}
    found = links(answers(lea, "introuvable"))
    assert found == {"/assistance/new/", f"/assistance/new/{heating.pk}/"}


def test_what_is_typed_is_not_counted(lea, heating):
    answers(lea, "introuvable")
    assert not OutcomeCount.objects.exists()


def test_an_answer_costs_three_statements(lea, people, heating, network, wifi_page):
    for number in range(20):
        actions.open_ticket(heating, by=people.lea, subject=f"Wifi {number}", text="Lent")
    with counted() as cost:
        answers(lea, "wifi")
    assert cost.count <= 3, cost.statements


def test_very_many_questions_are_refused_for_a_while(lea, settings, heating, a_new_hour):
    settings.WAGTAIL_HELPDESK = {"SEARCHES_PER_MINUTE": 1}
    given = [lea.get("search/", q="x", live=1).status_code for _time in range(6)]
    assert given == [200] * 5 + [429]


def test_the_search_page_shows_pages_of_the_site_with_the_sentence_that_matches(lea, wifi_page):
    wifi_page.search_description = "Choose eduroam, then type your password."
    wifi_page.save()
    page = lea.page("search/", q="wifi")
    assert page.find("a", href=wifi_page.get_url())


def test_pages_in_another_language_are_left_out(lea, wifi_page):
    wifi_page.locale = Locale.objects.create(language_code="fr")
    wifi_page.save()
    assert wifi_page.get_url() not in links(answers(lea, "wifi"))


def test_every_page_of_the_helpdesk_has_a_search_box_that_answers(lea, ticket, heating):
    for path in ("", "tickets/", f"tickets/{ticket.pk}/", f"new/{heating.pk}/", "preferences/"):
        form = lea.page(path).select_one("form[data-hd-live]")
        assert form["action"] == form["data-hd-live"] == "/assistance/search/", path
