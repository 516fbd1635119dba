"""Loads what the recipient rules need: ticket changes and the people around a ticket, in few queries."""

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
    ReportPreference,
    Service,
    ServiceManager,
    Subscription,
    Ticket,
    find_substitutions,
)
from wagtail_helpdesk.models.monitoring_levels import Levels
from wagtail_helpdesk.models.preferences import get_default_levels
from wagtail_helpdesk.models.services import CategoryQuerySet

from .recipient_rules import ManagerRole, Person, TicketChange, TicketSnapshot

#: How many ids one statement may contain on every database.
CHUNK = 500


def load_changes(ticket: Ticket, events: Sequence[Event]) -> list[TicketChange]:
    """Return events of a ticket as changes, in their order.

    The ticket after an event is today's ticket with everything later undone: events record what they
    changed.
    """
    wanted = {event.pk for event in events}
    authors = {event.batch: event.actor_id for event in events if event.actor_id}
    since = ticket.events.filter(pk__gte=min(wanted)).defer("text", "html").order_by("-pk")
    after, changes = make_snapshot(ticket), []
    for event in since:
        before = _undo(after, event)
        if event.pk in wanted:
            changes.append(_make_change(event, before, after, authors.get(event.batch)))
        after = before
    return changes[::-1]


def make_snapshot(ticket: Ticket) -> TicketSnapshot:
    """Return the properties of a ticket as they are now."""
    return TicketSnapshot(
        status=ticket.status,
        service=ticket.service_id,
        category=ticket.category_id,
        requester=ticket.requester_id,
        assignee=ticket.assignee_id,
        subject=ticket.subject,
    )


def _undo(snapshot: TicketSnapshot, event: Event) -> TicketSnapshot:
    known = asdict(snapshot)
    return replace(
        snapshot, **{name: event.value_before(name) for name in event.before if name in known}
    )


def _make_change(
    event: Event, before: TicketSnapshot, after: TicketSnapshot, author: int | None
) -> TicketChange:
    return TicketChange(
        action=event.row,
        # Only an opening has nothing before it.
        before=before if event.row.rules else None,
        after=after,
        actor=event.actor_id,
        author=author,
        audience=Audience(event.audience),
        notifies_everyone=event.notifies_everyone,
        invited=frozenset(event.value_after("guests") or ()),
        mentioned=frozenset(event.value_after("mentions") or ()),
    )


@dataclass
class RecipientData:
    """The people around a ticket at the moment of the decision, with their preferences."""

    managers: dict[int, set[int]] = field(default_factory=dict)
    levels: dict[tuple[int, int], Levels] = field(default_factory=dict)
    #: User and service of the managers who are alerted in their daily report.
    in_report: set[tuple[int, int]] = field(default_factory=set)
    members: dict[int, set[int] | None] = field(default_factory=dict)
    guests: dict[int, bool] = field(default_factory=dict)
    #: The substitutes of absent managers whose alerts are redirected today, by manager.
    substitutes: dict[int, int] = field(default_factory=dict)
    followers: set[int] = field(default_factory=set)
    muted: set[int] = field(default_factory=set)
    switches: dict[int, dict[str, Any]] = field(default_factory=dict)

    def find_people(self, change: TicketChange) -> Iterator[Person]:
        """Yield each person whom the change might concern, once."""
        before = change.before or change.after
        known: dict[int | None, None] = {}
        for people in (
            (change.after.requester, change.after.assignee, before.requester, before.assignee),
            self.managers.get(change.after.service, ()),
            self.managers.get(before.service, ()),
            self.guests,
            self.followers,
            change.mentioned,
        ):
            known.update(dict.fromkeys(people))
        for user in known:
            if user is not None:
                yield self.get_person(change, user)

    def get_person(self, change: TicketChange, user: int) -> Person:
        """Return a user's roles on the ticket of a change, and their preferences."""
        changed = change.before is not None and change.before != change.after
        return Person(
            user=user,
            guest=user in self.guests,
            permanent=self.guests.get(user, False),
            follows=user in self.followers,
            manager=self._get_manager_role(user, change.after),
            former_manager=self._get_manager_role(user, change.before)
            if changed and change.before
            else None,
            is_substitute=user == self.substitutes.get(change.after.assignee or 0),
            muted=user in self.muted,
            **self.switches.get(user, {}),
        )

    def _get_manager_role(self, user: int, snapshot: TicketSnapshot) -> ManagerRole | None:
        if user not in self.managers.get(snapshot.service, ()):
            return None
        members = self.members.get(snapshot.category)
        return ManagerRole(
            self.levels[user, snapshot.service],
            members is None or user in members,
            (user, snapshot.service) in self.in_report,
        )


