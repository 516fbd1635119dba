"""Transferring a ticket (guide I.6)."""

import pytest
from django.contrib.auth.models import Group

from tests.actions.refusals import history, refused
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.actions.moving import find_move_targets
from wagtail_helpdesk.models import PermanentGuest, ServiceManager, Ticket


@pytest.fixture
def only_staff(dsi):
    """DSI takes tickets of the staff only; students do not see it."""
    dsi.everyone = False
    dsi.save()
    dsi.groups.add(Group.objects.get(name="Personnels"))
    return dsi


@pytest.fixture
def closed_circle(dsi):
    """DSI takes tickets of nobody but its managers."""
    dsi.everyone = False
    dsi.save()
    return dsi


def test_a_free_ticket_goes_to_another_service(ticket, network, people):
    event = actions.move(ticket, by=people.karim, to=network, text="C’est le serveur.")
    assert (ticket.category, ticket.service, ticket.status) == (network, network.service, "free")
    assert event.text == "C’est le serveur."
    assert event.after == {"category": network.pk, "service": network.service_id}


def test_a_transfer_changes_neither_number_nor_priority_nor_visibility(ticket, network, people):
    network.default_priority, network.default_visibility = 5, "public"
    network.save()
    before = ticket.number, ticket.priority, ticket.visibility
    actions.move(ticket, by=people.karim, to=network)
    assert (ticket.number, ticket.priority, ticket.visibility) == before


def test_a_transfer_frees_a_ticket_whose_manager_does_not_manage_the_target(taken, network, people):
    actions.move(taken, by=people.karim, to=network)
    assert (taken.status, taken.assignee) == ("free", None)


@pytest.mark.parametrize("stage", ["incomplete", "postponed"])
def test_a_waiting_ticket_is_free_after_a_transfer(request, stage, network, people):
    ticket = request.getfixturevalue(stage)
    actions.move(ticket, by=people.karim, to=network)
    assert (ticket.status, ticket.resume_on) == ("free", None)


def test_a_transfer_keeps_a_manager_who_also_manages_the_target(ticket, network, people):
    actions.take(ticket, by=people.julien)
    actions.move(ticket, by=people.julien, to=network)
    assert (ticket.status, ticket.assignee) == ("in_progress", people.julien)


def test_a_transfer_removes_a_deactivated_manager(ticket, network, people):
    actions.take(ticket, by=people.julien)
    people.julien.is_active = False
    people.julien.save()
    actions.move(ticket, by=people.sophie, to=network)
    assert (ticket.status, ticket.assignee) == ("free", None)


def test_the_one_in_charge_may_release_it_on_the_way(ticket, network, people):
    actions.take(ticket, by=people.julien)
    actions.move(ticket, by=people.julien, to=network, release=True)
    assert (ticket.status, ticket.assignee) == ("free", None)


def test_only_the_manager_in_charge_may_release_a_ticket_with_the_transfer(taken, plumbing, people):
    actions.move(taken, by=people.sophie, to=plumbing, release=True)
    assert taken.assignee == people.karim


def test_inside_the_service_manager_and_status_stay(incomplete, plumbing, people):
    event = actions.move(incomplete, by=people.karim, to=plumbing)
    assert (incomplete.status, incomplete.assignee) == ("incomplete", people.karim)
    assert event.after == {"category": plumbing.pk}


def test_a_manager_who_is_not_in_charge_moves_an_open_ticket(taken, network, people):
    actions.move(taken, by=people.hugo, to=taken.service.categories.get(name="Plomberie"))
    assert taken.assignee == people.karim


def test_the_manager_in_charge_moves_an_ended_ticket(closed, network, people):
    actions.move(closed, by=people.karim, to=network)
    assert (closed.status, closed.assignee, closed.service) == ("closed", None, network.service)


def test_a_closure_that_moves_has_all_its_time_again(closed, plumbing, people, travel):
    before = closed.awaiting_since
    travel(days=3)
    actions.move(closed, by=people.karim, to=plumbing)
    assert (closed.awaiting_since - before).days == 3


def test_another_manager_does_not_move_an_ended_ticket(closed, plumbing, people):
    with refused(closed, NotNow):
        actions.move(closed, by=people.sophie, to=plumbing)


def test_the_system_moves_what_is_left_behind(approved, network):
    event = actions.move(approved, by=None, to=network)
    assert (approved.category, event.actor) == (network, None)


@pytest.mark.parametrize("person", ["victor", "lea", "nadia", "gilles"])
def test_nobody_else_may_transfer(ticket, network, people, person):
    with refused(ticket, NotYours):
        actions.move(ticket, by=getattr(people, person), to=network)


def test_a_guest_may_not_transfer(invited, network, people):
    with refused(invited, NotYours):
        actions.move(invited, by=people.thomas, to=network)


