"""Answers come newest first, a page at a time, narrowed as asked."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.search import SearchFilters, indexing, search


@pytest.fixture
def seven_comments(people, ticket):
    """Seven comments about a pump."""
    for number in range(7):
        actions.comment(ticket, by=people.lea, text=f"Pompe, relevé {number}")
    list(indexing.sweep_unindexed())
    return ticket


@pytest.mark.parametrize("reader", ["karim", "lea"])
def test_search_results_come_newest_first_and_once_over_all_pages(people, seven_comments, reader):
    user, before, seen = getattr(people, reader), None, []
    while True:
        results = search(user, "pompe", SearchFilters(before=before), length=3)
        seen += [hit.event.pk for hit in results.hits]
        if (before := results.older) is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen) == 7


def test_a_full_last_page_of_results_has_no_older_page(people, seven_comments):
    assert search(people.karim, "pompe", length=7).older is None


def test_a_page_is_never_longer_than_fifty(people, seven_comments):
    assert len(search(people.karim, "pompe", length=10_000).hits) == 7
    assert len(search(people.karim, "pompe", length=-5).hits) == 1


def test_search_filters_by_open_and_ended_tickets(find_tickets, people, ticket):
    assert find_tickets(people.lea, "radiateur", open=True)
    actions.cancel(ticket, by=people.lea)
    assert not find_tickets(people.lea, "radiateur", open=True)
    assert find_tickets(people.lea, "radiateur", open=False)


def test_search_filters_by_service(find_tickets, people, ticket, general, library):
    assert find_tickets(people.karim, "radiateur", service=general.pk)
    assert not find_tickets(people.karim, "radiateur", service=library.pk)


def test_search_filters_by_categories(find_tickets, people, ticket, heating, loans):
    assert find_tickets(people.karim, "radiateur", categories=[heating.pk])
    assert not find_tickets(people.karim, "radiateur", categories=[loans.pk])


def test_mine_is_asked_by_me_shown_to_me_or_in_my_charge(find_tickets, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    actions.take(ticket, by=people.karim)
    assert find_tickets(people.lea, "radiateur", mine=True)
    assert find_tickets(people.thomas, "radiateur", mine=True)
    assert find_tickets(people.karim, "radiateur", mine=True)
    assert not find_tickets(people.sophie, "radiateur", mine=True)


def test_in_my_charge_once_is_no_right_to_read(find_tickets, people, ticket):
    actions.take(ticket, by=people.karim)
    people.karim.helpdesk_manager_rows.all().delete()
    assert not find_tickets(people.karim, "radiateur", mine=True)


def test_a_passage_surrounds_the_word(find_passages, people, ticket):
    words = " ".join(f"avant{n}" for n in range(60)) + " vanne " + "après " * 60
    actions.comment(ticket, by=people.lea, text=words)
    (passage,) = find_passages(people.karim, "vanne")
    assert "<mark>vanne</mark>" in passage
    assert passage.startswith("… ")
    assert passage.endswith(" …")
    assert len(passage) < 300


def test_a_passage_shows_no_markdown(find_passages, people, ticket):
    actions.comment(ticket, by=people.lea, text="La **vanne** [fuit](https://example.org)")
    assert find_passages(people.karim, "vanne") == ["La <mark>vanne</mark> fuit"]
