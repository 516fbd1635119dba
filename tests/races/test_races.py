"""Two people at once, on PostgreSQL: a result that some order explains, and no deadlock."""

import uuid
from functools import partial

import pytest
from django.core.management import call_command

from tests.actions.refusals import history
from tests.actions.scenarios import SCENARIOS
from tests.races.at_once import at_once, in_order
from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours, SentBefore, configuration
from wagtail_helpdesk.models import (
    Event,
    Guest,
    Notification,
    OutgoingMail,
    PermanentGuest,
    Ticket,
)
from wagtail_helpdesk.notifications.dispatch import dispatch_event, dispatch_waiting_events

pytestmark = [pytest.mark.servers, pytest.mark.postgresql]


def shown(ticket):
    """The ticket as a page showed it."""
    return Ticket.objects.get(pk=ticket.pk)


def both_orders(test):
    return pytest.mark.parametrize("turn", [1, -1], ids=["first_first", "second_first"])(test)


def run(turn, one, other, **held):
    """Do both, the one whose turn it is first; return what came of them in the order given."""
    return in_order(*(one, other)[::turn], **held)[::turn]


# -- taking ------------------------------------------------------------------------------------------


def test_two_crossing_bulk_actions_share_the_tickets_and_send_one_mail_per_person(heating, people):
    """Both end, each ticket has one taker, and tickets dispatched at once join one mail."""
    tickets = [
        actions.open_ticket(heating, by=people.lea, subject=f"Demande {n}", text="Froid.")
        for n in range(4)
    ]
    dispatch_waiting_events()
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    results = at_once(
        partial(actions.perform, "take", [shown(t) for t in tickets], people.karim),
        partial(actions.perform, "take", [shown(t) for t in tickets[::-1]], people.sophie),
    )
    assert sum(len(result.done) for result in results) == 4, results
    assert {o.refusal.kind for result in results for o in result.refused} <= {"not_now"}
    assert [history(t)[1:] for t in tickets] == [["take"]] * 4
    batches = Event.objects.not_dispatched().values_list("batch", flat=True)
    at_once(*(partial(dispatch_event, batch) for batch in batches))
    mails = OutgoingMail.objects.exclude(pk__in=before)
    told = mails.filter(user=people.lea)
    assert told.count() == sum(1 for result in results if result.done)
    assert Notification.objects.filter(mail__in=told).count() == 4


def test_of_two_who_take_a_ticket_at_once_one_wins(ticket, people):
    """R-23"""
    for round_ in range(1, 9):
        before = len(history(ticket))
        results = at_once(
            partial(actions.take, shown(ticket), by=people.karim),
            partial(actions.take, shown(ticket), by=people.sophie),
        )
        winners = [result for result in results if isinstance(result, Event)]
        losers = [result for result in results if isinstance(result, NotNow)]
        assert (len(winners), len(losers)) == (1, 1), (round_, results)
        ticket.refresh_from_db()
        assert ticket.assignee == winners[0].actor
        assert losers[0].ticket.assignee == ticket.assignee
        assert history(ticket)[before:] == ["take"]
        actions.release(ticket, by=ticket.assignee)


# -- merging -----------------------------------------------------------------------------------------


def test_of_two_tickets_merged_into_each_other_at_once_one_goes_on(ticket, heating, people):
    actions.take(ticket, by=people.karim)
    for round_ in range(1, 5):
        other = actions.open_ticket(heating, by=people.emily, subject="Froid", text="x")
        actions.take(other, by=people.karim)
        results = at_once(
            partial(actions.merge, shown(ticket), by=people.karim, to=shown(other)),
            partial(actions.merge, shown(other), by=people.karim, to=shown(ticket)),
        )
        done = [result for result in results if isinstance(result, Event)]
        refused = [result for result in results if isinstance(result, NotPossible | NotNow)]
        assert (len(done), len(refused)) == (1, 1), (round_, results)
        statuses = {shown(ticket).status, shown(other).status}
        assert statuses == {"closed", "in_progress"}
        ticket = shown(ticket) if shown(ticket).is_open else shown(other)


def test_of_two_links_made_at_once_from_either_ticket_one_is_recorded(ticket, heating, people):
    for round_ in range(1, 4):
        other = actions.open_ticket(heating, by=people.emily, subject="Froid", text="x")
        results = at_once(
            partial(actions.link, shown(ticket), by=people.karim, to=shown(other)),
            partial(actions.link, shown(other), by=people.sophie, to=shown(ticket)),
        )
        refused = [result for result in results if isinstance(result, NotPossible)]
        assert len(refused) == 1, (round_, results)
        assert history(other) == ["open_ticket", "link"]