# -- where to ------------------------------------------------------------------------------------


def test_the_same_category_is_refused(ticket, heating, people):
    with refused(ticket, NotPossible, "to"):
        actions.move(ticket, by=people.karim, to=heating)


@pytest.mark.parametrize("by", ["karim", None])
def test_a_category_that_takes_no_tickets_is_refused(ticket, network, people, by):
    network.takes_tickets = False
    network.save()
    with refused(ticket, NotPossible, "to"):
        actions.move(ticket, by=by and getattr(people, by), to=network)


@pytest.mark.parametrize("by", ["karim", None])
def test_a_disabled_service_is_refused(ticket, network, people, by):
    network.service.enabled = False
    network.service.save()
    with refused(ticket, NotPossible, "to"):
        actions.move(ticket, by=by and getattr(people, by), to=network)


def test_without_the_privilege_a_manager_transfers_to_their_own_services_only(
    ticket, general, network, plumbing, people
):
    privileged(general, people.karim, can_move_anywhere=False)
    with refused(ticket, NotPossible, "to"):
        actions.move(ticket, by=people.karim, to=network)
    actions.move(ticket, by=people.karim, to=plumbing)
    assert ticket.category == plumbing


def test_without_the_privilege_a_manager_transfers_to_their_other_service(
    ticket, general, network, people
):
    privileged(general, people.julien, can_move_anywhere=False)
    actions.move(ticket, by=people.julien, to=network)
    assert ticket.category == network


def test_a_service_that_only_the_requester_sees_is_reached(general, only_staff, network, people):
    people.karim.groups.clear()
    ticket = actions.open_ticket(
        general.categories.first(), by=people.lea, subject="Froid", text="Très."
    )
    actions.move(ticket, by=people.karim, to=network)
    assert ticket.category == network


def test_a_service_that_neither_sees_is_not_reached(ticket, closed_circle, network, people):
    with refused(ticket, NotPossible, "to"):
        actions.move(ticket, by=people.karim, to=network)


def test_the_form_offers_what_the_verb_accepts(ticket, heating, plumbing, network, people):
    offered = set(find_move_targets(ticket, people.karim))
    assert {plumbing, network} < offered
    assert heating not in offered


# -- who stays -----------------------------------------------------------------------------------


def test_the_mover_who_does_not_become_a_guest_sees_it_no_more(taken, network, people):
    """S-VIS-03"""
    actions.move(taken, by=people.karim, to=network)
    assert taken.roles_of(people.karim) == frozenset()


def test_the_mover_becomes_a_guest_if_they_ask(taken, network, people):
    """S-VIS-04"""
    event = actions.move(taken, by=people.karim, to=network, become_guest=True)
    assert taken.guests.get().user == people.karim
    assert event.after["guests"] == [people.karim.pk]
    with refused(taken, NotYours):
        actions.take(taken, by=people.karim)


def test_a_mover_who_manages_the_target_does_not(ticket, network, people):
    actions.move(ticket, by=people.julien, to=network, become_guest=True)
    assert not ticket.guests.exists()


def test_a_manager_who_still_manages_the_ticket_does_not_become_a_guest(ticket, plumbing, people):
    actions.move(ticket, by=people.karim, to=plumbing, become_guest=True)
    assert not ticket.guests.exists()


def test_a_mover_who_is_the_requester_does_not_become_a_guest(heating, network, people):
    ticket = actions.open_ticket(heating, by=people.karim, subject="Clé", text="Perdue.")
    actions.move(ticket, by=people.karim, to=network, become_guest=True)
    assert not ticket.guests.exists()


def test_a_manager_who_is_already_a_guest_is_not_invited_twice(ticket, network, people):
    actions.invite(ticket, by=people.lea, users=[people.karim])
    actions.move(ticket, by=people.karim, to=network, become_guest=True)
    assert ticket.guests.count() == 1


def test_the_system_does_not_become_a_guest_by_a_transfer(ticket, network):
    actions.move(ticket, by=None, to=network, become_guest=True)
    assert not ticket.guests.exists()


def test_guests_stay_on_a_transferred_ticket(invited, network, people):
    actions.move(invited, by=people.karim, to=network)
    assert invited.guests.get().user == people.thomas


def test_the_mover_may_remove_guests_on_the_way(invited, network, people):
    actions.move(invited, by=people.karim, to=network, without=[people.thomas])
    assert not invited.guests.exists()
    assert history(invited)[-2:] == ["remove_guest", "move"]


def test_removing_a_former_guest_with_a_transfer_is_no_error(taken, network, people):
    actions.move(taken, by=people.karim, to=network, without=[people.thomas])
    assert history(taken)[-1] == "move"


def test_a_refused_move_removes_nobody(invited, heating, people):
    with refused(invited, NotPossible, "to"):
        actions.move(invited, by=people.karim, to=heating, without=[people.thomas])


