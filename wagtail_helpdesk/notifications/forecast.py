"""Who will be alerted of an action before it is performed, by the rules that decide afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import OPEN_STATUSES, Action, Audience, Privilege, Role, Status
from wagtail_helpdesk.models import Guest, ServiceManager, SkipReason, Subscription, Ticket
from wagtail_helpdesk.names import get_display_names

from .dispatch import RecipientDecision, decide_recipients, skip_unreachable
from .recipient_data import make_snapshot
from .recipient_rules import TicketChange, TicketSnapshot

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Actions whose effect depends on nothing that is chosen in their form but a release.
FORESEEN = (
    lifecycle.COMMENT,
    lifecycle.NOTE,
    lifecycle.ASK_INFORMATION,
    lifecycle.ATTACH,
    lifecycle.TAKE,
    lifecycle.TAKE_AND_CLOSE,
    lifecycle.TAKE_AND_ASK,
    lifecycle.RELEASE,
    lifecycle.POSTPONE,
    lifecycle.RESUME,
    lifecycle.CLOSE,
    lifecycle.REFUSE,
)
#: People of each kind who are considered, fewer than ``recipient_data.CHUNK`` together; with more of them
#: the forecast is not complete.
MAX_PEOPLE = 150
MAX_NAMES = 12
#: By the choice of the person: everything else is an obstacle.
_CHOSEN = (SkipReason.SWITCHED_OFF, SkipReason.MUTED, SkipReason.IN_REPORT)


@dataclass(frozen=True, slots=True)
class Names:
    """Some names, and the number of the others."""

    names: list[str]
    others: int = 0

    @property
    def count(self) -> int:
        """The number of people."""
        return len(self.names) + self.others


@dataclass(frozen=True, slots=True)
class Forecast:
    """Who will get an e-mail about an action, and who will not."""

    alerted: Names
    #: Those who have switched these alerts off, or muted the ticket.
    silent: Names
    #: Those without an e-mail address to which mails arrive.
    unreachable: Names
    is_complete: bool = True


def foresee_recipients(
    action: Action,
    ticket: Ticket,
    by: User,
    *,
    audience: str = Audience.EVERYONE,
    release: bool = False,
    mentioned: Collection[Any] = (),
) -> Forecast | None:
    """Return who would be alerted if a user performed an action on a ticket fetched with their access.

    ``mentioned`` are the people whom the message names. None for an action that is not available,
    or that is not one of ``FORESEEN``. The number of statements does not depend on the number of
    people.
    """
    changes = list(_foresee_changes(action, ticket, by, Audience(audience), release))
    if not changes:
        return None
    changes = [replace(change, mentioned=frozenset(mentioned)) for change in changes]
    people, is_complete = _find_people(ticket)
    people.update(mentioned)
    decided = decide_recipients(ticket, range(len(changes)), changes, people)
    return _summarise(skip_unreachable(list(decided)), is_complete)


def _foresee_changes(
    action: Action, ticket: Ticket, by: User, audience: Audience, release: bool
) -> Iterable[TicketChange]:
    if action not in FORESEEN:
        return
    roles, before = set(ticket.access.roles), make_snapshot(ticket)
    for row in action.then or (action,):
        after = _foresee(row, before, roles, ticket.access.privileges, by, release)
        if after is None:
            return
        narrowed = audience if row in (lifecycle.COMMENT, lifecycle.ATTACH) else row.audience
        yield TicketChange(
            action=row, before=before, after=after, actor=by.pk, author=by.pk, audience=narrowed
        )
        before = after
        if row is lifecycle.TAKE:
            roles.add(Role.IN_CHARGE)


def _foresee(
    row: Action,
    before: TicketSnapshot,
    roles: Collection[Role],
    privileges: Collection[Privilege],
    by: User,
    release: bool,
) -> TicketSnapshot | None:
    """Return the ticket after an action, None when it is not possible."""
    rule = row.rule_for(roles, privileges, Status(before.status))
    if rule is None:
        return None
    assignee, status = before.assignee, rule.moves[Status(before.status)]
    if row is lifecycle.TAKE:
        assignee = by.pk
    elif row is lifecycle.RELEASE or (row is lifecycle.CLOSE and release):
        assignee = None
    if status in OPEN_STATUSES and assignee is None:
        status = Status.FREE
    return replace(before, status=status, assignee=assignee)


def _find_people(ticket: Ticket) -> tuple[set[Any], bool]:
    """Return the users whom an alert may concern, and whether these are all of them."""
    rows = (
        ServiceManager.objects.filter(service=ticket.service_id).order_by("order", "pk"),
        Guest.objects.filter(ticket=ticket).order_by("pk"),
        Subscription.objects.filter(ticket=ticket, following=True).order_by("pk"),
    )
    found: set[Any] = {ticket.requester_id, ticket.assignee_id} - {None}
    is_complete = True
    for kind in rows:
        users = list(kind.values_list("user", flat=True)[: MAX_PEOPLE + 1])
        found.update(users[:MAX_PEOPLE])
        is_complete = is_complete and len(users) <= MAX_PEOPLE
    return found, is_complete


def _summarise(decisions: list[RecipientDecision], is_complete: bool) -> Forecast:
    """Return the forecast: one mail for each person, whatever the number of events."""
    by_person: dict[Any, SkipReason | None] = {}
    for one in decisions:
        person = one.user or one.email
        if one.decision.skipped is None or person not in by_person:
            by_person[person] = one.decision.skipped
    reasons = by_person.items()
    groups = (
        [person for person, skipped in reasons if skipped is None],
        [person for person, skipped in reasons if skipped in _CHOSEN],
        [person for person, skipped in reasons if skipped and skipped not in _CHOSEN],
    )
    named = [
        person for group in groups for person in group[:MAX_NAMES] if person in _users(decisions)
    ]
    names = get_display_names(named)
    alerted, silent, unreachable = (_name(group, names) for group in groups)
    return Forecast(alerted, silent, unreachable, is_complete)


def _users(decisions: Iterable[RecipientDecision]) -> set[Any]:
    return {one.user for one in decisions if one.user is not None}


def _name(group: list[Any], names: dict[Any, str]) -> Names:
    shown = group[:MAX_NAMES]
    return Names([names.get(person, str(person)) for person in shown], len(group) - len(shown))
