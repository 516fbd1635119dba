"""The world of the bench: of the size asked for, whole, and the same for the same seed."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Count, Max

from bench.world import World
from wagtail_helpdesk import actions, markdown
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import Category, Event, Guest, SearchRow, Service, Ticket
from wagtail_helpdesk.search import indexing, search

pytestmark = pytest.mark.django_db

TICKETS = 400
NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


@pytest.fixture
def world():
    loaded = World(TICKETS, now=NOW)
    loaded.load()
    return loaded


def test_a_world_has_the_requested_size(world):
    assert Ticket.objects.count() == TICKETS
    assert Service.objects.count() == 20
    assert Service.objects.filter(everyone=False).count() == 4
    assert Category.objects.count() == 200
    assert get_user_model().objects.count() == world.size.people
    assert 4 * TICKETS < Event.objects.count() < 5 * TICKETS


def test_people_with_a_fixed_role_have_the_expected_tickets_and_services(world):
    managed = {
        n: world.person(f"manager-of-{n}").helpdesk_manager_rows.count() for n in (1, 10, 20)
    }
    assert managed == {1: 1, 10: 10, 20: 20}
    assert Guest.objects.filter(user=world.person("guest-of-many")).count() == world.size.many
    assert world.person("requester-of-many").helpdesk_tickets.count() == world.size.many
    assert world.person("requester").helpdesk_tickets.count() == 5
    assert not world.person("stranger").helpdesk_tickets.exists()


def test_shares_of_open_tickets_and_internal_notes_are_realistic(world):
    assert 0.10 < Ticket.objects.filter(is_open=True).count() / TICKETS < 0.20
    notes = Event.objects.filter(audience=Audience.MANAGERS).count()
    assert 0.20 < notes / Event.objects.count() < 0.30


@pytest.mark.sqlite
def test_a_world_has_no_dangling_foreign_key(world):
    connection.check_constraints()


def test_every_ticket_begins_with_its_opening_and_has_no_event_in_the_future(world):
    opened = Event.objects.filter(action="open_ticket").values("ticket").distinct()
    assert opened.count() == TICKETS
    assert Event.objects.aggregate(last=Max("created_at"))["last"] <= NOW
    assert not Event.objects.values("batch").annotate(n=Count("pk")).filter(n__gt=1).exists()


def test_stored_html_equals_the_output_of_the_renderer(world):
    for event in Event.objects.order_by("?")[:20]:
        assert event.html == markdown.render_message(event.text)


def test_stored_search_rows_equal_the_output_of_the_indexer(world):
    fields = ("pk", "ticket", "audience", "actor", "about", "body")
    loaded = list(SearchRow.objects.order_by("pk").values_list(*fields))
    indexing.index_events(Event.objects.all())
    assert list(SearchRow.objects.order_by("pk").values_list(*fields)) == loaded


def test_a_loaded_message_is_found_by_the_search(world):
    found = search(world.person("manager-of-20"), "repere03").hits
    assert len(found) == min(50, TICKETS // 20)


def test_a_loaded_world_takes_new_comments_and_new_tickets(world):
    ticket = Ticket.objects.filter(status="free").first()
    actions.comment(ticket, by=ticket.requester, text="Toujours rien.")
    new = actions.open_ticket(
        ticket.category, by=world.person("manager-of-20"), subject="Encore", text="Encore."
    )
    assert new.pk == TICKETS + 1


def test_the_same_seed_creates_the_same_world():
    assert events_of(World(100, now=NOW)) == events_of(World(100, now=NOW))
    assert events_of(World(100, now=NOW)) != events_of(World(100, seed=2, now=NOW))


def events_of(world):
    """Return the events of a world, which is loaded and rolled back."""
    with transaction.atomic():
        world.load()
        rows = Event.objects.order_by("pk").values_list("action", "text", "batch", "created_at")
        happened = list(rows)
        transaction.set_rollback(True)
    return happened
