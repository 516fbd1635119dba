"""Stories from the guide: one for each section of its first part, and one from end to end.

Written from the guide, at the level of the verbs; they never look at the table of actions.
"""

import pytest

from tests.actions.refusals import history
from tests.fixtures import service_of
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.models import Event, PermanentGuest, Ticket


@pytest.fixture
def general(people):
    """The service of the guide, with its three categories."""
    return service_of(
        "Services Généraux",
        ["Électricité", "Chauffage", "Plomberie"],
        people.karim,
        people.sophie,
        people.hugo,
    )


@pytest.fixture
def dsi(people):
    return service_of("DSI", ["Réseau"], people.nadia, people.julien)


@pytest.fixture
def ticket(general, people):
    """Posted in a category, never in a service directly."""
    return actions.open_ticket(
        general.categories.get(name="Chauffage"),
        by=people.lea,
        subject="Radiateur froid en salle A12",
        text="Il fait 14 degrés dans la salle.",
    )


def names(user, ticket):
    return [action.name for action in ticket.actions_for(user)]


def sees(user, ticket):
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


def test_requester_and_manager_in_charge_of_a_ticket_are_shown(ticket, people):
    """Its owner and its manager: nobody at first, then a name."""
    shown = Ticket.objects.visible_to(people.karim).get(pk=ticket.number)
    assert shown.requester == people.lea
    assert shown.assignee is None

    actions.take(ticket, by=people.sophie)

    shown = Ticket.objects.visible_to(people.karim).get(pk=ticket.number)
    assert shown.assignee == people.sophie


def test_a_manager_takes_a_free_ticket(ticket, people):
    """Three choices together: take, … and close, … and ask for information."""
    offered = names(people.karim, ticket)
    assert offered[:3] == ["take", "take_and_close", "take_and_ask"]

    actions.take(ticket, by=people.karim, text="Je passe cet après-midi.")

    assert ticket.assignee == people.karim
    assert Event.objects.visible_to(people.lea).last().text == "Je passe cet après-midi."


def test_a_manager_takes_and_closes_a_ticket_in_one_action(ticket, people):
    actions.take_and_close(ticket, by=people.karim, text="Radiateur purgé.")
    assert ticket.assignee == people.karim
    assert ticket.status == "closed"


def test_a_manager_takes_a_ticket_and_asks_the_requester_for_information(ticket, people):
    actions.take_and_ask(ticket, by=people.karim, text="Quel radiateur ?")
    assert ticket.status == "incomplete"

    actions.comment(ticket, by=people.lea, text="Celui de la fenêtre.")
    assert ticket.status == "in_progress"
    assert ticket.assignee == people.karim


def test_a_manager_assigns_a_ticket_to_another_whether_in_charge_or_not(ticket, people):
    actions.assign(ticket, by=people.karim, to=people.sophie)
    assert ticket.assignee == people.sophie

    actions.assign(ticket, by=people.sophie, to=people.karim)
    assert ticket.assignee == people.karim


def test_the_manager_in_charge_releases_a_ticket(ticket, people):
    actions.take(ticket, by=people.karim)
    assert "release" in names(people.karim, ticket)
    assert "release" not in names(people.sophie, ticket)

    actions.release(ticket, by=people.karim)

    assert ticket.assignee is None
    assert "take" in names(people.sophie, ticket)


def test_a_manager_not_in_charge_comments_on_a_ticket(ticket, people):
    actions.take(ticket, by=people.karim)
    actions.comment(ticket, by=people.hugo, text="La chaudière est en panne depuis lundi.")
    assert ticket.assignee == people.karim
    assert Event.objects.visible_to(people.lea).last().actor == people.hugo


def test_a_ticket_is_transferred_to_another_service(ticket, dsi, people):
    """Without naming a manager there; its former managers see it no more."""
    actions.move(
        ticket, by=people.karim, to=dsi.categories.get(), text="Le thermostat est connecté."
    )
    assert ticket.service == dsi
    assert ticket.assignee is None
    assert not sees(people.karim, ticket)
    assert sees(people.nadia, ticket)
    assert Event.objects.visible_to(people.nadia).last().text == "Le thermostat est connecté."


