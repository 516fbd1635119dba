"""Who hears of an act, and why: pure functions over small data (the guide's section II)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import readable_audiences
from wagtail_helpdesk.lifecycle import OPEN_STATUSES, Action, Audience, Role, Status
from wagtail_helpdesk.models import Level, Reason, SkipReason
from wagtail_helpdesk.models.monitoring_levels import Levels


class Arrival(Enum):
    """For whom an act brings a ticket that waits for somebody (“creation-like”)."""

    NOBODY = "nobody"
    #: Moved inside its service: for the members that the new category adds.
    NEW_MEMBERS = "new_members"
    MANAGERS = "managers"
    #: Released: every manager of the service counts as member of the category (guide I.4).
    ALL_AS_MEMBERS = "all_as_members"


@dataclass(frozen=True, slots=True)
class TicketSnapshot:
    """A ticket as it was at one moment, as far as telling is concerned; people are ids."""

    status: str
    service: int
    category: int
    requester: int
    assignee: int | None
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChange:
    """One event: what happened between two moments of a ticket. Before an opening there is none.

    ``author`` sent the form: what the application does in its course is their doing too.
    """

    action: Action
    before: TicketSnapshot | None
    after: TicketSnapshot
    actor: int | None = None
    author: int | None = None
    audience: Audience = Audience.EVERYONE
    notifies_everyone: bool = False
    invited: frozenset[int] = frozenset()

    @property
    def arrival(self) -> Arrival:
        """For whom the ticket arrives by this act."""
        if self.before is None:
            return Arrival.MANAGERS
        if not self.action.counts_as_arrival or self.after.status not in OPEN_STATUSES:
            return Arrival.NOBODY
        if self.after.status == Status.FREE != self.before.status:
            released = self.action is lifecycle.RELEASE
            return Arrival.ALL_AS_MEMBERS if released else Arrival.MANAGERS
        if self.after.service != self.before.service:
            return Arrival.MANAGERS
        moved = self.after.category != self.before.category
        return Arrival.NEW_MEMBERS if moved else Arrival.NOBODY

    @property
    def notifies(self) -> frozenset[Role]:
        """The relations through which people hear of it; a viewer stands for a follower."""
        return lifecycle.ALL_ROLES if self.notifies_everyone else self.action.notifies

    def asks(self, user: int) -> bool:
        """Tell whether the act puts a question to this person: such mails ignore preferences."""
        if self.action is lifecycle.CHANGE_REQUESTER:
            # The question that the former requester left unanswered is now put to the new one.
            return self.after.status == Status.INCOMPLETE and user == self.after.requester
        if self.action.asks is Role.GUEST:
            return self.actor is not None and user in self.invited
        if self.action is lifecycle.CLOSE and self.after.status != Status.CLOSED:
            return False
        return self.action.asks is Role.REQUESTER and user == self.after.requester


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody as manager of the service a ticket is in: their place there and what they chose."""

    levels: Levels
    member: bool = True

    def reason(self, in_charge: bool, arrival: Arrival, *, new_member: bool) -> Reason | None:
        """Return why they hear as a manager, strongest first, or None."""
        any_ticket, member, charge = self.levels
        counts_as_member = self.member or arrival is Arrival.ALL_AS_MEMBERS
        arrives = arrival not in (Arrival.NOBODY, Arrival.NEW_MEMBERS)
        arrives_for_member = arrives or (arrival is Arrival.NEW_MEMBERS and new_member)
        if in_charge and _fires(charge, arrives_for_member):
            return Reason.IN_CHARGE
        if self.member and _fires(member, arrives_for_member):
            return Reason.MEMBER
        if _fires(any_ticket, arrives) or (counts_as_member and _fires(member, arrives)):
            return Reason.MANAGER
        return None


