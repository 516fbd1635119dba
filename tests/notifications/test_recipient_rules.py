"""Who is notified of an event and why: single rules, and a table of all answers."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import ACTIONS, Audience, Status
from wagtail_helpdesk.models import Level, Preset, Reason, SkipReason
from wagtail_helpdesk.models.preferences import PRESETS
from wagtail_helpdesk.notifications.recipient_rules import (
    ManagerRole,
    Person,
    TicketChange,
    TicketSnapshot,
    decide,
    notifies_mailbox,
)

LEA, KARIM, SOPHIE, NADIA, INES, THOMAS, FELIX = range(1, 8)
GENERAL, DSI = 10, 20
HEATING, PLUMBING, NETWORK = 11, 12, 21

FREE = TicketSnapshot("free", GENERAL, HEATING, requester=LEA, assignee=None)
TAKEN = replace(FREE, status="in_progress", assignee=KARIM)


def act(name, before=TAKEN, after=None, **more):
    """Return an event of a bystander; without arguments it changes nothing."""
    action = ACTIONS[name]
    more.setdefault("audience", action.audience)
    more.setdefault("actor", THOMAS)
    return TicketChange(action=action, before=before, after=after or before, **more)


def manager(user, preset="medium", *, member=True, **more):
    """Return a manager of the ticket's service."""
    return Person(user=user, manager=ManagerRole(PRESETS[Preset(preset)], member), **more)


def reason(act, person):
    """Return why a person is notified, or None."""
    answer = decide(act, person)
    return None if answer is None or answer.skipped else answer.reason


OPENING = act("open_ticket", None, FREE, actor=LEA)
RELEASE = act("release", TAKEN, FREE, actor=KARIM)
COMMENT = act("comment")
NOTE = act("note", audience=Audience.MANAGERS)
CLOSURE = act("close", TAKEN, replace(TAKEN, status="closed"), actor=KARIM)
MOVE = act("move", TAKEN, TicketSnapshot("free", DSI, NETWORK, LEA, None))


class TestLevels:
    def test_by_default_a_member_is_notified_of_a_new_ticket(self):
        assert reason(OPENING, manager(SOPHIE)) is Reason.MEMBER

    def test_by_default_a_manager_who_is_no_member_does_not(self):
        assert reason(OPENING, manager(SOPHIE, member=False)) is None

    def test_by_default_the_manager_in_charge_is_notified_of_everything(self):
        assert reason(COMMENT, manager(KARIM)) is Reason.IN_CHARGE

    def test_by_default_another_member_is_not_notified(self):
        assert reason(COMMENT, manager(SOPHIE)) is None

    def test_at_level_none_even_the_manager_in_charge_is_not_notified(self):
        assert reason(COMMENT, manager(KARIM, "none")) is None

    def test_at_level_full_every_manager_is_notified_of_everything(self):
        assert reason(COMMENT, manager(SOPHIE, "full", member=False)) is Reason.MANAGER

    def test_suspended_monitoring_silences_the_manager_and_says_so(self):
        answer = decide(COMMENT, manager(KARIM, monitoring=False))
        assert answer.skipped is SkipReason.SWITCHED_OFF

    def test_never_silences_the_role_of_manager_only(self):
        assert reason(COMMENT, manager(INES, "none", guest=True)) is Reason.GUEST


class TestReplacements:
    def test_the_replacement_of_the_manager_in_charge_is_notified_of_everything(self):
        assert reason(COMMENT, manager(SOPHIE, is_substitute=True)) is Reason.SUBSTITUTE

    def test_the_replacement_is_notified_of_notes(self):
        assert reason(NOTE, manager(SOPHIE, is_substitute=True)) is Reason.SUBSTITUTE

    def test_a_replacement_at_level_none_is_not_notified(self):
        assert reason(COMMENT, manager(SOPHIE, "none", is_substitute=True)) is None

    def test_a_replacement_who_does_not_manage_the_service_is_not_notified(self):
        assert decide(COMMENT, Person(user=NADIA, is_substitute=True)) is None

    def test_a_replacement_is_not_notified_of_their_own_actions(self):
        assert decide(COMMENT, manager(THOMAS, is_substitute=True)) is None

    def test_a_replacement_who_is_in_charge_is_notified_as_manager_in_charge(self):
        assert reason(COMMENT, manager(KARIM, is_substitute=True)) is Reason.IN_CHARGE