def test_a_stale_move_removes_nobody(invited, network, people):
    shown = Ticket.objects.get(pk=invited.pk)
    actions.take(invited, by=people.sophie)
    with refused(shown, NotNow):
        actions.move(shown, by=people.karim, to=network, without=[people.thomas])


# -- what follows --------------------------------------------------------------------------------


def test_the_permanent_guests_of_the_target_are_invited(ticket, dsi, network, people):
    PermanentGuest.objects.create(service=dsi, user=people.ines)
    actions.move(ticket, by=people.karim, to=network)
    assert ticket.guests.get().permanent
    assert history(ticket)[-2:] == ["move", "invite"]


def test_a_requester_who_is_a_permanent_guest_is_not_invited_after_a_transfer(
    ticket, dsi, network, people
):
    PermanentGuest.objects.create(service=dsi, user=people.lea)
    actions.move(ticket, by=people.karim, to=network)
    assert not ticket.guests.exists()


def test_a_permanent_guest_removed_by_hand_is_not_invited_again(general, heating, network, people):
    PermanentGuest.objects.create(service=general, user=people.ines)
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très.")
    actions.remove_guest(ticket, by=people.lea, user=people.ines)
    actions.move(ticket, by=people.julien, to=network)
    actions.move(ticket, by=people.julien, to=heating)
    assert not ticket.guests.exists()


def test_a_guest_removed_by_hand_is_invited_after_becoming_permanent_guest_again(
    general, heating, network, people, travel
):
    row = PermanentGuest.objects.create(service=general, user=people.ines)
    ticket = actions.open_ticket(heating, by=people.lea, subject="Froid", text="Très.")
    actions.remove_guest(ticket, by=people.lea, user=people.ines)
    row.delete()
    travel(days=1)
    PermanentGuest.objects.create(service=general, user=people.ines)
    actions.move(ticket, by=people.julien, to=network)
    actions.move(ticket, by=people.julien, to=heating)
    assert ticket.guests.get().user == people.ines


def test_inside_the_service_permanent_guests_are_not_invited_again(
    ticket, general, plumbing, people
):
    PermanentGuest.objects.create(service=general, user=people.ines)
    actions.move(ticket, by=people.karim, to=plumbing)
    assert not ticket.guests.exists()


def test_the_algorithm_of_the_target_finds_a_manager(taken, dsi, network, people):
    dsi.algorithm = "first"
    dsi.save()
    actions.move(taken, by=people.karim, to=network)
    assert taken.assignee == people.nadia
    assert history(taken)[-2:] == ["move", "assign"]


def test_the_assignment_algorithm_skips_the_author_of_a_transfer(ticket, dsi, network, people):
    dsi.algorithm = "first"
    dsi.save()
    ServiceManager.objects.filter(service=dsi, user=people.nadia).delete()
    actions.move(ticket, by=people.julien, to=network)
    assert ticket.assignee is None


def test_the_algorithm_leaves_a_manager_who_stays(ticket, dsi, network, people):
    dsi.algorithm = "first"
    dsi.save()
    actions.take(ticket, by=people.julien)
    actions.move(ticket, by=people.julien, to=network)
    assert ticket.assignee == people.julien


def test_the_algorithm_runs_inside_the_service_too(ticket, plumbing, people):
    plumbing.algorithm = "first"
    plumbing.save()
    actions.move(ticket, by=people.sophie, to=plumbing)
    assert ticket.assignee == people.karim


def test_an_ended_ticket_invites_and_assigns_nobody(closed, dsi, network, people):
    dsi.algorithm = "first"
    dsi.save()
    PermanentGuest.objects.create(service=dsi, user=people.ines)
    actions.move(closed, by=people.karim, to=network)
    assert history(closed)[-1] == "move"
    assert closed.assignee is None


# -- meanwhile and twice -------------------------------------------------------------------------


def test_a_ticket_moved_meanwhile_is_looked_at_first(taken, network, plumbing, people):
    """D-20"""
    shown = Ticket.objects.get(pk=taken.pk)
    actions.move(taken, by=people.karim, to=plumbing)
    with refused(shown, NotNow):
        actions.move(shown, by=people.sophie, to=network)


def test_who_lost_the_ticket_by_a_move_is_a_stranger(taken, network, plumbing, people):
    shown = Ticket.objects.get(pk=taken.pk)
    actions.move(taken, by=people.julien, to=network)
    with refused(shown, NotYours):
        actions.move(shown, by=people.karim, to=plumbing)


def test_moving_twice_is_recorded_once(ticket, plumbing, people):
    actions.move(ticket, by=people.karim, to=plumbing)
    with refused(ticket, NotPossible, "to"):
        actions.move(ticket, by=people.karim, to=plumbing)
    assert history(ticket).count("move") == 1
