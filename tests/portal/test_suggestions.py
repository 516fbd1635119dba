"""Pages suggested while a request is written, and what becomes of them."""

import pytest
from wagtail.models import Locale, Page, PageViewRestriction

from tests.portal.budget import counted
from tests.portal.conftest import hidden, soup
from wagtail_helpdesk.models import CategoryText, OutcomeCount, Ticket


@pytest.fixture
def lea(visit, people):
    return visit(people.lea)


@pytest.fixture
def site(helpdesk):
    return helpdesk.get_parent()


@pytest.fixture
def valve_page(site, heating):
    """A page about the valve, related to Chauffage."""
    page = site.add_child(instance=Page(title="Opening the valve", slug="valve"))
    locale = Locale.objects.get(language_code="en")
    text = CategoryText.objects.create(category=heating, locale=locale, title="Heating")
    text.related_pages.model.objects.create(text=text, page=page)
    return page


def titles(page):
    return [b.text for b in page.select("[data-hd-suggestion] b")]


def suggest(visitor, category, subject):
    response = visitor.post(
        f"new/{category.pk}/", suggest="1", category=category.pk, subject=subject
    )
    assert response.status_code == 200
    return soup(response)


def test_related_pages_are_suggested_before_anything_is_typed(lea, heating, valve_page):
    assert titles(lea.page(f"new/{heating.pk}/")) == ["Opening the valve"]


def test_pages_with_the_words_of_the_subject_come_first(lea, site, heating, valve_page):
    site.add_child(instance=Page(title="Cold radiators", slug="cold"))
    assert titles(suggest(lea, heating, "My radiator is cold")) == [
        "Cold radiators",
        "Opening the valve",
    ]


def test_at_most_three_pages_are_suggested(lea, site, heating, valve_page):
    for number in range(5):
        site.add_child(instance=Page(title=f"Cold radiators {number}", slug=f"cold-{number}"))
    assert len(titles(suggest(lea, heating, "cold radiators"))) == 3


def test_pages_closed_to_the_author_are_not_suggested(lea, site, heating, valve_page):
    secret = site.add_child(instance=Page(title="Radiators of the vault", slug="vault"))
    for page in (secret, valve_page):
        PageViewRestriction.objects.create(page=page, restriction_type="groups")
    assert titles(suggest(lea, heating, "radiators vault")) == []
    assert "vault" not in lea.get(f"new/{heating.pk}/").text


def test_suggestions_cost_three_statements(lea, site, heating, valve_page):
    with counted() as cost:
        suggest(lea, heating, "My radiator is cold")
    assert cost.count <= 3, cost.statements


def test_suggestions_open_no_ticket_and_count_nothing(lea, heating, valve_page):
    suggest(lea, heating, "My radiator is cold")
    assert not Ticket.objects.exists()
    assert not OutcomeCount.objects.exists()


def count(outcome):
    return list(
        OutcomeCount.objects.filter(outcome=outcome).values_list("page", "category", "count")
    )


def test_a_page_that_solves_the_problem_is_counted_and_nothing_is_sent(lea, heating, valve_page):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {
        "suggested": valve_page.pk,
        "read": valve_page.pk,
        "solved": valve_page.pk,
    }
    for _time in range(2):
        response = lea.post(path, **form, subject="Froid", text="Brr")
        assert (response.status_code, response.url) == (303, "/assistance/")
    assert not Ticket.objects.exists()
    assert count("solved") == count("opened") == [(valve_page.pk, heating.pk, 2)]


def test_a_request_that_is_sent_all_the_same_counts_what_it_was_offered(lea, heating, valve_page):
    path = f"new/{heating.pk}/"
    form = hidden(lea.get(path)) | {"category": heating.pk, "suggested": valve_page.pk}
    form.pop("read", None)
    assert lea.post(path, **form, subject="Froid", text="Brr").status_code == 303
    assert count("suggested") == [(valve_page.pk, heating.pk, 1)]
    assert count("opened") == count("solved") == []


@pytest.mark.parametrize("page", ["x", "0", "9" * 30, "-1"])
def test_pages_that_do_not_exist_are_not_counted(lea, heating, page):
    path = f"new/{heating.pk}/"
    assert lea.post(path, suggested=page, read=page, solved=page).status_code == 303
    assert not OutcomeCount.objects.exists()


def test_a_search_without_result_is_counted_once_a_day_for_a_person(visit, people, heating):
    for person in (people.lea, people.lea, people.victor):
        visit(person).get("search/", q="Télé-phérique")
    assert list(OutcomeCount.objects.values_list("outcome", "words", "count")) == [
        ("nothing", "telepherique", 2)
    ]


@pytest.mark.parametrize(
    "question",
    [
        "lea.fournier@arvelle.example zzz",
        "0612345678",
        " ".join(f"mot{n}" for n in range(20)),
        "chauffage",
    ],
)
def test_what_may_name_a_person_and_what_finds_something_is_not_counted(
    visit, people, heating, question
):
    visit(people.victor).get("search/", q=question)
    assert not OutcomeCount.objects.exists()
