"""Who may read what: every person of the cast, every kind of ticket, every message."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser, Group, User
from django.core.files.base import ContentFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import cast, surfaces
from tests.fixtures import service_of
from wagtail_helpdesk import actions
from wagtail_helpdesk.access import (
    AUDIENCES,
    build_role_filter,
    configuration_privileges_of,
    get_readable_audiences,
)
from wagtail_helpdesk.lifecycle import Audience, Role
from wagtail_helpdesk.models import Attachment, Event, Guest, Service, ServiceManager, Ticket
from wagtail_helpdesk.models.guards import unguarded


@pytest.fixture
def tickets_by_kind(people):
    """A ticket of each kind, by what is particular to it."""
    general = service_of("Services Généraux", ["Chauffage"], people.sophie, people.karim)
    dsi = service_of("DSI", ["Réseau"], people.nadia, people.karim)
    staff = service_of("Ressources humaines", ["Paie"], people.claire)
    staff.everyone = False
    staff.save()
    staff.groups.add(Group.objects.get(name="Personnels"))
    heating, network, payroll = (s.categories.get() for s in (general, dsi, staff))

    def opened(category, by, **more):
        text = f"Encore la {surfaces.WORD}."
        file = ContentFile(b"plan", name="plan.txt")
        return actions.open_ticket(category, by=by, subject="S", text=text, files=[file], **more)

    tickets = {
        "private": opened(heating, people.lea),
        "public": opened(heating, people.lea, visibility="public"),
        "public, of a service for the staff": opened(payroll, people.lea, visibility="public"),
        "private, of a service for the staff": opened(payroll, people.lea),
        "with a guest": opened(heating, people.lea),
        "opened for another person": opened(network, people.nadia, requester=people.emily),
        "moved away": opened(heating, people.lea),
        "moved away, its mover a guest": opened(heating, people.lea),
        "closed": opened(heating, people.lea),
        "whose manager left": opened(heating, people.lea),
        "whose guest was removed": opened(heating, people.lea),
        "whose requester changed": opened(heating, people.lea),
        "of a deactivated person": opened(heating, people.thomas),
        "followed, then private": opened(heating, people.lea, visibility="public"),
    }
    actions.invite(tickets["with a guest"], by=people.lea, users=[people.thomas])
    actions.move(tickets["moved away"], by=people.sophie, to=network)
    actions.move(
        tickets["moved away, its mover a guest"], by=people.sophie, to=network, become_guest=True
    )
    actions.take_and_close(tickets["closed"], by=people.karim)
    actions.assign(tickets["whose manager left"], by=people.sophie, to=people.karim)
    guestless = tickets["whose guest was removed"]
    actions.invite(guestless, by=people.lea, users=[people.thomas])
    actions.remove_guest(guestless, by=people.lea, user=people.thomas)
    handed = tickets["whose requester changed"]
    actions.take(handed, by=people.sophie)
    actions.change_requester(handed, by=people.sophie, to=people.emily)
    actions.follow(tickets["followed, then private"], by=people.victor)
    actions.change_visibility(tickets["followed, then private"], by=people.lea, to="private")
    ServiceManager.objects.filter(service=general, user=people.karim).delete()
    return tickets


STAFF = {p.username for p in cast.PEOPLE if cast.STAFF in p.groups and p.active}
EVERYBODY = {p.username for p in cast.PEOPLE if p.active}

# Karim left Services Généraux and works in DSI; Sophie stays; Léa asks.
READERS = {
    "private": {"lea", "sophie"},
    "public": EVERYBODY,
    "public, of a service for the staff": STAFF,
    "private, of a service for the staff": {"lea", "claire"},
    "with a guest": {"lea", "sophie", "thomas"},
    "opened for another person": {"emily", "nadia", "karim"},
    "moved away": {"lea", "nadia", "karim"},
    "moved away, its mover a guest": {"lea", "nadia", "karim", "sophie"},
    "closed": {"lea", "sophie"},
    "whose manager left": {"lea", "sophie"},
    "whose guest was removed": {"lea", "sophie"},
    "whose requester changed": {"emily", "sophie"},
    "of a deactivated person": {"thomas", "sophie"},
    "followed, then private": {"lea", "sophie"},
}


def readers_of(ticket):
    return {
        user.username
        for user in User.objects.all()
        if Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()
    }


def test_each_ticket_is_read_by_these_people_and_nobody_else(tickets_by_kind):
    assert {kind: readers_of(ticket) for kind, ticket in tickets_by_kind.items()} == READERS


@pytest.mark.parametrize("place", surfaces.SURFACES)
def test_every_place_agrees_with_the_gate(tickets_by_kind, people, place):
    """S-VIS-11"""
    users = [getattr(people, person.username) for person in cast.PEOPLE]
    shown = {user.username: surfaces.SURFACES[place](user) for user in users}
    assert shown == {user.username: surfaces.tickets(user) for user in users}


@pytest.mark.parametrize("place", surfaces.PARTS)
def test_every_list_counter_panel_report_and_suggestion_agrees_with_the_gate(
    tickets_by_kind, people, place
):
    """S-VIS-11"""
    part = surfaces.PARTS[place]
    active = User.objects.filter(is_active=True)
    assert [user.username for user in active if not part.agrees(user)] == []
    assert any(part.shown(user) for user in active), "it shows nobody anything"


@pytest.mark.parametrize("place", surfaces.SURFACES)
@pytest.mark.parametrize("who", ["anonymous", "deactivated"])
def test_anonymous_and_deactivated_users_see_no_ticket(tickets_by_kind, people, place, who):
    """S-VIS-01"""
    user = AnonymousUser() if who == "anonymous" else people.yvette
    assert surfaces.tickets(user) == set()
    assert surfaces.SURFACES[place](user) == set()


def test_a_deactivated_person_loses_everything_at_once(tickets_by_kind, people):
    """S-VIS-06"""
    assert surfaces.tickets(people.lea)
    people.lea.is_active = False
    assert surfaces.tickets(people.lea) == set()


@pytest.mark.parametrize("username", ["gilles", "alice", "victor"])
def test_superusers_editors_and_students_read_public_tickets_only(
    tickets_by_kind, people, username
):
    user = getattr(people, username)
    kinds = {
        kind for kind, ticket in tickets_by_kind.items() if ticket.pk in surfaces.tickets(user)
    }
    assert kinds == {kind for kind, readers in READERS.items() if username in readers}
    assert all(kind.startswith("public") for kind in kinds)


def test_a_list_names_the_relation_it_reads(tickets_by_kind, people):
    def through(*roles):
        return set(Ticket.objects.visible_to(people.sophie, through=roles))

    assert through(Role.REQUESTER) == set()
    assert through(Role.GUEST) == {tickets_by_kind["moved away, its mover a guest"]}
    assert tickets_by_kind["private"] in through(Role.MANAGER)
    assert tickets_by_kind["moved away"] not in through(Role.MANAGER, Role.GUEST)
    assert through() == set()


def test_a_viewer_has_no_other_role(tickets_by_kind, people):
    public = tickets_by_kind["public"]
    assert public.roles_of(people.victor) == {Role.VIEWER}
    assert public.roles_of(people.lea) == {Role.REQUESTER}
    assert public.roles_of(people.sophie) == {Role.MANAGER}


def test_in_charge_counts_only_while_one_manages_the_service(tickets_by_kind, people):
    ticket = tickets_by_kind["whose manager left"]
    assert ticket.assignee == people.karim
    assert ticket.roles_of(people.karim) == frozenset()
    assert tickets_by_kind["whose requester changed"].roles_of(people.sophie) == {
        Role.MANAGER,
        Role.IN_CHARGE,
    }


@pytest.mark.parametrize("who", ["anonymous", "deactivated"])
def test_anonymous_and_deactivated_users_have_no_configuration_privilege(people, who):
    user = AnonymousUser() if who == "anonymous" else people.yvette
    assert configuration_privileges_of(user) == {}


def test_no_person_is_the_system(tickets_by_kind, people):
    assert not Ticket.objects.filter(build_role_filter(Role.SYSTEM, people.gilles)).exists()


# -- messages --------------------------------------------------------------------------------------


@pytest.fixture
def conversation(people):
    """A public ticket with a message for each audience: who of the cast reads which."""
    service = service_of("Services Généraux", ["Chauffage"], people.sophie, people.karim)
    ticket = actions.open_ticket(
        service.categories.get(), by=people.lea, subject="S", text="T", visibility="public"
    )
    actions.invite(ticket, by=people.lea, users=[people.thomas])
    file = ContentFile(b"plan", name="plan.txt")
    return SimpleNamespace(
        ticket=ticket,
        everyone=actions.comment(ticket, by=people.lea, text="Pour tous.", files=[file]),
        requester=actions.comment(
            ticket, by=people.karim, text="Pour Léa.", audience="requester", files=[file]
        ),
        managers=actions.note(ticket, by=people.karim, text="Entre nous.", files=[file]),
    )


MESSAGES = {
    "lea": {"everyone", "requester"},
    "thomas": {"everyone"},
    "victor": {"everyone"},
    "gilles": {"everyone"},
    "sophie": {"everyone", "requester", "managers"},
    "karim": {"everyone", "requester", "managers"},
    "yvette": set(),
}


@pytest.mark.parametrize("username", MESSAGES)
@pytest.mark.parametrize("audience", ["everyone", "requester", "managers"])
def test_a_message_and_its_file_are_read_by_their_audience(
    conversation, people, username, audience
):
    """S-VIS-09"""
    user, message = getattr(people, username), getattr(conversation, audience)
    expected = audience in MESSAGES[username]
    assert (message in Event.objects.visible_to(user)) is expected
    assert (message in Event.objects.visible_to(user, own=False)) is expected
    attachment = message.attachments.get()
    assert (attachment in Attachment.objects.visible_to(user)) is expected


def test_a_manager_who_is_the_requester_reads_notes_as_a_manager(people):
    service = service_of("Services Généraux", ["Chauffage"], people.sophie, people.karim)
    ticket = actions.open_ticket(service.categories.get(), by=people.karim, subject="S", text="T")
    note = actions.note(ticket, by=people.sophie, text="Entre nous.")
    assert note in Event.objects.visible_to(people.karim)


def test_authors_read_their_own_messages_while_they_see_the_ticket_but_get_no_mail(
    conversation, people
):
    ticket, note = conversation.ticket, conversation.managers
    actions.invite(ticket, by=people.lea, users=[people.karim])
    ServiceManager.objects.filter(user=people.karim).delete()
    assert note in Event.objects.visible_to(people.karim)
    assert note not in Event.objects.visible_to(people.karim, own=False)
    assert conversation.requester in Event.objects.visible_to(people.karim)


def test_who_no_longer_sees_the_ticket_no_longer_reads_what_they_wrote(conversation, people):
    actions.change_visibility(conversation.ticket, by=people.lea, to="private")
    ServiceManager.objects.filter(user=people.karim).delete()
    assert not Event.objects.visible_to(people.karim).exists()
    assert not Attachment.objects.visible_to(people.karim).exists()


def test_a_guest_may_write_for_the_requester_and_read_it_again(conversation, people):
    mine = actions.comment(
        conversation.ticket, by=people.thomas, text="Pour Léa.", audience="requester"
    )
    assert mine in Event.objects.visible_to(people.thomas)
    assert mine in Event.objects.visible_to(people.lea)
    assert mine not in Event.objects.visible_to(people.victor)


def test_every_role_reads_what_is_for_everyone_and_only_managers_read_notes():
    assert all(Audience.EVERYONE in audiences for audiences in AUDIENCES.values())
    notes = {role for role, audiences in AUDIENCES.items() if Audience.MANAGERS in audiences}
    assert notes == {Role.MANAGER}
    narrowed = {role for role, audiences in AUDIENCES.items() if Audience.REQUESTER in audiences}
    assert narrowed == {Role.MANAGER, Role.REQUESTER}


def test_the_audiences_of_several_roles_add_up():
    assert get_readable_audiences([]) == frozenset()
    assert get_readable_audiences([Role.SYSTEM]) == frozenset()
    assert get_readable_audiences([Role.GUEST]) == {Audience.EVERYONE}
    assert get_readable_audiences([Role.GUEST, Role.MANAGER]) == set(Audience)


# -- any world at all --------------------------------------------------------------------------------

PERSONS, SERVICES = range(5), range(3)
some_persons = st.sets(st.sampled_from(PERSONS), max_size=3)

services = st.fixed_dictionaries(
    {"everyone": st.booleans(), "in_group": st.booleans(), "managers": some_persons}
)
messages = st.fixed_dictionaries(
    {"audience": st.sampled_from(list(Audience)), "actor": st.sampled_from(PERSONS)}
)
tickets = st.fixed_dictionaries(
    {
        "service": st.sampled_from(SERVICES),
        "requester": st.sampled_from(PERSONS),
        "guests": some_persons,
        "public": st.booleans(),
        "messages": st.lists(messages, max_size=3),
    }
)
worlds = st.fixed_dictionaries(
    {
        "inactive": st.sets(st.sampled_from(PERSONS), max_size=1),
        "grouped": some_persons,
        "external": some_persons,
        "services": st.lists(services, min_size=3, max_size=3),
        "tickets": st.lists(tickets, max_size=4),
    }
)


@pytest.fixture
def persons(db):
    return [User.objects.create(username=f"person{i}") for i in PERSONS]


def build(world, persons):
    """Write a world to the database; return each ticket and message with its description."""
    group = Group.objects.create(name="staff")
    external = Group.objects.create(name="External guests")
    for i, person in enumerate(persons):
        person.is_active = i not in world["inactive"]
        member = [group] if i in world["grouped"] else []
        person.groups.set(member + ([external] if i in world["external"] else []))
    rows = []
    for number, service in enumerate(world["services"]):
        row = service_of(f"service {number}", ["c"], *(persons[i] for i in service["managers"]))
        Service.objects.filter(pk=row.pk).update(everyone=service["everyone"])
        row.groups.set([group] if service["in_group"] else [])
        rows.append(row)
    return [_build_ticket(facts, rows[facts["service"]], persons) for facts in world["tickets"]]


def _build_ticket(facts, service, persons):
    with unguarded():
        ticket = Ticket.objects.create(
            category=service.categories.get(),
            service=service,
            requester=persons[facts["requester"]],
            creator=persons[0],
            subject="s",
            visibility="public" if facts["public"] else "private",
        )
    for i in facts["guests"]:
        Guest.objects.create(ticket=ticket, user=persons[i])
    events = [
        Event.objects.create(
            ticket=ticket,
            action="comment",
            actor=persons[message["actor"]],
            audience=message["audience"],
        )
        for message in facts["messages"]
    ]
    for event in events:
        Attachment.objects.create(event=event, file="aa/x", name="x", size=1, content_type="x")
    return facts, ticket, list(zip(facts["messages"], events, strict=True))


def expected_roles(world, i, facts):
    """The roles of a person on a ticket, by the words of the specification."""
    service = world["services"][facts["service"]]
    roles = set()
    if i in world["inactive"]:
        return roles
    if i == facts["requester"]:
        roles.add(Role.REQUESTER)
    if i in facts["guests"]:
        roles.add(Role.GUEST)
    if i in service["managers"]:
        roles.add(Role.MANAGER)
    sees = (service["everyone"] and i not in world["external"]) or (
        service["in_group"] and i in world["grouped"]
    )
    if facts["public"] and sees and not roles:
        roles.add(Role.VIEWER)
    return roles


def expected_to_read(roles, i, message, *, own):
    audience = message["audience"]
    return bool(roles) and (
        audience == Audience.EVERYONE
        or Role.MANAGER in roles
        or (audience == Audience.REQUESTER and Role.REQUESTER in roles)
        or (own and message["actor"] == i)
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds)
def test_in_any_world_all_gates_say_what_the_rule_says(persons, world):
    """S-VIS-11"""
    with transaction.atomic():
        written = build(world, persons)
        for i, person in enumerate(persons):
            seen = set(Ticket.objects.visible_to(person))
            read = set(Event.objects.visible_to(person))
            mailed = set(Event.objects.visible_to(person, own=False))
            files = set(Attachment.objects.visible_to(person).values_list("event", flat=True))
            for facts, ticket, conversation in written:
                roles = expected_roles(world, i, facts)
                assert ticket.roles_of(person) == roles
                assert (ticket in seen) == bool(roles)
                known = Ticket.objects.with_access(person).get(pk=ticket.pk)
                here = set(Event.objects.of(known, person))
                for message, event in conversation:
                    expected = expected_to_read(roles, i, message, own=True)
                    assert (event in read) == expected
                    assert (event in here) == expected
                    assert (event.pk in files) == expected
                    assert (event in mailed) == expected_to_read(roles, i, message, own=False)
        transaction.set_rollback(True)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds)
def test_in_any_world_lists_counters_panels_reports_and_suggestions_agree_with_the_gate(
    persons, world
):
    """S-VIS-11"""
    with transaction.atomic():
        build(world, persons)
        # Read again: what a person manages is cached on the object of one request.
        for user in User.objects.filter(is_active=True):
            assert [name for name, part in surfaces.PARTS.items() if not part.agrees(user)] == []
        transaction.set_rollback(True)