class TestArrivals:
    def test_a_release_notifies_every_manager_at_the_default_level(self):
        assert reason(RELEASE, manager(SOPHIE, member=False)) is Reason.MANAGER

    def test_a_release_does_not_notify_managers_with_minimal_alerts(self):
        assert reason(RELEASE, manager(SOPHIE, "minimal")) is None

    def test_a_closure_rejected_with_a_manager_in_charge_is_no_arrival(self):
        rejected = act("reject_closure", replace(TAKEN, status="closed"), TAKEN)
        assert reason(rejected, manager(SOPHIE)) is None

    def test_a_closure_rejected_with_nobody_in_charge_is_an_arrival(self):
        rejected = act("reject_closure", replace(FREE, status="closed"), FREE)
        assert reason(rejected, manager(SOPHIE)) is Reason.MEMBER

    def test_a_ticket_resumed_does_not_arrive(self):
        resumed = act("resume", replace(TAKEN, status="postponed"), TAKEN)
        assert reason(resumed, manager(SOPHIE)) is None

    def test_a_move_to_another_service_arrives_although_the_manager_stays_in_charge(self):
        moved = act("move", TAKEN, TicketSnapshot("in_progress", DSI, NETWORK, LEA, KARIM))
        assert reason(moved, manager(NADIA)) is Reason.MEMBER

    def test_a_move_inside_the_service_arrives_for_the_members_it_adds(self):
        moved = act("move", TAKEN, replace(TAKEN, category=PLUMBING))
        added = manager(SOPHIE, former_manager=ManagerRole(PRESETS[Preset.MEDIUM], member=False))
        known = manager(SOPHIE, former_manager=ManagerRole(PRESETS[Preset.MEDIUM], member=True))
        assert reason(moved, added) is Reason.MEMBER
        assert reason(moved, known) is None

    def test_an_ended_ticket_that_moves_does_not_arrive(self):
        ended = replace(TAKEN, status="approved")
        moved = act("move", ended, replace(ended, service=DSI, category=NETWORK, assignee=None))
        assert reason(moved, manager(NADIA)) is None


class TestBefore:
    def test_the_manager_in_charge_before_a_move_is_notified(self):
        left = Person(user=KARIM, former_manager=ManagerRole(PRESETS[Preset.MEDIUM]))
        assert reason(MOVE, left) is Reason.WAS_IN_CHARGE

    def test_managers_of_the_former_service_are_notified_at_always_only(self):
        loud = Person(user=SOPHIE, former_manager=ManagerRole(PRESETS[Preset.FULL]))
        usual = Person(user=SOPHIE, former_manager=ManagerRole(PRESETS[Preset.HIGH]))
        assert reason(MOVE, loud) is Reason.WAS_MANAGER
        assert reason(MOVE, usual) is None

    def test_the_manager_whose_ticket_is_taken_over_is_notified(self):
        taken = act("take", TAKEN, replace(TAKEN, assignee=SOPHIE), actor=SOPHIE)
        desk = ManagerRole(PRESETS[Preset.MEDIUM])
        assert reason(taken, manager(KARIM, former_manager=desk)) is Reason.WAS_IN_CHARGE

    def test_the_former_requester_is_notified(self):
        changed = act("change_requester", TAKEN, replace(TAKEN, requester=THOMAS), actor=KARIM)
        assert reason(changed, Person(user=LEA)) is Reason.WAS_REQUESTER

    def test_a_guest_who_was_in_charge_is_notified_as_guest(self):
        left = Person(user=KARIM, guest=True, former_manager=ManagerRole(PRESETS[Preset.MEDIUM]))
        assert reason(MOVE, left) is Reason.GUEST


class TestPeopleOfTheTicket:
    def test_the_requester_is_notified(self):
        assert reason(COMMENT, Person(user=LEA)) is Reason.REQUESTER

    def test_the_author_is_not_notified(self):
        assert decide(OPENING, Person(user=LEA)) is None

    def test_the_strongest_reason_wins(self):
        everything = manager(LEA, "full", guest=True, follows=True)
        assert reason(COMMENT, everything) is Reason.REQUESTER

    def test_a_weaker_reason_counts_when_the_stronger_is_switched_off(self):
        assert reason(COMMENT, manager(LEA, "full", as_requester=False)) is Reason.MEMBER

    def test_a_permanent_guest_is_notified_as_one(self):
        assert reason(OPENING, Person(user=INES, guest=True, permanent=True)) is (
            Reason.PERMANENT_GUEST
        )

    def test_a_follower_is_notified(self):
        assert reason(COMMENT, Person(user=INES, follows=True)) is Reason.FOLLOWER

    def test_a_person_who_muted_the_ticket_is_recorded_as_skipped(self):
        assert decide(COMMENT, Person(user=LEA, muted=True)).skipped is SkipReason.MUTED

    def test_a_stranger_is_not_notified(self):
        assert decide(COMMENT, Person(user=NADIA)) is None


