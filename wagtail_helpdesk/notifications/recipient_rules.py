"""Who is notified of an event, and why: pure functions over small data (guide, section II)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import get_readable_audiences
from wagtail_helpdesk.lifecycle import OPEN_STATUSES, Action, Audience, Role, Status
from wagtail_helpdesk.models import Level, Reason, SkipReason
from wagtail_helpdesk.models.monitoring_levels import Levels

#: Reasons of managers, whose preferences are on the manager's own page, service by service.
MANAGER_REASONS = (Reason.IN_CHARGE, Reason.SUBSTITUTE, Reason.MEMBER, Reason.MANAGER)
#: The same, for the service where the ticket was.
FORMER_MANAGER_REASONS = (Reason.WAS_IN_CHARGE, Reason.WAS_MANAGER)


class Arrival(Enum):
    """For whom an event is the arrival of a ticket that waits for a manager."""

    NOBODY = "nobody"
    #: Moved inside its service: for the members that the new category adds.
    NEW_MEMBERS = "new_members"
    MANAGERS = "managers"
    #: Released: every manager of the service counts as member of the category (guide I.4).
    ALL_AS_MEMBERS = "all_as_members"


@dataclass(frozen=True, slots=True)
class TicketSnapshot:
    """The properties of a ticket at one moment that decide about recipients; people are ids."""

    status: str
    service: int
    category: int
    requester: int
    assignee: int | None
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketChange:
    """One event: the ticket before and after it. ``before`` is None for an opening.

    ``author`` submitted the form: automatic actions in its course are attributed to them too.
    """

    action: Action
    before: TicketSnapshot | None
    after: TicketSnapshot
    actor: int | None = None
    author: int | None = None
    audience: Audience = Audience.EVERYONE
    notifies_everyone: bool = False
    invited: frozenset[int] = frozenset()
    #: Named in the message by a manager, and able to read it then.
    mentioned: frozenset[int] = frozenset()

    @property
    def arrival(self) -> Arrival:
        """For whom the ticket arrives by this event."""
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
        """The roles that are notified; the viewer's stands for followers."""
        return lifecycle.ALL_ROLES if self.notifies_everyone else self.action.notifies

    def asks(self, user: int) -> bool:
        """Return whether the event puts a question to this person: such mails ignore preferences."""
        if self.action is lifecycle.CHANGE_REQUESTER:
            # The question that the former requester left unanswered now concerns the new one.
            return self.after.status == Status.INCOMPLETE and user == self.after.requester
        if self.action.asks_reply_from is Role.GUEST:
            return self.actor is not None and user in self.invited
        if self.action is lifecycle.CLOSE and self.after.status != Status.CLOSED:
            return False
        return self.action.asks_reply_from is Role.REQUESTER and user == self.after.requester


@dataclass(frozen=True, slots=True)
class ManagerRole:
    """A person as manager of a service: their alert levels, and whether they are a member.

    ``in_report`` is whether they are alerted in the daily report instead of at once.
    """

    levels: Levels
    member: bool = True
    in_report: bool = False

    def find_reason(self, in_charge: bool, arrival: Arrival, *, new_member: bool) -> Reason | None:
        """Return the strongest reason to notify them as a manager, or None."""
        any_ticket, member, charge = self.levels
        counts_as_member = self.member or arrival is Arrival.ALL_AS_MEMBERS
        arrives = arrival not in (Arrival.NOBODY, Arrival.NEW_MEMBERS)
        arrives_for_member = arrives or (arrival is Arrival.NEW_MEMBERS and new_member)
        if in_charge and _applies(charge, arrives_for_member):
            return Reason.IN_CHARGE
        if self.member and _applies(member, arrives_for_member):
            return Reason.MEMBER
        if _applies(any_ticket, arrives) or (counts_as_member and _applies(member, arrives)):
            return Reason.MANAGER
        return None