# -- the same form twice -------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_a_form_sent_twice_at_once_does_one_thing(scenario, subject, world):
    """R-24"""
    submission = uuid.uuid4()
    before = Event.objects.count()
    copies = [shown(subject) if subject else None for _ in range(2)]
    results = at_once(
        *(partial(scenario.act, copy, world, submission=submission) for copy in copies)
    )
    assert results[0] == results[1]
    assert Event.objects.count() == before + len(scenario.leaves + scenario.elsewhere)
    if subject is None:
        assert Ticket.objects.count() == 1


def test_a_form_sent_at_once_about_two_tickets_is_one_persons_and_one_tickets(
    ticket, plumbing, people
):
    """No lock covers that: the constraint does, and it is an answer, not a crash."""
    other = actions.open_ticket(plumbing, by=people.lea, subject="Lavabo", text="Bouché.")
    form = {"by": people.lea, "text": "Toujours ?", "submission": uuid.uuid4()}
    results = at_once(
        *(partial(actions.comment, shown(about), **form) for about in (ticket, other))
    )
    assert {type(result) for result in results} == {Event, SentBefore}


def test_two_different_forms_at_once_open_two_tickets(heating, people):
    """D-05"""
    results = at_once(
        *(
            partial(
                actions.open_ticket,
                heating,
                by=people.lea,
                subject="Froid",
                text="Très.",
                submission=uuid.uuid4(),
            )
            for _ in range(8)
        )
    )
    assert len({ticket.number for ticket in results}) == 8


# -- pairs ---------------------------------------------------------------------------------------------


@both_orders
def test_a_concurrent_move_and_comment_have_a_consistent_order(taken, network, people, turn):
    """R-25, S-VIS-12: no comment in a service that its author does not see."""
    moved, commented = run(
        turn,
        partial(actions.move, shown(taken), by=people.karim, to=network),
        partial(actions.comment, shown(taken), by=people.sophie, text="Bonjour."),
    )
    assert isinstance(moved, Event)
    if turn == 1:
        assert isinstance(commented, NotYours)
        assert "comment" not in history(taken)
    else:
        assert history(taken)[-2:] == ["comment", "move"]


@both_orders
def test_a_concurrent_closure_and_comment_have_a_consistent_order(taken, people, turn):
    """R-25: who closes has read what was written before."""
    seen = taken.events.last().pk
    closed, commented = run(
        turn,
        partial(actions.close, shown(taken), by=people.karim, seen=seen),
        partial(actions.comment, shown(taken), by=people.lea, text="Attendez !"),
    )
    assert isinstance(commented, Event)
    taken.refresh_from_db()
    if turn == 1:
        assert history(taken)[-2:] == ["close", "comment"]
        assert taken.status == "closed"
    else:
        assert isinstance(closed, NotNow)
        assert taken.status == "in_progress"


@both_orders
def test_a_concurrent_assignment_and_release_have_a_consistent_order(taken, people, turn):
    """R-25"""
    results = run(
        turn,
        partial(actions.assign, shown(taken), by=people.sophie, to=people.julien),
        partial(actions.release, shown(taken), by=people.karim),
    )
    taken.refresh_from_db()
    assert [type(result) for result in results[::turn]] == [Event, NotNow]
    assert taken.assignee == (people.julien if turn == 1 else None)


@both_orders
def test_a_concurrent_invitation_and_removal_have_a_consistent_order(ticket, people, turn):
    """R-25"""
    invited, removed = run(
        turn,
        partial(actions.invite, shown(ticket), by=people.lea, users=[people.thomas]),
        partial(actions.remove_guest, shown(ticket), by=people.karim, user=people.thomas),
    )
    assert isinstance(invited, Event)
    if turn == 1:
        assert isinstance(removed, Event)
        assert not Guest.objects.exists()
    else:
        assert isinstance(removed, NotPossible)
        assert Guest.objects.get().user == people.thomas


def test_two_concurrent_invitations_of_one_person_make_one_guest(ticket, people):
    """D-04"""
    results = at_once(
        partial(actions.invite, shown(ticket), by=people.lea, users=[people.thomas]),
        partial(actions.invite, shown(ticket), by=people.karim, users=[people.thomas]),
    )
    assert sorted(type(result).__name__ for result in results) == ["Event", "NotPossible"]
    assert Guest.objects.count() == 1


@both_orders
def test_of_two_transfers_at_once_the_second_is_refused(ticket, network, plumbing, people, turn):
    """R-25, D-20"""
    results = run(
        turn,
        partial(actions.move, shown(ticket), by=people.karim, to=network),
        partial(actions.move, shown(ticket), by=people.julien, to=plumbing),
    )
    assert [type(result) for result in results[::turn]] == [Event, NotNow]
    ticket.refresh_from_db()
    assert ticket.category == (network if turn == 1 else plumbing)
    assert ticket.service == ticket.category.service
    assert history(ticket).count("move") == 1


