"""A helpdesk of any size, reproducible by its seed, inserted directly into the database."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Audience, Status, Visibility
from wagtail_helpdesk.models import (
    Category,
    CategoryMember,
    Event,
    Guest,
    SearchRow,
    Service,
    ServiceManager,
    Ticket,
)
from wagtail_helpdesk.search.normalisation import normalise_text

from .loading import Table, empty, in_bulk, next_pk, settle
from .organisation import Organisation, Size, person
from .texts import PLANTED, Texts, Written

#: Tickets inserted at a time. Their events are ordered by time, so that those of one ticket are not
#: adjacent in the table.
AT_A_TIME = 2000
YEARS = 3
PLANTED_EACH = 50

_NOTHING = Written("", "")
_OPEN = {
    Status.FREE: 30,
    Status.IN_PROGRESS: 48,
    Status.INCOMPLETE: 12,
    Status.POSTPONED: 10,
}
_ENDED = {
    Status.APPROVED: 66,
    Status.EXPIRED: 14,
    Status.CLOSED: 6,
    Status.CANCELLED: 6,
    Status.REFUSED: 8,
}
_LAST_ACTIONS = {
    Status.INCOMPLETE: [lifecycle.ASK_INFORMATION],
    Status.POSTPONED: [lifecycle.POSTPONE],
    Status.CLOSED: [lifecycle.CLOSE],
    Status.APPROVED: [lifecycle.CLOSE, lifecycle.APPROVE_CLOSURE],
    Status.EXPIRED: [lifecycle.CLOSE, lifecycle.EXPIRE],
    Status.CANCELLED: [lifecycle.CANCEL],
    Status.REFUSED: [lifecycle.REFUSE],
}
#: Actions of the requester or the system; all others are done by a manager.
_BY_REQUESTER = (lifecycle.OPEN_TICKET, lifecycle.CANCEL, lifecycle.APPROVE_CLOSURE)
_SILENT = (lifecycle.APPROVE_CLOSURE, lifecycle.EXPIRE)
_ENDING = (lifecycle.CLOSE, lifecycle.CANCEL, lifecycle.REFUSE)


@dataclass(slots=True)
class Story:
    """A ticket and its events."""

    number: int
    category: Category
    requester: int
    assignee: int | None
    status: Status
    french: bool
    subject: Written
    opened: datetime
    moments: list[datetime]
    actions: list[lifecycle.Action]
    planted: str


class World:
    """Loads an organisation and its tickets; ``person`` returns people with a fixed role."""

    def __init__(self, tickets: int, seed: int = 1, now: datetime | None = None) -> None:
        self.size = Size(tickets)
        self.rng = random.Random(seed)
        self.now = now or timezone.now()
        self.texts = Texts(self.rng)
        self.organisation = Organisation(self.size, self.rng)

    def person(self, name: str) -> Any:
        """Return a person with a fixed role: see ``organisation``."""
        return person(name)

    def load(self) -> None:
        """Insert everything in one transaction."""
        with transaction.atomic():
            self.organisation.create()
            with in_bulk(Ticket, Event, Guest, SearchRow):
                self._load_tickets()
        everything = (Service, Category, ServiceManager, CategoryMember, Guest, Event, Ticket)
        settle(get_user_model(), *everything, SearchRow)

    def unload(self) -> None:
        """Delete everything, including what was added since."""
        empty(Ticket, Service)
        self.organisation.remove_people()

    def _load_tickets(self) -> None:
        tables = _Tables()
        event = next_pk(Event)
        stories_to_tell = self._stories()
        while stories := list(islice(stories_to_tell, AT_A_TIME)):
            tables.tickets.write(map(self._ticket, stories))
            tables.guests.write(self._guests(stories))
            happened = sorted(
                (
                    (moment, story, place)
                    for story in stories
                    for place, moment in enumerate(story.moments)
                ),
                key=lambda one: (one[0], one[1].number, one[2]),
            )
            rows = [
                self._event(event + n, story, place) for n, (_, story, place) in enumerate(happened)
            ]
            tables.events.write(row for row, _search in rows)
            tables.search.write(search for _row, search in rows)
            event += len(rows)

    # -- stories ---------------------------------------------------------------------------------

    def _stories(self) -> Iterator[Story]:
        first, rng, size = next_pk(Ticket), self.rng, self.size.tickets
        # The number of tickets grows each year.
        ages = sorted((365 * YEARS * rng.random() ** 1.2 for _ in range(size)), reverse=True)
        for place, age in enumerate(ages):
            # Recent tickets are more often open; 15 % of all are.
            likely = 0.05 + 0.4 * (place / size) ** 3
            yield self._story(first + place, place, age, rng.random() < likely)

    def _story(self, number: int, place: int, age: float, is_open: bool) -> Story:
        rng = self.rng
        kinds = _OPEN if is_open else _ENDED
        status = rng.choices(list(kinds), weights=list(kinds.values()))[0]
        category, french = self.organisation.a_category(), rng.random() < 0.7
        managers = self.organisation.managers[category.service_id]
        actions = self._choose_actions(status)
        opened = self.now - timedelta(days=age)
        return Story(
            number=number,
            category=category,
            requester=self._requester(place),
            assignee=None if status == Status.FREE else rng.choice(managers),
            status=status,
            french=french,
            subject=self.texts.subject(french),
            opened=opened,
            moments=self._moments(opened, age, len(actions)),
            actions=actions,
            planted=self._planted(place),
        )

    def _choose_actions(self, status: Status) -> list[lifecycle.Action]:
        rng = self.rng
        taken = [] if status in (Status.FREE, Status.CANCELLED) else [lifecycle.TAKE]
        talk = [
            lifecycle.NOTE if rng.random() < 0.75 else lifecycle.COMMENT
            for _ in range(rng.choice((1, 1, 2)))
        ]
        return [lifecycle.OPEN_TICKET, *taken, *talk, *_LAST_ACTIONS.get(status, ())]

    def _moments(self, opened: datetime, age: float, count: int) -> list[datetime]:
        lasted = min(age, self.rng.expovariate(1 / 6))
        later = sorted(lasted * self.rng.random() for _ in range(count - 1))
        return [opened, *(opened + timedelta(days=days) for days in later)]

    def _requester(self, place: int) -> int:
        note, every = self.organisation.note, self.size.tickets // self.size.many
        if place % every == 1 and place // every < self.size.many:
            return note["requester-of-many"]
        if place % max(1, self.size.tickets // 5) == 3:
            return note["requester"]
        return self.organisation.anybody()

    def _planted(self, place: int) -> str:
        every = max(1, self.size.tickets // (len(PLANTED) * PLANTED_EACH))
        turn, rest = divmod(place, every)
        within = turn < len(PLANTED) * PLANTED_EACH
        return PLANTED[turn % len(PLANTED)] if not rest and within else ""

    # -- rows ------------------------------------------------------------------------------------

    def _ticket(self, story: Story) -> tuple[Any, ...]:
        closed = next(
            (
                m
                for m, action in zip(story.moments, story.actions, strict=True)
                if action in _ENDING
            ),
            None,
        )
        return (
            story.number,
            story.category.pk,
            story.category.service_id,
            story.requester,
            story.requester,
            story.assignee,
            story.status.value,
            self.rng.choices((1, 2, 3, 4, 5), weights=(2, 8, 70, 15, 5))[0],
            story.subject.text,
            (Visibility.PUBLIC if self.rng.random() < 0.05 else Visibility.PRIVATE).value,
            story.opened,
            _last_activity(story),
            closed,
            closed if story.status == Status.CLOSED else None,
            self._resume_on() if story.status == Status.POSTPONED else None,
        )

    def _resume_on(self) -> date:
        return (self.now + timedelta(days=self.rng.randint(1, 40))).date()

    def _guests(self, stories: list[Story]) -> Iterator[tuple[int, int]]:
        many, every = self.organisation.note["guest-of-many"], self.size.tickets // self.size.many
        for story in stories:
            if story.number % every == 0:
                yield story.number, many
            if self.rng.random() < 0.3 and (who := self.organisation.anybody()) != story.requester:
                yield story.number, who

    def _event(self, pk: int, story: Story, place: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
        action, moment = story.actions[place], story.moments[place]
        opening, actor = place == 0, self._actor(story, action)
        audience = (Audience.MANAGERS if action is lifecycle.NOTE else action.audience).value
        # Every second *take* has no message.
        silent = action in _SILENT or (action is lifecycle.TAKE and self.rng.random() < 0.5)
        planted = story.planted if opening else ""
        text = _NOTHING if silent else self.texts.message(story.french, planted)
        before, after = _statuses(story, place)
        row = (
            pk,
            story.number,
            action.name,
            before,
            after,
            actor,
            text.text,
            text.html if text.text else "",
            audience,
            json.dumps(_facts(story, action)),
            f"{self.rng.getrandbits(128):032x}",
            moment,
            moment,
        )
        return row, (pk, story.number, audience, actor, *self._words(story, text, opening))

    def _actor(self, story: Story, action: lifecycle.Action) -> int | None:
        if action is lifecycle.EXPIRE:
            return None
        if action in _BY_REQUESTER or (action is lifecycle.COMMENT and self.rng.random() < 0.6):
            return story.requester
        managers = self.organisation.managers[story.category.service_id]
        return story.assignee or self.rng.choice(managers)

    def _words(self, story: Story, text: Written, opening: bool) -> tuple[str, str]:
        """Return the search rows, from words that are already normalised."""
        if not text.folded:
            return "", ""
        place = normalise_text(f"{story.category.service.name} {story.category.name}")
        about = f"{story.subject.folded} {place} personne {story.requester}"
        body = f"{about} {story.subject.folded} {text.folded}" if opening else text.folded
        return about, body


class _Tables:
    """The four large tables, with their varying columns."""

    def __init__(self) -> None:
        self.tickets = Table(
            Ticket,
            *("number", "category_id", "service_id", "requester_id", "creator_id", "assignee_id"),
            *("status", "priority", "subject", "visibility", "created_at", "last_activity_at"),
            *("closed_at", "awaiting_since", "resume_on"),
        )
        self.events = Table(
            Event,
            *("id", "ticket_id", "action", "status_before", "status_after", "actor_id"),
            *("text", "html", "audience", "after"),
            *("batch", "created_at", "dispatched_at"),
        )
        self.guests = Table(Guest, "ticket_id", "user_id")
        self.search = Table(
            SearchRow, "event_id", "ticket_id", "audience", "actor_id", "about", "body"
        )


def _last_activity(story: Story) -> datetime:
    # A note does not count as activity, because only managers may know of it.
    actions = zip(story.moments, story.actions, strict=True)
    return max(moment for moment, action in actions if action is not lifecycle.NOTE)


def _statuses(story: Story, place: int) -> tuple[str, str]:
    """Return the status before and after an action, by the rows of the table."""
    before = after = ""
    for action in story.actions[: place + 1]:
        before = after
        moves = (r.moves[Status(before)] for r in action.rules if before in r.moves)
        after = (
            Status.FREE
            if action is lifecycle.OPEN_TICKET
            else next(moves, Status(before or "free"))
        )
    return str(before), str(after)


def _facts(story: Story, action: lifecycle.Action) -> dict[str, Any]:
    if action is lifecycle.OPEN_TICKET:
        return {"status": "free", "category": story.category.pk, "subject": story.subject.text}
    if action is lifecycle.TAKE:
        return {"status": "in_progress", "assignee": story.assignee}
    return {}
