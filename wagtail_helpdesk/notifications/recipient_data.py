"""What the rules of telling decide on: acts as they were, and the people around them, in few statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import (
    Category,
    CategoryMember,
    Event,
    Guest,
    HelpdeskPreferences,
    Monitoring,
    Service,
    ServiceManager,
    Subscription,
    Ticket,
    find_substitutions,
)
from wagtail_helpdesk.models.monitoring_levels import Levels
from wagtail_helpdesk.models.preferences import get_default_levels
from wagtail_helpdesk.models.services import CategoryQuerySet

from .recipient_rules import Desk, Person, TicketChange, TicketSnapshot

#: As many ids as one statement may name on every database.
CHUNK = 500


def acts_of(ticket: Ticket, events: Sequence[Event]) -> list[TicketChange]:
    """Return some events of a ticket as acts, in their order.

    The ticket as an act left it is the ticket of today with everything later undone: events record
    what they changed.
    """
    wanted = {event.pk for event in events}
    authors = {event.batch: event.actor_id for event in events if event.actor_id}
    since = ticket.events.filter(pk__gte=min(wanted)).defer("text", "html").order_by("-pk")
    after, acts = _moment_of(ticket), []
    for event in since:
        before = _undone(after, event)
        if event.pk in wanted:
            acts.append(_act(event, before, after, authors.get(event.batch)))
        after = before
    return acts[::-1]


def _moment_of(ticket: Ticket) -> TicketSnapshot:
    return TicketSnapshot(
        status=ticket.status,
        service=ticket.service_id,
        category=ticket.category_id,
        requester=ticket.requester_id,
        assignee=ticket.assignee_id,
        subject=ticket.subject,
    )


def _undone(moment: TicketSnapshot, event: Event) -> TicketSnapshot:
    known = asdict(moment)
    return replace(moment, **{name: was for name, was in event.before.items() if name in known})


def _act(
    event: Event, before: TicketSnapshot, after: TicketSnapshot, author: int | None
) -> TicketChange:
    return TicketChange(
        action=event.row,
        # Only an opening starts from nothing.
        before=before if event.row.rules else None,
        after=after,
        actor=event.actor_id,
        author=author,
        audience=Audience(event.audience),
        notifies_everyone=event.notifies_everyone,
        invited=frozenset(event.after.get("guests", ())),
    )


@dataclass
class RecipientData:
    """The people around a ticket at the moment of telling, with what they chose."""

    managers: dict[int, set[int]] = field(default_factory=dict)
    levels: dict[tuple[int, int], Levels] = field(default_factory=dict)
    members: dict[int, set[int] | None] = field(default_factory=dict)
    guests: dict[int, bool] = field(default_factory=dict)
    #: Who stands in for whom today: those whose alerts follow to their replacement.
    replacements: dict[int, int] = field(default_factory=dict)
    followers: set[int] = field(default_factory=set)
    muted: set[int] = field(default_factory=set)
    switches: dict[int, dict[str, Any]] = field(default_factory=dict)

    def around(self, act: TicketChange) -> Iterator[Person]:
        """Give everybody whom the act might concern, once."""
        before = act.before or act.after
        known: dict[int | None, None] = {}
        for people in (
            (act.after.requester, act.after.assignee, before.requester, before.assignee),
            self.managers.get(act.after.service, ()),
            self.managers.get(before.service, ()),
            self.guests,
            self.followers,
        ):
            known.update(dict.fromkeys(people))
        for user in known:
            if user is not None:
                yield self.person(act, user)

    def person(self, act: TicketChange, user: int) -> Person:
        """Return what somebody is to the ticket of an act."""
        changed = act.before is not None and act.before != act.after
        return Person(
            user=user,
            guest=user in self.guests,
            permanent=self.guests.get(user, False),
            follows=user in self.followers,
            desk=self._desk(user, act.after),
            old_desk=self._desk(user, act.before) if changed and act.before else None,
            stands_in=user == self.replacements.get(act.after.assignee or 0),
            muted=user in self.muted,
            **self.switches.get(user, {}),
        )

    def _desk(self, user: int, moment: TicketSnapshot) -> Desk | None:
        if user not in self.managers.get(moment.service, ()):
            return None
        members = self.members.get(moment.category)
        return Desk(self.levels[user, moment.service], members is None or user in members)


def surroundings_of(
    ticket: Ticket, acts: Sequence[TicketChange], only: Collection[int] | None = None
) -> RecipientData:
    """Read the people around a ticket; ``only`` narrows to some of them.

    The number of statements does not depend on how many people there are, but for one more for
    every five hundred guests.
    """
    moments = [moment for act in acts for moment in (act.before, act.after) if moment is not None]
    found = RecipientData()
    _read_managers(found, {moment.service for moment in moments}, only)
    categories = {moment.category for moment in moments}
    found.members = members_of(Category.objects.filter(pk__in=categories), only)
    _read_replacements(found, {moment.assignee for moment in moments if moment.assignee})
    guests = _narrowed(Guest.objects.filter(ticket=ticket), only)
    found.guests = dict(guests.values_list("user", "permanent"))
    rows = _narrowed(Subscription.objects.filter(ticket=ticket), only)
    for user, following, muted in rows.values_list("user", "following", "muted"):
        found.followers |= {user} if following else set()
        found.muted |= {user} if muted else set()
    people = {person.user for act in acts for person in found.around(act)}
    _read_switches(found, people if only is None else people & set(only))
    return found


def _narrowed(rows: QuerySet[Any], only: Collection[int] | None) -> QuerySet[Any]:
    return rows if only is None else rows.filter(user__in=only)


def _read_managers(found: RecipientData, services: set[int], only: Collection[int] | None) -> None:
    rows = _narrowed(ServiceManager.objects.filter(service__in=services), only)
    for user, service in rows.order_by().values_list("user", "service"):
        found.managers.setdefault(service, set()).add(user)
    chosen = _narrowed(Monitoring.objects.filter(service__in=services), only)
    levels = {(row.user_id, row.service_id): row.levels for row in chosen}
    defaults = dict(Service.objects.filter(pk__in=services).values_list("pk", "monitoring"))
    for service, users in found.managers.items():
        default = get_default_levels(defaults[service])
        for user in users:
            found.levels[user, service] = levels.get((user, service), default)


def members_of(
    categories: CategoryQuerySet, only: Collection[int] | None = None
) -> dict[int, set[int] | None]:
    """Return who the members of some categories are, None where all managers are; ``only`` narrows."""
    sources = categories.sources()
    named: dict[int, set[int]] = {source: set() for source in sources.values() if source}
    members = CategoryMember.objects.filter(category__in=named)
    if only is not None:
        members = members.filter(manager__user__in=only)
    for source, user in members.values_list("category", "manager__user"):
        named[source].add(user)
    return {pk: named[source] if source else None for pk, source in sources.items()}


def _read_replacements(found: RecipientData, in_charge: set[int]) -> None:
    for user, away in find_substitutions(in_charge, timezone.localdate()).items():
        if away.replacement is not None and away.absence.alerts_follow:
            found.replacements[user] = away.replacement.pk


def _read_switches(found: RecipientData, people: set[int]) -> None:
    for some in chunks(people):
        for row in HelpdeskPreferences.objects.filter(user__in=some):
            found.switches[row.user_id] = {
                "monitoring": not row.monitoring_suspended,
                "as_requester": row.alerts_as_requester,
                "as_guest": row.alerts_as_guest,
                "as_follower": row.alerts_as_follower,
            }


def chunks(ids: Collection[int]) -> Iterator[list[int]]:
    """Cut ids into lists that one statement may name."""
    rest = iter(sorted(ids))
    while some := list(islice(rest, CHUNK)):
        yield some