def _applies(level: Level, arrives: bool) -> bool:
    return level == Level.ALWAYS or (level == Level.CREATION and arrives)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person's roles on a ticket after an event and before it, and their preferences.

    ``manager`` is their role in the service where the ticket is, ``former_manager`` the one in the
    service or category where it was.
    """

    user: int
    guest: bool = False
    permanent: bool = False
    follows: bool = False
    manager: ManagerRole | None = None
    former_manager: ManagerRole | None = None
    #: Replaces the absent manager in charge, and gets their alerts.
    is_substitute: bool = False
    muted: bool = False
    monitoring: bool = True
    as_requester: bool = True
    as_guest: bool = True
    as_follower: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """Why a person is notified, whether they are asked something, or why they are skipped."""

    reason: Reason
    asked: bool = False
    skipped: SkipReason | None = field(default=None)


def decide(change: TicketChange, person: Person) -> Decision | None:
    """Decide whether to notify a person of an event; None when it does not concern them.

    The strongest reason wins. A person who has switched these mails off, or muted the ticket, gets a
    decision that records it: the delivery log shows it.
    """
    if person.user in (change.actor, change.author):
        return None
    reasons = list(_find_reasons(change, person))
    if change.asks(person.user):
        return Decision(reasons[0][0] if reasons else Reason.GUEST, asked=True)
    wanted = [reason for reason, wanted in reasons if wanted]
    if not reasons:
        return None
    if not wanted:
        return Decision(reasons[0][0], skipped=SkipReason.SWITCHED_OFF)
    if person.muted:
        return Decision(wanted[0], skipped=SkipReason.MUTED)
    at_once = [reason for reason in wanted if not _waits_for_report(reason, person)]
    if not at_once:
        return Decision(wanted[0], skipped=SkipReason.IN_REPORT)
    return Decision(at_once[0])


def _waits_for_report(reason: Reason, person: Person) -> bool:
    """Return whether a person chose to read in their report what this reason notifies them of."""
    if reason in MANAGER_REASONS:
        return person.manager is not None and person.manager.in_report
    if reason not in FORMER_MANAGER_REASONS or person.manager is None:
        # Of a ticket that they no longer manage no report says anything.
        return False
    return person.former_manager is not None and person.former_manager.in_report


def notifies_mailbox(change: TicketChange) -> bool:
    """Return whether the extra address is notified: it is treated as a member at *creation*."""
    arrives = change.arrival not in (Arrival.NOBODY, Arrival.NEW_MEMBERS)
    return arrives and change.audience is Audience.EVERYONE


def _find_reasons(change: TicketChange, person: Person) -> Iterator[tuple[Reason, bool]]:
    """Yield each reason of a person, strongest first, and whether their preferences allow it."""
    if person.user == change.after.requester and _includes(change, Role.REQUESTER):
        yield Reason.REQUESTER, person.as_requester
    manager_reason = _find_manager_reason(change, person)
    is_handling = manager_reason in (Reason.IN_CHARGE, Reason.SUBSTITUTE)
    if manager_reason and is_handling:
        yield manager_reason, person.monitoring
    if person.guest and _includes(change, Role.GUEST):
        yield (Reason.PERMANENT_GUEST if person.permanent else Reason.GUEST), person.as_guest
    if person.user in change.mentioned:
        yield Reason.MENTIONED, _allows_mentions(change, person)
    if manager_reason and not is_handling:
        yield manager_reason, person.monitoring
    if person.follows and Role.VIEWER in change.notifies and _may_read(change, person):
        yield Reason.FOLLOWER, person.as_follower
    yield from _find_former_reasons(change, person)


def _allows_mentions(change: TicketChange, person: Person) -> bool:
    """Return whether the switches of a person allow mails about being named.

    Alert levels do not matter: they are about tickets, not about messages to oneself.
    """
    if person.manager is not None:
        return person.monitoring
    if person.user == change.after.requester:
        return person.as_requester
    return person.as_guest


def _find_manager_reason(change: TicketChange, person: Person) -> Reason | None:
    if person.manager is None or Role.MANAGER not in change.notifies:
        return None
    former, is_in_charge = person.former_manager, person.user == change.after.assignee
    reason = person.manager.find_reason(
        is_in_charge or person.is_substitute,
        change.arrival,
        new_member=person.manager.member and not (former and former.member),
    )
    if reason is Reason.IN_CHARGE and not is_in_charge:
        return Reason.SUBSTITUTE
    return reason


def _find_former_reasons(change: TicketChange, person: Person) -> Iterator[tuple[Reason, bool]]:
    """Yield the reasons of people who had a role before the event; of managers, those at *always*."""
    if change.before is None:
        return
    if person.user == change.before.requester != change.after.requester:
        yield Reason.WAS_REQUESTER, person.as_requester
    if person.former_manager is None or Role.MANAGER not in change.notifies:
        return
    was_in_charge = person.user == change.before.assignee != change.after.assignee
    reason = person.former_manager.find_reason(was_in_charge, Arrival.NOBODY, new_member=False)
    if reason is Reason.IN_CHARGE:
        yield Reason.WAS_IN_CHARGE, person.monitoring
    elif reason is not None:
        yield Reason.WAS_MANAGER, person.monitoring


def _includes(change: TicketChange, role: Role) -> bool:
    return role in change.notifies and change.audience in get_readable_audiences([role])


def _may_read(change: TicketChange, person: Person) -> bool:
    roles = [Role.VIEWER]
    if person.manager is not None:
        roles.append(Role.MANAGER)
    if person.user == change.after.requester:
        roles.append(Role.REQUESTER)
    return change.audience in get_readable_audiences(roles)
