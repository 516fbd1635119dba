"""Following a ticket and muting it: wishes, not acts."""

import pytest

from tests.actions.refusals import nothing_done
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.models import Subscription, Ticket


@pytest.mark.parametrize("person", ["lea", "karim", "thomas"])
def test_whoever_sees_the_ticket_follows_it_and_nobody_is_told(invited, people, person):
    with nothing_done(invited):
        subscription = actions.follow(invited, by=getattr(people, person))
    assert (subscription.following, subscription.muted) == (True, False)


def test_a_viewer_follows_a_public_ticket(public, people):
    assert actions.follow(public, by=people.victor).following


def test_an_ended_ticket_is_followed_too(approved, people):
    assert actions.follow(approved, by=people.lea).following


def test_one_stops_following(ticket, people):
    actions.follow(ticket, by=people.lea)
    assert not actions.unfollow(ticket, by=people.lea).following


def test_one_mutes_a_ticket_and_hears_of_it_again(ticket, people):
    actions.follow(ticket, by=people.lea)
    muted = actions.mute(ticket, by=people.lea)
    assert (muted.following, muted.muted) == (True, True)
    heard = actions.unmute(ticket, by=people.lea)
    assert (heard.following, heard.muted) == (True, False)


@pytest.mark.parametrize("wish", [actions.follow, actions.unfollow, actions.mute, actions.unmute])
@pytest.mark.parametrize("person", ["victor", "gilles", "yvette", None])
def test_whoever_does_not_see_the_ticket_may_not(ticket, people, wish, person):
    with pytest.raises(NotYours):
        wish(ticket, by=person and getattr(people, person))
    assert not Subscription.objects.exists()


def test_following_gives_no_right(public, people):
    actions.follow(public, by=people.victor)
    actions.change_visibility(public, by=people.lea, to="private")
    assert not Ticket.objects.visible_to(people.victor).exists()


def test_following_twice_is_one_wish(ticket, people):
    assert actions.follow(ticket, by=people.lea) == actions.follow(ticket, by=people.lea)
    assert Subscription.objects.count() == 1