class TestAudiences:
    @pytest.mark.parametrize("person", [
        Person(user=LEA), Person(user=INES, guest=True), Person(user=INES, follows=True),
        manager(LEA, "none", guest=True, follows=True),
    ])  # fmt: skip
    def test_a_note_never_notifies_requester_guest_or_follower(self, person):
        assert decide(NOTE, person) is None

    def test_a_note_notifies_the_manager_in_charge(self):
        assert reason(NOTE, manager(KARIM)) is Reason.IN_CHARGE

    def test_a_message_to_the_requester_does_not_notify_guests_and_viewers(self):
        narrowed = act("comment", audience=Audience.REQUESTER)
        assert decide(narrowed, Person(user=INES, guest=True)) is None
        assert decide(narrowed, Person(user=INES, follows=True)) is None

    def test_a_message_to_the_requester_notifies_a_manager_who_follows(self):
        narrowed = act("comment", audience=Audience.REQUESTER)
        assert reason(narrowed, manager(SOPHIE, follows=True)) is Reason.FOLLOWER


class TestQuietActs:
    QUIET = act("change_priority")

    @pytest.mark.parametrize(
        ("person", "expected"),
        [
            (manager(SOPHIE, "none"), Reason.MENTIONED),
            (manager(SOPHIE, "full"), Reason.MENTIONED),
            (Person(user=INES, guest=True), Reason.GUEST),
            (Person(user=INES), Reason.MENTIONED),
            (manager(SOPHIE, "none", monitoring=False), None),
            (manager(SOPHIE, "none", muted=True), None),
        ],
    )
    def test_a_person_who_is_named_is_notified_whatever_their_levels(self, person, expected):
        named = act("comment", mentioned=frozenset({SOPHIE, INES}))
        assert reason(named, person) is expected

    def test_a_quiet_action_notifies_managers_at_always(self):
        assert reason(self.QUIET, manager(KARIM)) is Reason.IN_CHARGE

    @pytest.mark.parametrize(
        "person", [Person(user=LEA), Person(user=INES, guest=True), Person(user=INES, follows=True)]
    )
    def test_a_quiet_action_notifies_others_only_on_request(self, person):
        assert decide(self.QUIET, person) is None
        assert reason(replace(self.QUIET, notifies_everyone=True), person) is not None


class TestQuestions:
    def test_a_closure_asks_the_requester_whatever_the_preferences(self):
        answer = decide(CLOSURE, Person(user=LEA, muted=True, as_requester=False))
        assert (answer.asked, answer.skipped, answer.reason) == (True, None, Reason.REQUESTER)

    def test_a_request_for_information_ignores_the_preferences(self):
        asked = act("ask_information", TAKEN, replace(TAKEN, status="incomplete"))
        assert decide(asked, Person(user=LEA, muted=True)).asked

    def test_an_invitation_ignores_the_preferences(self):
        invited = act("invite", invited=frozenset({INES}))
        answer = decide(invited, Person(user=INES, guest=True, as_guest=False))
        assert (answer.asked, answer.reason) == (True, Reason.GUEST)

    def test_an_invitation_asks_only_the_invited(self):
        invited = act("invite", invited=frozenset({INES}))
        assert not decide(invited, Person(user=FELIX, guest=True)).asked

    def test_permanent_guests_get_no_invitation(self):
        invited = act("invite", actor=None, invited=frozenset({INES}))
        assert not decide(invited, Person(user=INES, guest=True, permanent=True)).asked

    def test_a_closure_by_the_requester_asks_nobody(self):
        approved = act("close", TAKEN, replace(TAKEN, status="approved"), actor=THOMAS)
        assert not decide(approved, Person(user=LEA)).asked

    def test_a_new_requester_gets_the_unanswered_question(self):
        incomplete = replace(TAKEN, status="incomplete")
        changed = act("change_requester", incomplete, replace(incomplete, requester=INES))
        assert decide(changed, Person(user=INES, as_requester=False)).asked