def load_recipient_data(
    ticket: Ticket, changes: Sequence[TicketChange], only: Collection[int] | None = None
) -> RecipientData:
    """Load the people around a ticket; ``only`` narrows to some of them.

    The number of statements does not depend on the number of people, except for one more per five
    hundred guests.
    """
    snapshots = [
        snapshot
        for change in changes
        for snapshot in (change.before, change.after)
        if snapshot is not None
    ]
    data = RecipientData()
    _load_managers(data, {snapshot.service for snapshot in snapshots}, only)
    categories = {snapshot.category for snapshot in snapshots}
    data.members = load_members(Category.objects.filter(pk__in=categories), only)
    _load_substitutes(data, {snapshot.assignee for snapshot in snapshots if snapshot.assignee})
    guests = _narrow(Guest.objects.filter(ticket=ticket), only)
    data.guests = dict(guests.values_list("user", "permanent"))
    rows = _narrow(Subscription.objects.filter(ticket=ticket), only)
    for user, following, muted in rows.values_list("user", "following", "muted"):
        data.followers |= {user} if following else set()
        data.muted |= {user} if muted else set()
    people = {person.user for change in changes for person in data.find_people(change)}
    _load_switches(data, people if only is None else people & set(only))
    return data


def _narrow(rows: QuerySet[Any], only: Collection[int] | None) -> QuerySet[Any]:
    return rows if only is None else rows.filter(user__in=only)


def _load_managers(data: RecipientData, services: set[int], only: Collection[int] | None) -> None:
    rows = _narrow(ServiceManager.objects.filter(service__in=services), only)
    for user, service in rows.order_by().values_list("user", "service"):
        data.managers.setdefault(service, set()).add(user)
    chosen = list(_narrow(Monitoring.objects.filter(service__in=services), only))
    levels = {(row.user_id, row.service_id): row.levels for row in chosen}
    places = Service.objects.only("pk", "monitoring", "enabled").in_bulk(services)
    for service, users in data.managers.items():
        default = get_default_levels(places[service].monitoring)
        for user in users:
            data.levels[user, service] = levels.get((user, service), default)
    data.in_report = _find_reported(
        {
            (row.user_id, row.service_id)
            for row in chosen
            if row.in_report and places[row.service_id].enabled
        }
    )


def _find_reported(chosen: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """Narrow users and services to those with a report: without one, alerts would wait for ever.

    A report that is only paused counts: the next one has what waits.
    """
    if not chosen:
        return set()
    found = set(chosen) if ReportPreference.default().is_sent else set()
    services = {service for _, service in chosen}
    for some in split_into_chunks({user for user, _ in chosen}):
        for row in ReportPreference.objects.filter(user__in=some, service__in=services):
            key = (row.user_id, row.service_id)
            if not row.is_sent:
                found.discard(key)
            elif key in chosen:
                found.add(key)
    return found


def load_members(
    categories: CategoryQuerySet, only: Collection[int] | None = None
) -> dict[int, set[int] | None]:
    """Return the members of categories, by category; None where all managers are members.

    ``only`` narrows to some users.
    """
    sources = categories.sources()
    named: dict[int, set[int]] = {source: set() for source in sources.values() if source}
    members = CategoryMember.objects.filter(category__in=named)
    if only is not None:
        members = members.filter(manager__user__in=only)
    for source, user in members.values_list("category", "manager__user"):
        named[source].add(user)
    return {pk: named[source] if source else None for pk, source in sources.items()}


def _load_substitutes(data: RecipientData, in_charge: set[int]) -> None:
    for user, substitution in find_substitutions(in_charge, timezone.localdate()).items():
        if substitution.replacement is not None and substitution.absence.alerts_follow:
            data.substitutes[user] = substitution.replacement.pk


def _load_switches(data: RecipientData, people: set[int]) -> None:
    for some in split_into_chunks(people):
        for row in HelpdeskPreferences.objects.filter(user__in=some):
            data.switches[row.user_id] = {
                "monitoring": not row.monitoring_suspended,
                "as_requester": row.alerts_as_requester,
                "as_guest": row.alerts_as_guest,
                "as_follower": row.alerts_as_follower,
            }


def split_into_chunks(ids: Collection[Any]) -> Iterator[list[Any]]:
    """Yield ids in sorted lists of at most ``CHUNK``."""
    rest = iter(sorted(ids))
    while some := list(islice(rest, CHUNK)):
        yield some
