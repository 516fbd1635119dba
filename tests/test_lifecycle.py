"""The table of actions: printed into lifecycle.txt for review, and facts about it as a whole.

A changed cell shows in the diff of the approved file. Once it is what you want:
``python -m tests.test_lifecycle > tests/lifecycle.txt`` approves it.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wagtail_helpdesk.lifecycle import (
    ACTIONS,
    ASSIGNED_STATUSES,
    CONFIGURATION_PRIVILEGES,
    ENDED_STATUSES,
    OPEN_STATUSES,
    Audience,
    Message,
    Privilege,
    Role,
    Status,
    find_available_actions,
)

HERE = Path(__file__).parent
APPROVED = HERE / "lifecycle.txt"

# The role of a person who has no other. Being in charge is a manager's role.
PEOPLE = {
    "requester": {Role.REQUESTER},
    "manager": {Role.MANAGER},
    "in charge": {Role.MANAGER, Role.IN_CHARGE},
    "guest": {Role.GUEST},
    "viewer": {Role.VIEWER},
    "system": {Role.SYSTEM},
}
EVERYTHING = frozenset(Privilege)


def matrix() -> str:
    """Print what everybody may do in every status, and where it leads."""
    return "\n".join(line.rstrip() for line in _lines()) + "\n"


def _lines() -> Iterator[str]:
    for person, roles in PEOPLE.items():
        for status in Status:
            if person == "in charge" and status is Status.FREE:
                continue  # a free ticket has nobody in charge
            yield f"{person}, {status.value}"
            for action in find_available_actions(roles, EVERYTHING, status):
                yield f"    {_cell(action, roles, status)}"
            yield ""


def _cell(action, roles, status) -> str:
    rule = action.rule_for(roles, EVERYTHING, status)
    cell = action.name
    if rule.needs:
        cell += f" ({rule.needs.value})"
    after = rule.moves[status]
    for step in action.then:
        if step.rule_for({Role.MANAGER, Role.IN_CHARGE}, EVERYTHING, after):
            after = step.rule_for({Role.MANAGER, Role.IN_CHARGE}, EVERYTHING, after).moves[after]
    return cell if after == status else f"{cell} → {after.value}"


def test_who_may_do_what_is_what_was_approved():
    assert matrix() == APPROVED.read_text(), "read the diff; the docstring says how to approve it"


# -- the statuses as a graph -----------------------------------------------------------------------


def moves() -> set[tuple[Status, Status]]:
    return {
        (before, after)
        for action in ACTIONS.values()
        for rule in action.rules
        for before, after in rule.moves.items()
        if before != after
    }


def test_every_status_is_reached_from_a_new_ticket():
    reached, edges = {Status.FREE}, moves()
    for _ in Status:
        reached |= {after for before, after in edges if before in reached}
    assert reached == set(Status)


def test_no_status_is_a_dead_end():
    assert {before for before, _ in moves()} == set(Status)


def test_an_ended_ticket_comes_back_only_by_reopening_or_a_rejected_closure():
    back = {
        action.name
        for action in ACTIONS.values()
        for rule in action.rules
        for before, after in rule.moves.items()
        if before in ENDED_STATUSES and after in OPEN_STATUSES
    }
    assert back == {"reopen", "reject_closure"}


def test_a_status_is_either_open_or_ended_and_in_hand_when_a_manager_is_in_charge():
    assert set(OPEN_STATUSES) | set(ENDED_STATUSES) == set(Status)
    assert not set(OPEN_STATUSES) & set(ENDED_STATUSES)
    assert set(OPEN_STATUSES) == {Status.FREE, *ASSIGNED_STATUSES}


# -- facts that hold for every row -----------------------------------------------------------------


def named(condition) -> set[str]:
    return {action.name for action in ACTIONS.values() if condition(action)}


def test_quiet_actions_are_the_small_changes():
    assert named(lambda a: a.quiet) == {
        "change_priority",
        "change_subject",
        "change_visibility",
    }


def test_notes_are_visible_and_notified_to_managers_only():
    assert named(lambda a: a.audience is Audience.MANAGERS) == {"note"}
    assert ACTIONS["note"].notifies == {Role.MANAGER, Role.IN_CHARGE}
    assert {rule.by for rule in ACTIONS["note"].rules} == {Role.MANAGER}


def test_a_message_is_required_where_people_must_know_why():
    assert named(lambda a: a.message is Message.REQUIRED) == {
        "open_ticket",
        "take_and_ask",
        "comment",
        "note",
        "ask_information",
        "reject_closure",
        "refuse",
    }


def test_three_actions_expect_a_reply():
    asking = {
        action.name: action.asks_reply_from for action in ACTIONS.values() if action.asks_reply_from
    }
    assert asking == {
        "ask_information": Role.REQUESTER,
        "close": Role.REQUESTER,
        "invite": Role.GUEST,
    }


def test_the_actions_that_count_as_arrival_of_a_ticket_are_these():
    assert named(lambda a: a.counts_as_arrival) == {
        "open_ticket",
        "release",
        "reject_closure",
        "reopen",
        "move",
    }


def test_two_actions_consist_of_two_others():
    compound = {action.name: [a.name for a in action.then] for action in ACTIONS.values()}
    assert {name: steps for name, steps in compound.items() if steps} == {
        "take_and_close": ["take", "close"],
        "take_and_ask": ["take", "ask_information"],
    }
    for name in ("take_and_close", "take_and_ask"):
        assert ACTIONS[name].checks_version


def test_a_comment_is_notified_to_every_role_of_a_person():
    assert ACTIONS["comment"].notifies == set(Role) - {Role.SYSTEM}


def test_actions_that_change_what_others_see_check_the_version():
    free = named(lambda a: a.recorded and not a.checks_version)
    assert free == {
        "open_ticket",
        "comment",
        "note",
        "invite",
        "remove_guest",
        "change_priority",
        "change_subject",
        "attach",
        "receive_merged",
    }


def test_the_system_may_do_what_the_rows_say_and_nothing_else():
    system = named(lambda a: any(rule.by is Role.SYSTEM for rule in a.rules))
    assert system == {"assign", "release", "resume", "move", "receive_merged", "invite", "expire"}


def test_without_any_privilege_a_manager_keeps_what_needs_none():
    kept = {a.name for a in find_available_actions({Role.MANAGER}, (), Status.IN_PROGRESS)}
    assert kept == {
        "comment",
        "note",
        "move",
        "invite",
        "remove_guest",
        "change_priority",
        "attach",
        "follow",
        "unfollow",
        "mute",
        "unmute",
    }


def test_three_privileges_are_about_the_configuration():
    assert set(CONFIGURATION_PRIVILEGES) == {
        Privilege.EDIT_SERVICE,
        Privilege.MANAGE_MANAGERS,
        Privilege.MANAGE_CATEGORIES,
    }


def test_each_privilege_about_tickets_allows_its_action_and_no_other():
    for privilege, allowed in {
        Privilege.ASSIGN: {"assign"},
        Privilege.TAKE_ASSIGNED: {"take", "take_and_close", "take_and_ask", "merge"},
        Privilege.TAKE_FREE: set(),
        Privilege.REOPEN: set(),
        Privilege.REFUSE: set(),
        Privilege.MOVE_ANYWHERE: set(),
        Privilege.EDIT_SERVICE: set(),
    }.items():
        with_it = {
            a.name for a in find_available_actions({Role.MANAGER}, {privilege}, Status.IN_PROGRESS)
        }
        without = {a.name for a in find_available_actions({Role.MANAGER}, (), Status.IN_PROGRESS)}
        assert with_it - without == allowed


def test_a_person_without_role_may_do_nothing():
    for status in Status:
        assert find_available_actions((), EVERYTHING, status) == []


def test_of_a_closure_the_requester_in_charge_is_the_requester():
    rule = ACTIONS["close"].rule_for(
        {Role.REQUESTER, Role.MANAGER, Role.IN_CHARGE}, EVERYTHING, Status.IN_PROGRESS
    )
    assert rule.moves[Status.IN_PROGRESS] is Status.APPROVED


@pytest.mark.parametrize(
    ("action", "roles", "privileges", "status", "is_the_moment"),
    [
        ("take", {Role.MANAGER}, EVERYTHING, Status.CLOSED, True),
        ("take", {Role.MANAGER}, {Privilege.TAKE_FREE}, Status.IN_PROGRESS, False),
        ("take", {Role.GUEST}, EVERYTHING, Status.CLOSED, False),
        ("comment", {Role.VIEWER}, (), Status.CLOSED, True),
        ("change_priority", {Role.REQUESTER}, (), Status.CLOSED, True),
        ("move", {Role.MANAGER}, EVERYTHING, Status.CLOSED, True),
        ("refuse", {Role.MANAGER, Role.IN_CHARGE}, (), Status.CLOSED, False),
        ("close", {Role.REQUESTER}, (), Status.CLOSED, True),
        ("close", {Role.REQUESTER}, (), Status.FREE, False),
        ("expire", {Role.SYSTEM}, (), Status.APPROVED, True),
    ],
)
def test_the_status_alone_is_wrong_when_role_and_privileges_allow_the_action(
    action, roles, privileges, status, is_the_moment
):
    assert ACTIONS[action].is_only_wrong_status(roles, privileges, status) is is_the_moment


def test_an_action_has_the_url_of_its_name():
    for name, action in ACTIONS.items():
        assert name == action.name
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", action.slug)
        assert action.slug.replace("-", "_") == name


def test_actions_without_an_event_of_their_own_are_known():
    assert named(lambda a: not a.recorded) == {
        "take_and_close",
        "take_and_ask",
        "follow",
        "unfollow",
        "mute",
        "unmute",
    }


if __name__ == "__main__":
    sys.stdout.write(matrix())