def test_a_manager_transfers_a_ticket_and_stays_as_a_guest(ticket, dsi, people):
    actions.take(ticket, by=people.karim)
    actions.move(ticket, by=people.karim, to=dsi.categories.get(), become_guest=True)
    assert sees(people.karim, ticket)
    assert not sees(people.sophie, ticket)
    assert "take" not in names(people.karim, ticket)
    actions.comment(ticket, by=people.karim, text="Je reste joignable.")


def test_a_person_is_invited_to_a_ticket_and_removed(ticket, people):
    assert not sees(people.thomas, ticket)

    actions.invite(ticket, by=people.karim, users=[people.thomas], text="Pour votre bureau aussi.")

    assert sees(people.thomas, ticket)
    assert [guest.user for guest in ticket.guests.all()] == [people.thomas]

    actions.remove_guest(ticket, by=people.karim, user=people.thomas)
    assert not sees(people.thomas, ticket)


def test_a_ticket_is_closed_and_the_requester_approves(ticket, people):
    actions.take(ticket, by=people.karim)
    actions.close(ticket, by=people.karim, text="Vanne remplacée.")
    assert {"approve_closure", "reject_closure"} <= set(names(people.lea, ticket))

    actions.approve_closure(ticket, by=people.lea)
    assert ticket.status == "approved"


@pytest.mark.parametrize("who", ["lea", "sophie"])
def test_the_requester_or_a_manager_reopens_a_ticket(ticket, people, who):
    actions.take_and_close(ticket, by=people.karim)
    actions.approve_closure(ticket, by=people.lea)

    actions.reopen(ticket, by=getattr(people, who))

    assert ticket.status == "in_progress"
    assert ticket.assignee == people.karim


def test_a_permanent_guest_is_invited_to_each_ticket(general, people):
    PermanentGuest.objects.create(service=general, user=people.ines)
    ticket = actions.open_ticket(
        general.categories.first(), by=people.lea, subject="Néon", text="Il clignote."
    )
    assert sees(people.ines, ticket)


def test_a_ticket_goes_through_its_whole_life(general, dsi, people):
    """From the request to the second closure; strangers see nothing at any step."""
    ticket = actions.open_ticket(
        general.categories.get(name="Chauffage"),
        by=people.lea,
        subject="Radiateur froid en salle A12",
        text="Il fait 14 degrés dans la salle.",
    )

    def step(happened):
        assert history(ticket)[-1] == happened
        for stranger in (people.victor, people.gilles):
            assert not sees(stranger, ticket)
            with pytest.raises(NotYours):
                actions.comment(ticket, by=stranger, text="Et moi ?")

    step("open_ticket")
    actions.take(ticket, by=people.karim)
    step("take")
    actions.ask_information(ticket, by=people.karim, text="Le thermostat est-il connecté ?")
    step("ask_information")
    actions.comment(ticket, by=people.lea, text="Oui, par le wifi.")
    step("comment")
    assert ticket.status == "in_progress"

    actions.move(ticket, by=people.karim, to=dsi.categories.get(), become_guest=True)
    step("move")
    assert ticket.status == "free"
    assert sees(people.karim, ticket)

    actions.take(ticket, by=people.nadia)
    actions.invite(ticket, by=people.nadia, users=[people.thomas], text="Tu connais ce modèle.")
    step("invite")
    actions.close(ticket, by=people.nadia, text="Borne redémarrée.")
    step("close")
    assert ticket.status == "closed"

    actions.reject_closure(ticket, by=people.lea, text="Toujours froid.")
    step("reject_closure")
    assert (ticket.status, ticket.assignee) == ("in_progress", people.nadia)

    actions.close(ticket, by=people.nadia, text="Thermostat remplacé.")
    actions.approve_closure(ticket, by=people.lea, text="Merci !")
    step("approve_closure")
    assert ticket.status == "approved"

    read = Event.objects.visible_to(people.thomas).filter(ticket=ticket)
    assert [event.action for event in read] == history(ticket)