class TestMailbox:
    def test_a_mailbox_is_notified_of_arrivals_only(self):
        assert notifies_mailbox(OPENING)
        assert notifies_mailbox(RELEASE)
        assert not notifies_mailbox(COMMENT)
        assert not notifies_mailbox(NOTE)


# -- the whole table ---------------------------------------------------------------------------

N, C, A = Level.NEVER, Level.CREATION, Level.ALWAYS
ANY_LEVEL = {"never": (N, N, N), "creation": (C, C, C), "always": (A, A, A)}


def _acts():
    """Yield every action, in every variant that changes its recipients."""
    closed, ended = replace(TAKEN, status="closed"), replace(TAKEN, status="approved")
    yield "open", OPENING
    yield "take, free", act("take", FREE, replace(TAKEN, assignee=SOPHIE), actor=SOPHIE)
    yield "take over", act("take", TAKEN, replace(TAKEN, assignee=SOPHIE), actor=SOPHIE)
    yield "assign", act("assign", FREE, TAKEN)
    yield "release", RELEASE
    yield "comment", COMMENT
    yield "comment to the requester", act("comment", audience=Audience.REQUESTER)
    yield "note", NOTE
    yield "ask information", act("ask_information", TAKEN, replace(TAKEN, status="incomplete"))
    yield "postpone", act("postpone", TAKEN, replace(TAKEN, status="postponed"))
    yield "resume", act("resume", replace(TAKEN, status="postponed"), TAKEN)
    yield "close", CLOSURE
    yield "close, by the requester", act("close", TAKEN, ended)
    yield "approve closure", act("approve_closure", closed, ended)
    yield "reject closure", act("reject_closure", closed, TAKEN)
    yield "reject closure, free", act("reject_closure", replace(closed, assignee=None), FREE)
    yield "cancel", act("cancel", TAKEN, replace(TAKEN, status="cancelled"))
    yield "refuse", act("refuse", TAKEN, replace(TAKEN, status="refused"))
    yield "reopen", act("reopen", ended, TAKEN)
    yield "reopen, free", act("reopen", replace(ended, assignee=None), FREE)
    yield "move inside", act("move", TAKEN, replace(TAKEN, category=PLUMBING))
    yield "move inside, released", act("move", TAKEN, replace(FREE, category=PLUMBING))
    yield "move away", MOVE
    yield (
        "move away, ended",
        act("move", ended, TicketSnapshot("approved", DSI, NETWORK, LEA, None)),
    )
    yield "merge", act("merge", TAKEN, closed)
    yield "receive merged", act("receive_merged", invited=frozenset({INES}))
    for name in ("link", "unlink", "split"):
        yield name, act(name)
    yield "invite", act("invite", invited=frozenset({INES}))
    yield "invite, permanent", act("invite", actor=None, invited=frozenset({INES}))
    yield "remove guest", act("remove_guest")
    yield "change requester", act("change_requester", TAKEN, replace(TAKEN, requester=NADIA))
    yield (
        "change requester, incomplete",
        act(
            "change_requester",
            replace(TAKEN, status="incomplete"),
            replace(TAKEN, status="incomplete", requester=NADIA),
        ),
    )
    for name in ("change_priority", "change_subject", "change_visibility"):
        yield name.replace("_", " "), act(name)
        yield f"{name.replace('_', ' ')}, for everyone", act(name, notifies_everyone=True)
    yield "attach", act("attach")
    yield "expire", act("expire", closed, replace(TAKEN, status="expired"), actor=None)


def _stand_in(act, levels):
    if act.after.assignee is None:
        return None
    return replace(_manager(act, levels), is_substitute=True)


def _people():
    """Yield each role on a ticket, with each alert level."""
    yield "requester", lambda act: Person(user=act.after.requester)
    for name, levels in ANY_LEVEL.items():
        yield f"in charge: {name}", partial(_in_charge, levels=levels)
        yield f"substitute: {name}", partial(_stand_in, levels=levels)
        yield f"member: {name}", partial(_manager, levels=levels, member=True, was_member=True)
        yield f"new member: {name}", partial(_manager, levels=levels, member=True)
        yield f"manager: {name}", partial(_manager, levels=levels)
    yield "guest", lambda act: Person(user=INES, guest=True)
    yield "permanent guest", lambda act: Person(user=INES, guest=True, permanent=True)
    yield "follower", lambda act: Person(user=FELIX, follows=True)
    yield "was requester", _was_requester
    for name, levels in ANY_LEVEL.items():
        yield f"was in charge: {name}", partial(_was_in_charge, levels=levels)
        yield f"was manager: {name}", partial(_was_manager, levels=levels)


