"""Following a ticket and muting it, which records no event."""

import pytest

from tests.actions.refusals import nothing_done
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotYours, configuration
from wagtail_helpdesk.models import Subscription, Ticket


@pytest.mark.parametrize("person", ["lea", "karim", "thomas"])
def test_people_who_see_the_ticket_may_follow_it_without_notification(invited, people, person):
    with nothing_done(invited):
        subscription = actions.follow(invited, by=getattr(people, person))
    assert (subscription.following, subscription.muted) == (True, False)


def test_a_viewer_follows_a_public_ticket(public, people):
    assert actions.follow(public, by=people.victor).following


def test_an_ended_ticket_is_followed_too(approved, people):
    assert actions.follow(approved, by=people.lea).following


def test_a_follower_stops_following(ticket, people):
    actions.follow(ticket, by=people.lea)
    assert not actions.unfollow(ticket, by=people.lea).following


def test_a_muted_ticket_can_be_unmuted(ticket, people):
    actions.follow(ticket, by=people.lea)
    muted = actions.mute(ticket, by=people.lea)
    assert (muted.following, muted.muted) == (True, True)
    heard = actions.unmute(ticket, by=people.lea)
    assert (heard.following, heard.muted) == (True, False)


@pytest.mark.parametrize("wish", [actions.follow, actions.unfollow, actions.mute, actions.unmute])
@pytest.mark.parametrize("person", ["victor", "gilles", "yvette", None])
def test_people_who_do_not_see_the_ticket_may_not_follow_or_mute_it(ticket, people, wish, person):
    with pytest.raises(NotYours):
        wish(ticket, by=person and getattr(people, person))
    assert not Subscription.objects.exists()


def test_following_gives_no_right(public, people):
    actions.follow(public, by=people.victor)
    actions.change_visibility(public, by=people.lea, to="private")
    assert not Ticket.objects.visible_to(people.victor).exists()


def test_following_twice_is_one_subscription(ticket, people):
    assert actions.follow(ticket, by=people.lea) == actions.follow(ticket, by=people.lea)
    assert Subscription.objects.count() == 1


# -- following ends with the right to see, and does not come back with it --------------------------


def follows(ticket, person):
    return Subscription.objects.get(ticket=ticket, user=person).following


def test_following_ends_where_a_transfer_leaves_the_mover_behind(taken, people, network, heating):
    actions.follow(taken, by=people.karim)
    actions.move(taken, by=people.karim, to=network)
    actions.move(taken, by=people.julien, to=heating)
    assert taken.roles_of(people.karim)
    assert not follows(taken, people.karim)


def test_who_stays_as_a_guest_follows_on(taken, people, network):
    actions.follow(taken, by=people.karim)
    actions.move(taken, by=people.karim, to=network, become_guest=True)
    assert follows(taken, people.karim)


def test_who_manages_the_target_as_well_follows_on(taken, people, network):
    actions.follow(taken, by=people.julien)
    actions.move(taken, by=people.karim, to=network)
    assert follows(taken, people.julien)


def test_following_ends_with_an_invitation(invited, people):
    actions.follow(invited, by=people.thomas)
    actions.remove_guest(invited, by=people.lea, user=people.thomas)
    actions.invite(invited, by=people.lea, users=[people.thomas])
    assert not follows(invited, people.thomas)


def test_the_former_requester_follows_no_more(taken, people):
    actions.follow(taken, by=people.lea)
    actions.change_requester(taken, by=people.karim, to=people.emily)
    assert not follows(taken, people.lea)


def test_a_former_requester_kept_as_a_guest_continues_to_follow(taken, people):
    actions.follow(taken, by=people.lea)
    actions.change_requester(taken, by=people.karim, to=people.emily, keep_as_guest=True)
    assert follows(taken, people.lea)


def test_viewers_follow_no_more_once_a_ticket_was_private(public, people):
    actions.follow(public, by=people.victor)
    actions.follow(public, by=people.lea)
    actions.change_visibility(public, by=people.lea, to="private")
    actions.change_visibility(public, by=people.lea, to="public")
    assert not follows(public, people.victor)
    assert follows(public, people.lea)


def test_a_manager_who_leaves_follows_on_only_what_they_still_see(ticket, people, general, heating):
    own = actions.open_ticket(heating, by=people.karim, subject="Ma lampe", text="Elle clignote.")
    for followed in (ticket, own):
        actions.follow(followed, by=people.karim)
    karim = general.managers.get(user=people.karim)
    configuration.remove_manager(karim, by=None)
    assert not follows(ticket, people.karim)
    assert follows(own, people.karim)


def test_viewers_follow_no_more_once_a_service_is_not_open_to_them(public, people, general):
    actions.follow(public, by=people.victor)
    configuration.change_service(general, by=None, everyone=False, groups=[])
    assert not follows(public, people.victor)


def test_people_in_a_group_that_keeps_access_continue_to_follow(public, people, general):
    actions.follow(public, by=people.victor)
    groups = people.victor.groups.all()
    configuration.change_service(general, by=None, everyone=False, groups=groups)
    assert follows(public, people.victor)


def test_a_ticket_stays_muted_after_access_is_lost(public, people):
    actions.mute(public, by=people.victor)
    actions.change_visibility(public, by=people.lea, to="private")
    assert Subscription.objects.get(user=people.victor).muted


def test_all_followers_who_lose_access_are_removed_in_one_statement(
    public, people, django_assert_max_num_queries
):
    for person in (people.victor, people.gilles, people.thomas, people.emily):
        actions.follow(public, by=person)
    with django_assert_max_num_queries(12):
        actions.change_visibility(public, by=people.lea, to="private")
    assert not Subscription.objects.filter(following=True).exists()
