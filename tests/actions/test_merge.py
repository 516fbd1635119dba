"""Merging a ticket into another that says the same."""

import pytest

from tests.actions.refusals import history, refused
from tests.fixtures import privileged
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours
from wagtail_helpdesk.maintenance.housekeeping import find_due_expiries
from wagtail_helpdesk.models import Notification, Subscription, Ticket
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events


@pytest.fixture
def other_ticket(people, heating):
    return actions.open_ticket(heating, by=people.emily, subject="Radiateurs", text="Tous froids.")


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def test_a_merged_ticket_is_closed_and_both_histories_name_the_other(taken, other_ticket, people):
    event = actions.merge(taken, by=people.karim, to=other_ticket, text="C’est la même panne.")
    assert (taken.status, taken.assignee) == ("closed", people.karim)
    assert (taken.merged_into, taken.awaiting_since) == (other_ticket, None)
    assert (event.text, event.after["merged_into"]) == ("C’est la même panne.", other_ticket.pk)
    received = other_ticket.events.last()
    assert (received.action, received.actor) == ("receive_merged", people.karim)
    assert (received.after["merged_from"], received.text) == (taken.pk, "")
    assert fresh(other_ticket).status == "free"


def test_everybody_on_the_ticket_sees_the_other_and_keeps_the_first(invited, other_ticket, people):
    actions.merge(invited, by=people.karim, to=other_ticket)
    for person in (people.lea, people.thomas):
        seen = Ticket.objects.visible_to(person)
        assert {invited.pk, other_ticket.pk} <= set(seen.values_list("pk", flat=True))
    assert set(other_ticket.guests.values_list("user", flat=True)) == {
        people.lea.pk,
        people.thomas.pk,
    }


def test_people_who_are_on_the_other_already_are_not_added_again(taken, other_ticket, people):
    actions.invite(other_ticket, by=people.emily, users=[people.lea])
    actions.invite(taken, by=people.lea, users=[people.emily])
    actions.merge(taken, by=people.karim, to=other_ticket)
    assert list(other_ticket.guests.values_list("user", flat=True)) == [people.lea.pk]


def test_deactivated_people_become_no_guests(taken, other_ticket, people):
    people.lea.is_active = False
    people.lea.save()
    actions.merge(taken, by=people.karim, to=other_ticket)
    assert not other_ticket.guests.exists()


def test_followers_follow_the_other_as_far_as_they_see_it(taken, other_ticket, people):
    for user in (people.hugo, people.victor):
        Subscription.objects.create(ticket=taken, user=user, following=True)
    actions.merge(taken, by=people.karim, to=other_ticket)
    following = other_ticket.subscriptions.filter(following=True).values_list("user", flat=True)
    assert list(following) == [people.hugo.pk]


def test_requester_is_alerted_of_both_and_asked_nothing(taken, other_ticket, people):
    dispatch_waiting_events()
    actions.merge(taken, by=people.karim, to=other_ticket)
    dispatch_waiting_events()
    about = Notification.objects.filter(user=people.lea).order_by("-pk")[:2]
    assert {one.event.action for one in about} == {"merge", "receive_merged"}
    assert not any(one.asked for one in about)


def test_requester_who_disagrees_gets_the_ticket_back(taken, other_ticket, people):
    actions.merge(taken, by=people.karim, to=other_ticket)
    actions.reject_closure(taken, by=people.lea, text="Ce n’est pas la même salle.")
    assert (taken.status, taken.assignee) == ("in_progress", people.karim)
    assert fresh(taken).merged_into is None


def test_a_merged_ticket_does_not_expire(taken, other_ticket, people, travel):
    actions.merge(taken, by=people.karim, to=other_ticket)
    travel(days=400)
    assert not find_due_expiries().exists()


def test_a_free_ticket_is_merged_with_the_privilege_to_take_it(
    ticket, other_ticket, people, general
):
    privileged(general, people.karim, can_take_free=False)
    with refused(ticket, NotYours):
        actions.merge(ticket, by=people.karim, to=other_ticket)
    privileged(general, people.karim, can_take_free=True)
    actions.merge(ticket, by=people.karim, to=other_ticket)
    assert (ticket.status, ticket.assignee) == ("closed", None)


@pytest.mark.parametrize("who", ["lea", "thomas", "hugo", "victor", "nadia", "gilles"])
def test_others_may_not_merge(invited, other_ticket, people, who):
    with refused(invited, NotYours):
        actions.merge(invited, by=getattr(people, who), to=other_ticket)


def test_a_ticket_is_not_merged_into_itself(taken, people):
    with refused(taken, NotPossible, "to"):
        actions.merge(taken, by=people.karim, to=fresh(taken))


def test_a_ticket_is_not_merged_into_a_closed_one(taken, other_ticket, people):
    actions.take_and_close(other_ticket, by=people.karim)
    with refused(taken, NotPossible, "to"):
        actions.merge(taken, by=people.karim, to=other_ticket)


def test_a_closed_ticket_is_not_merged(closed, other_ticket, people):
    with refused(closed, NotNow):
        actions.merge(closed, by=people.karim, to=other_ticket)


def test_an_invisible_ticket_is_answered_like_one_that_does_not_exist(taken, network, people):
    hidden = actions.open_ticket(network, by=people.emily, subject="Secret", text="x")
    with refused(taken, NotPossible, "to") as refusal:
        actions.merge(taken, by=people.karim, to=hidden)
    assert "Secret" not in str(refusal.value)
    with refused(taken, NotPossible, "to") as missing:
        actions.merge(taken, by=people.karim, to=Ticket(pk=4807))
    assert str(missing.value) == str(refusal.value)


def test_the_author_manages_the_service_of_the_other(taken, network, people):
    seen = actions.open_ticket(network, by=people.karim, subject="Prise", text="x")
    with refused(taken, NotPossible, "to"):
        actions.merge(taken, by=people.karim, to=seen)


def test_a_confidential_ticket_and_another_are_not_merged(taken, network, people):
    network.service.confidential = True
    network.service.save()
    secret = actions.open_ticket(network, by=people.emily, subject="Secret", text="x")
    actions.take(taken, by=people.julien)
    with refused(taken, NotPossible, "to"):
        actions.merge(taken, by=people.julien, to=secret)


def test_of_two_merges_of_the_same_tickets_one_is_refused(taken, other_ticket, people):
    actions.take(other_ticket, by=people.karim)
    actions.merge(taken, by=people.karim, to=fresh(other_ticket))
    with refused(other_ticket, NotPossible, "to"):
        actions.merge(other_ticket, by=people.karim, to=fresh(taken))
    assert history(other_ticket)[-1] == "receive_merged"


def test_a_stale_page_merges_nothing(taken, other_ticket, people):
    shown = fresh(taken)
    actions.ask_information(taken, by=people.karim, text="Où ?")
    with pytest.raises(NotNow):
        actions.merge(shown, by=people.karim, to=other_ticket)
    assert history(other_ticket) == ["open_ticket"]