@both_orders
def test_of_a_concurrent_approval_and_reopening_the_second_is_refused(closed, people, turn):
    results = run(
        turn,
        partial(actions.approve_closure, shown(closed), by=people.lea),
        partial(actions.reopen, shown(closed), by=people.sophie),
    )
    assert [type(result) for result in results[::turn]] == [Event, NotNow]


# -- no deadlock -----------------------------------------------------------------------------------------


def test_people_who_open_tickets_at_once_do_not_wait_for_each_other(general, heating, people):
    """Each is permanent guest of what the other opens, and the category gives in turn."""
    for guest in (people.lea, people.thomas, people.emily):
        PermanentGuest.objects.create(service=general, user=guest)
    heating.algorithm = "cyclic"
    heating.save()

    def open_some(person):
        for _ in range(5):
            actions.open_ticket(
                heating, by=person, subject="Froid", text="Très.", submission=uuid.uuid4()
            )

    openers = (people.lea, people.thomas, people.emily)
    assert at_once(*(partial(open_some, person) for person in openers)) == [None] * 3
    assert Ticket.objects.count() == 15
    load = [Ticket.objects.filter(assignee=row.user).count() for row in general.managers.all()]
    assert sum(load) == 15
    assert max(load) - min(load) <= 1


def test_many_actions_on_two_tickets_end_without_deadlock(heating, people, taken):
    other = actions.open_ticket(heating, by=people.lea, subject="Fuite", text="Urgent.")

    def write(person, tickets):
        for ticket in tickets * 5:
            actions.comment(shown(ticket), by=person, text="Bonjour.")
            actions.follow(ticket, by=person)

    results = at_once(
        partial(write, people.lea, [taken, other]),
        partial(write, people.karim, [other, taken]),
        partial(write, people.sophie, [taken, other]),
        partial(write, people.julien, [other, taken]),
    )
    assert results == [None] * 4
    assert Event.objects.filter(action="comment").count() == 40


# -- finding a manager -----------------------------------------------------------------------------------


def assigning(heating, algorithm):
    """Open a ticket as a person; return who is in charge of it."""
    configuration.change_category(heating, by=None, algorithm=algorithm)

    def arrive(person):
        return actions.open_ticket(heating, by=person, subject="Froid", text="Très.").assignee

    return arrive


@pytest.mark.parametrize("algorithm", ["cyclic", "least_loaded"])
def test_tickets_that_arrive_at_once_are_shared_out(heating, people, algorithm):
    arrive = assigning(heating, algorithm)
    found = in_order(partial(arrive, people.lea), partial(arrive, people.thomas))
    assert found == [people.karim, people.sophie]


@both_orders
@pytest.mark.parametrize("algorithm", ["first", "cyclic", "random", "least_loaded"])
def test_no_ticket_is_assigned_to_a_manager_who_leaves_at_once(
    general, heating, people, algorithm, turn
):
    general.managers.exclude(user__in=[people.karim, people.sophie]).delete()
    arrive = assigning(heating, algorithm)
    in_charge, removed = run(
        turn,
        partial(arrive, people.sophie),
        partial(configuration.remove_manager, general.managers.get(user=people.karim), by=None),
    )
    if turn == 1:
        assert in_charge == people.karim
        assert isinstance(removed, NotPossible)
    else:
        assert (in_charge, removed) == (None, None)


def test_housekeeping_reassigns_tickets_of_a_former_manager(taken, heating, people):
    configuration.change_category(heating, by=None, algorithm="first")
    people.karim.is_active = False
    people.karim.save()
    call_command("helpdesk_housekeeping")
    taken.refresh_from_db()
    assert taken.assignee == people.sophie


# -- leaving ---------------------------------------------------------------------------------------------


@both_orders
def test_a_concurrent_departure_and_closure_leave_no_ticket_with_the_leaver(
    taken, general, people, turn
):
    """Whichever comes first, no open ticket stays with a manager who left."""
    closed, handed = run(
        turn,
        partial(actions.close, shown(taken), by=people.karim),
        partial(actions.hand_over, general, people.karim),
        # The departure has the lock of the service first, for which no closure waits.
        held='FROM "wagtail_helpdesk_ticket"',
    )
    taken.refresh_from_db()
    if turn == 1:
        assert isinstance(closed, Event)
        assert handed == []
        assert taken.status == "closed"
    else:
        assert isinstance(closed, NotNow)
        assert taken.status == "free"