def _in_charge(act, levels):
    return (
        Person(user=act.after.assignee, manager=ManagerRole(levels)) if act.after.assignee else None
    )


def _manager(act, levels, member=False, was_member=False):
    changed = act.before is not None and act.before != act.after
    former_manager = ManagerRole(levels, was_member) if changed else None
    return Person(user=FELIX, manager=ManagerRole(levels, member), former_manager=former_manager)


def _was_requester(act):
    if act.before is None or act.before.requester == act.after.requester:
        return None
    return Person(user=act.before.requester)


def _was_in_charge(act, levels):
    if act.before is None or act.before.assignee in (None, act.after.assignee):
        return None
    stays = act.before.service == act.after.service
    return Person(
        user=act.before.assignee,
        manager=ManagerRole(levels) if stays else None,
        former_manager=ManagerRole(levels),
    )


def _was_manager(act, levels):
    if act.before is None or act.before.service == act.after.service:
        return None
    return Person(user=FELIX, former_manager=ManagerRole(levels))


def _word(act, person):
    answer = decide(act, person)
    if answer is None:
        return "-"
    reason = f"{answer.reason.value}{' ?' if answer.asked else ''}"
    return f"{reason:<16} {_way(act, person)}"


def _way(act, person):
    """Return the ways to a person: the mail is a line of the report for who chose it."""
    chosen = decide(act, _with_report(person)).skipped is SkipReason.IN_REPORT
    return "bell, mail or report" if chosen else "bell, mail"


def _with_report(person):
    roles = {"manager": person.manager, "former_manager": person.former_manager}
    return replace(
        person, **{n: role and replace(role, in_report=True) for n, role in roles.items()}
    )


#: What becomes of each reason to skip a mail: in the list, counted by the bell, in the report.
WITHOUT_MAIL = {
    SkipReason.SWITCHED_OFF: "bell",
    SkipReason.MUTED: "list, not counted",
    SkipReason.IN_REPORT: "bell, report",
}


def _states():
    """Yield what people chose, and what they are told of a comment and of a question."""
    usual = manager(KARIM)
    lea, ines = Person(user=LEA), Person(user=INES, guest=True)
    yield "requester", lea
    yield "requester, switched off", replace(lea, as_requester=False)
    yield "requester, muted", replace(lea, muted=True)
    yield "guest, switched off", replace(ines, as_guest=False)
    yield "in charge", usual
    yield "in charge, suspended", replace(usual, monitoring=False)
    yield "in charge, muted", replace(usual, muted=True)
    yield "in charge, in my report", _with_report(usual)
    yield "in charge and guest, in my report", _with_report(replace(usual, guest=True))
    yield "in charge, at level none", manager(KARIM, "none")


def _ways_of(act, person):
    answer = decide(act, person)
    if answer is None:
        return "-"
    return "bell, mail" if answer.skipped is None else WITHOUT_MAIL[answer.skipped]


def table():
    """Return who is notified of what, why and how; `?` marks a mail that asks something."""
    lines = []
    for name, act_ in _acts():
        lines.append(f"{name}:")
        people = [(who, person(act_)) for who, person in _people()]
        heard = [(who, _word(act_, person)) for who, person in people if person]
        lines += [f"    {who:<26} {word}" for who, word in heard if word != "-"]
        lines += [f"    {'mailbox':<26} {'mailbox':<16} mail"] if notifies_mailbox(act_) else []
    question = act("ask_information", TAKEN, replace(TAKEN, status="incomplete"))
    for name, act_ in (("comment", COMMENT), ("ask information", question)):
        lines.append(f"{name}, by what each person chose:")
        lines += [f"    {who:<43} {_ways_of(act_, person)}" for who, person in _states()]
    return "\n".join(lines) + "\n"


def test_the_recipients_of_all_actions_match_the_approved_file():
    """A changed rule shows here what it changes; to approve, write `table()` to the file."""
    approved = Path(__file__).with_name("recipients.txt").read_text()
    assert table() == approved


def test_every_recorded_action_is_in_the_table():
    assert {a.action.name for _, a in _acts()} == {
        a.name for a in lifecycle.ACTIONS.values() if a.recorded
    }


def test_the_table_uses_known_statuses():
    assert {a.after.status for _, a in _acts()} <= set(Status.values)