def _fires(level: Level, arrives: bool) -> bool:
    return level == Level.ALWAYS or (level == Level.CREATION and arrives)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What somebody is to a ticket after an act and before it, and what they chose.

    ``desk`` is their place in the service where the ticket is, ``old_desk`` in the one, or the
    category, where it was.
    """

    user: int
    guest: bool = False
    permanent: bool = False
    follows: bool = False
    desk: Desk | None = None
    old_desk: Desk | None = None
    #: Replaces whoever is in charge after the act and is away, with their alerts.
    stands_in: bool = False
    muted: bool = False
    monitoring: bool = True
    as_requester: bool = True
    as_guest: bool = True
    as_follower: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """Why somebody hears of an act, whether it asks them something, or why they do not hear."""

    reason: Reason
    asked: bool = False
    skipped: SkipReason | None = field(default=None)


def decision(act: TicketChange, person: Person) -> Decision | None:
    """Decide whether a person hears of an act; None when it does not concern them.

    The strongest reason wins. Somebody who would hear but for a switch of theirs, or for muting
    the ticket, gets a verdict that says so: the history of the ticket explains it.
    """
    if person.user in (act.actor, act.author):
        return None
    reasons = list(_reasons(act, person))
    if act.asks(person.user):
        return Decision(reasons[0][0] if reasons else Reason.GUEST, asked=True)
    wanted = [reason for reason, wanted in reasons if wanted]
    if not reasons:
        return None
    if not wanted:
        return Decision(reasons[0][0], skipped=SkipReason.SWITCHED_OFF)
    return Decision(wanted[0], skipped=SkipReason.MUTED if person.muted else None)


def _reasons(act: TicketChange, person: Person) -> Iterator[tuple[Reason, bool]]:
    """Give every reason a person has, strongest first, and whether they want to hear for it."""
    yield from _as_requester(act, person)
    desk_reason = _as_manager(act, person)
    in_hand = desk_reason in (Reason.IN_CHARGE, Reason.STANDS_IN)
    if desk_reason and in_hand:
        yield desk_reason, person.monitoring
    if person.guest and _tells(act, Role.GUEST):
        yield (Reason.PERMANENT_GUEST if person.permanent else Reason.GUEST), person.as_guest
    if desk_reason and not in_hand:
        yield desk_reason, person.monitoring
    if person.follows and Role.VIEWER in act.notifies and _may_read(act, person):
        yield Reason.FOLLOWER, person.as_follower
    yield from _as_they_were(act, person)


def _as_requester(act: TicketChange, person: Person) -> Iterator[tuple[Reason, bool]]:
    if person.user == act.after.requester and _tells(act, Role.REQUESTER):
        yield Reason.REQUESTER, person.as_requester


def _as_manager(act: TicketChange, person: Person) -> Reason | None:
    if person.desk is None or Role.MANAGER not in act.notifies:
        return None
    old, is_in_charge = person.old_desk, person.user == act.after.assignee
    reason = person.desk.reason(
        is_in_charge or person.stands_in,
        act.arrival,
        new_member=person.desk.member and not (old and old.member),
    )
    stands_in = reason is Reason.IN_CHARGE and not is_in_charge
    return Reason.STANDS_IN if stands_in else reason


def _as_they_were(act: TicketChange, person: Person) -> Iterator[tuple[Reason, bool]]:
    """Give the reasons of those who were there before the act; of managers, those at *always*."""
    if act.before is None:
        return
    if person.user == act.before.requester != act.after.requester:
        yield Reason.WAS_REQUESTER, person.as_requester
    if person.old_desk is None or Role.MANAGER not in act.notifies:
        return
    was_in_charge = person.user == act.before.assignee != act.after.assignee
    reason = person.old_desk.reason(was_in_charge, Arrival.NOBODY, new_member=False)
    if reason is Reason.IN_CHARGE:
        yield Reason.WAS_IN_CHARGE, person.monitoring
    elif reason is not None:
        yield Reason.WAS_MANAGER, person.monitoring


def _tells(act: TicketChange, role: Role) -> bool:
    return role in act.notifies and act.audience in readable_audiences([role])


def _may_read(act: TicketChange, person: Person) -> bool:
    roles = [Role.VIEWER]
    if person.desk is not None:
        roles.append(Role.MANAGER)
    if person.user == act.after.requester:
        roles.append(Role.REQUESTER)
    return act.audience in readable_audiences(roles)


def mailbox_hears(act: TicketChange) -> bool:
    """Tell whether the extra address of a service or category hears: as a member at *creation*."""
    arrives = act.arrival not in (Arrival.NOBODY, Arrival.NEW_MEMBERS)
    return arrives and act.audience is Audience.EVERYONE
