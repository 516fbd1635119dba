"""No block, panel, list or search names a ticket to a person who may not see it."""

import re

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from tests import cast, surfaces
from tests.test_visibility import tickets_by_kind  # noqa: F401
from wagtail_helpdesk.models import Event, Notification, Ticket
from wagtail_helpdesk.search.indexing import index_missed_events

BLOCKS = "/helpdesk-mail/blocks/"
#: Every place that lists tickets, as widely as its URL may ask.
PLACES = (
    f"{BLOCKS}requests/?count=25",
    f"{BLOCKS}queue/?queue=all&count=25",
    f"{BLOCKS}queue/?queue=free&count=25",
    f"{BLOCKS}panel/",
    f"{BLOCKS}services/",
    f"{BLOCKS}ask/",
    f"{BLOCKS}notifications/?count=25",
    "/assistance/notifications/",
    "/assistance/",
    "/assistance/tickets/",
    "/assistance/tickets/?list=followed",
    "/assistance/desk/?queue=all",
    f"/assistance/search/?q={surfaces.WORD}",
    "/admin/",
)
PERSONS = [person.username for person in cast.PEOPLE]


def named(client, place):
    """The numbers of the tickets that a place leads to."""
    answer = client.get(place)
    assert answer.status_code in (200, 204, 302, 403, 404)
    return {int(number) for number in re.findall(r"/tickets/(\d+)/", answer.content.decode())}


@pytest.fixture
def browser(helpdesk, tickets_by_kind, people):  # noqa: F811
    """A function: the browser of a person who is let into the Wagtail admin."""

    def browser(username):
        client = Client()
        if username != "anonymous":
            user = getattr(people, username)
            user.groups.add(Group.objects.get(name="Editors"))
            client.force_login(user)
        return client

    index_missed_events()
    # As if everybody had once been allowed to read everything.
    told = [(event, who) for event in Event.objects.all() for who in User.objects.all()]
    Notification.objects.bulk_create(
        Notification(event=event, user=who, reason="guest") for event, who in told
    )
    return browser


def test_a_ticket_that_a_person_may_not_see_is_named_nowhere_and_not_found(browser, people):
    for username in (*PERSONS, "anonymous"):
        client = browser(username)
        seen = set() if username == "anonymous" else surfaces.tickets(getattr(people, username))
        for place in PLACES:
            assert named(client, place) <= seen, (username, place)
        let_in = username != "anonymous" and getattr(people, username).is_active
        for ticket in Ticket.objects.exclude(pk__in=seen):
            answer = client.get(f"/assistance/tickets/{ticket.pk}/")
            # Anonymous visitors are redirected to the login, for any number alike.
            assert answer.status_code == (404 if let_in else 302), (username, ticket)


def test_the_places_checked_for_leaks_do_name_tickets(browser):
    sophie, lea = browser("sophie"), browser("lea")
    found = {place for place in PLACES if named(sophie, place) | named(lea, place)}
    assert found >= {place for place in PLACES if re.search("queue|requests|notif", place)}
    assert {f"{BLOCKS}panel/", "/assistance/tickets/", PLACES[-2], "/admin/"} <= found


def test_every_ticket_named_to_a_user_can_be_opened(browser):
    client = browser("sophie")
    for number in set().union(*(named(client, place) for place in PLACES)):
        assert client.get(f"/assistance/tickets/{number}/").status_code == 200
