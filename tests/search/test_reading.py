"""Search finds only what its user may read now."""

import pytest
from django.contrib.auth.models import AnonymousUser

from tests import cast
from wagtail_helpdesk import actions
from wagtail_helpdesk.models import Event, SearchRow, ServiceManager, Ticket
from wagtail_helpdesk.models.guards import unguarded
from wagtail_helpdesk.search import search


@pytest.fixture
def everybody(people):
    return [*vars(people).values(), AnonymousUser()]


def finders(find, everybody, question, **filters):
    """The first names of those who find something."""
    return {user.username for user in everybody if find(user, question, **filters)}


def test_a_private_ticket_is_found_by_its_people(find_tickets, everybody, ticket, people):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    assert finders(find_tickets, everybody, "radiateur") == {"lea", "thomas", "karim", "sophie"}


def test_an_internal_note_is_found_by_managers(find_tickets, everybody, ticket, people):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    actions.note(ticket, by=people.karim, text="Le requérant exagère toujours.")
    assert finders(find_tickets, everybody, "exagère") == {"karim", "sophie"}


def test_an_internal_note_of_a_public_ticket_is_found_by_managers(
    find_tickets, everybody, ticket, people
):
    actions.change_visibility(ticket, by=people.lea, to="public")
    actions.note(ticket, by=people.karim, text="Le requérant exagère toujours.")
    assert finders(find_tickets, everybody, "exagère") == {"karim", "sophie"}


def test_a_message_for_the_requester_is_not_found_by_guests(
    find_tickets, everybody, ticket, people
):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    actions.comment(ticket, by=people.karim, text="Votre dossier médical.", audience="requester")
    assert finders(find_tickets, everybody, "médical") == {"lea", "karim", "sophie"}


def test_a_public_ticket_is_found_by_everybody_who_sees_the_service(
    find_tickets, everybody, ticket, people
):
    actions.change_visibility(ticket, by=people.lea, to="public")
    active = {person.username for person in cast.PEOPLE if person.active}
    assert finders(find_tickets, everybody, "radiateur") == active


def test_a_public_ticket_of_a_closed_service_stays_there(
    find_tickets, everybody, confidential_service, people
):
    category = confidential_service.categories.get()
    actions.open_ticket(
        category, by=people.claire, subject="Prime annuelle", text="…", visibility="public"
    )
    assert finders(find_tickets, everybody, "prime") == {"claire"}


def test_what_is_found_is_what_may_be_read(find_tickets, everybody, ticket, loans, people):
    actions.comment(ticket, by=people.karim, text="commun", audience="requester")
    actions.note(ticket, by=people.karim, text="commun")
    book = actions.open_ticket(
        loans, by=people.karim, subject="commun", text="commun", visibility="public"
    )
    actions.invite(book, by=people.karim, users=[people.lea])
    actions.note(book, by=people.marion, text="commun")
    for user in everybody:
        readable = Event.objects.visible_to(user).filter(text="commun")
        find_tickets(user, "commun")
        found = {hit.event.pk for hit in search(user, "commun").hits}
        assert found == {event.pk for event in readable}, user


def test_removing_a_guest_hides_at_once(find_tickets, people, ticket):
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    assert find_tickets(people.thomas, "radiateur")
    actions.remove_guest(ticket, by=people.lea, user=people.thomas)
    assert not search(people.thomas, "radiateur").hits


def test_a_moved_ticket_is_hidden_from_its_former_managers_at_once(
    find_tickets, people, ticket, loans
):
    assert find_tickets(people.sophie, "radiateur")
    actions.move(ticket, by=people.karim, to=loans, become_guest=False)
    assert not search(people.sophie, "radiateur").hits
    assert len(search(people.marion, "radiateur").hits) == 1


def test_a_manager_who_leaves_finds_nothing_any_more(find_tickets, people, ticket):
    assert find_tickets(people.sophie, "radiateur")
    ServiceManager.objects.filter(user=people.sophie).delete()
    assert not search(people.sophie, "radiateur").hits


def test_a_ticket_made_private_is_hidden_at_once(find_tickets, people, ticket):
    actions.change_visibility(ticket, by=people.lea, to="public")
    assert find_tickets(people.victor, "radiateur")
    actions.change_visibility(ticket, by=people.lea, to="private")
    assert not search(people.victor, "radiateur").hits


def test_erasing_erases_the_words_at_once(find_tickets, people, ticket):
    assert find_tickets(people.karim, "radiateur")
    with unguarded():
        Ticket.objects.filter(pk=ticket.pk).delete()
    assert not search(people.karim, "radiateur").hits
    assert not SearchRow.objects.exists()


@pytest.mark.parametrize("typed", ["#{}", "{}", " # {} "])
def test_a_number_leads_to_its_ticket(people, ticket, typed):
    assert search(people.karim, typed.format(ticket.pk)).ticket == ticket.pk


def test_a_search_by_number_does_not_reveal_that_a_ticket_exists(people, ticket):
    hidden = search(people.victor, f"#{ticket.pk}")
    absent = search(people.victor, f"#{ticket.pk + 1000}")
    assert (hidden.ticket, hidden.hits) == (absent.ticket, absent.hits) == (None, [])
