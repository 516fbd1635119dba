"""Permanent guests: invited to what is posted from now on (guide III.3)."""

import pytest

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotPossible, NotYours, configuration


def test_a_permanent_guest_is_invited_to_the_next_ticket(people, general, heating, sophie):
    configuration.add_permanent_guest(general, people.ines, by=sophie)
    ticket = actions.open_ticket(heating, by=people.lea, subject="Fenêtre", text="Elle ferme mal.")
    assert [guest.user for guest in ticket.guests.all()] == [people.ines]


def test_a_new_permanent_guest_is_not_invited_to_existing_tickets(people, general, sophie, ticket):
    configuration.add_permanent_guest(general, people.ines, by=sophie)
    assert not ticket.guests.exists()


def test_taken_out_the_guest_stays_on_the_tickets_they_are_on(people, general, heating, sophie):
    guest = configuration.add_permanent_guest(general, people.ines, by=sophie)
    ticket = actions.open_ticket(heating, by=people.lea, subject="Fenêtre", text="Elle ferme mal.")
    configuration.remove_permanent_guest(guest, by=sophie)
    assert ticket.guests.count() == 1
    assert not general.permanent_guests.exists()


def test_adding_and_removing_a_permanent_guest_are_recorded(people, general, sophie, read_log):
    guest = configuration.add_permanent_guest(general, people.ines, by=sophie)
    configuration.remove_permanent_guest(guest, by=sophie)
    kinds = [kind for kind, _, _ in read_log("add_permanent_guest", "remove_permanent_guest")]
    assert kinds == ["add_permanent_guest", "remove_permanent_guest"]


def test_a_permanent_guest_removed_twice_is_recorded_once(people, general, sophie, read_log):
    guest = configuration.add_permanent_guest(general, people.ines, by=sophie)
    key = guest.pk
    configuration.remove_permanent_guest(guest, by=sophie)
    guest.pk = key
    configuration.remove_permanent_guest(guest, by=sophie)
    assert len(read_log("remove_permanent_guest")) == 1


@pytest.mark.parametrize("who", ["karim", "nadia", "victor"])
def test_adding_a_permanent_guest_requires_the_privilege_to_manage_managers(
    people, general, dsi, sophie, who
):
    with pytest.raises(NotYours):
        configuration.add_permanent_guest(general, people.ines, by=getattr(people, who))


def test_a_permanent_guest_is_not_added_twice(people, general, sophie):
    configuration.add_permanent_guest(general, people.ines, by=sophie)
    with pytest.raises(NotPossible, match="is already a permanent guest"):
        configuration.add_permanent_guest(general, people.ines, by=sophie)


def test_an_inactive_account_is_not_invited(people, general, sophie):
    with pytest.raises(NotPossible, match="not active"):
        configuration.add_permanent_guest(general, people.yvette, by=sophie)
