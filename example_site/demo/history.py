"""Writes the history of the helpdesk: performs every story through the verbs, at its dates."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import time_machine
from django.contrib.auth import get_user_model
from django.core.files.base import ContentFile
from django.db.models import F
from django.utils import timezone

from demo.stories import STORIES, Step, Story
from tests.cast import Catalogue
from wagtail_helpdesk.actions import open_ticket
from wagtail_helpdesk.models import Event, Service, Ticket
from wagtail_helpdesk.models.guards import unguarded

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LAST_NUMBER_BEFORE = 1000
# Events of “today” are in the past, however early the demonstration starts.
JUST_NOW = datetime.timedelta(minutes=20)


def write_history(users: dict[str, User], catalogue: Catalogue) -> None:
    """Perform all stories in chronological order."""
    stage = Stage(users, catalogue)
    now = timezone.now()
    _start_numbers(catalogue, users)
    with _as_it_was(users, catalogue):
        for moment, story, step in _in_order(now):
            with time_machine.travel(moment, tick=False):
                stage.play(story, step)
    # Only events of today lead to mails.
    Event.objects.filter(created_at__lt=now - JUST_NOW).update(dispatched_at=F("created_at"))


class Stage:
    """The people, categories and files of the stories, and the tickets opened so far."""

    def __init__(self, users: dict[str, User], catalogue: Catalogue) -> None:
        self.users = users
        self.categories = catalogue.categories
        self.tickets: dict[str, Ticket] = {}

    def play(self, story: Story, step: Step | None) -> None:
        """Open the ticket of a story, or perform its next action."""
        if step is None:
            self.tickets[story.subject] = self._open(story)
        else:
            self._act(self.tickets[story.subject], step)

    def _open(self, story: Story) -> Ticket:
        return open_ticket(
            self.categories[story.category],
            by=self.users[story.who],
            subject=story.subject,
            text=story.text,
            **self._options(story.options),
        )

    def _act(self, ticket: Ticket, step: Step) -> None:
        options = {"by": self.users.get(step.who), **self._options(step.options)}
        if step.text:
            options["text"] = step.text
        step.verb(ticket, **options)

    def _options(self, options: dict[str, Any]) -> dict[str, Any]:
        """Replace the names of people, categories, days and files by objects."""
        return {name: self._option(name, value) for name, value in options.items()}

    def _option(self, name: str, value: Any) -> Any:
        match name:
            case "users":
                return [self.users[username] for username in value]
            case "until":
                return timezone.localdate() + datetime.timedelta(days=value)
            case "files":
                return [ContentFile(content.encode(), file) for file, content in value.items()]
            case "to" if value in self.categories:
                return self.categories[value]
            case "to" | "requester" | "user" if value in self.users:
                return self.users[value]
        return value


def _in_order(now: datetime.datetime) -> list[tuple[datetime.datetime, Story, Step | None]]:
    moments = [moment for story in STORIES for moment in _moments(story, now)]
    return sorted(moments, key=lambda moment: moment[0])


def _moments(
    story: Story, now: datetime.datetime
) -> Iterator[tuple[datetime.datetime, Story, Step | None]]:
    last = _moment(now, story.days, story.time)
    yield last, story, None
    for step in story.steps:
        last = max(_moment(now, step.days, step.time), last + datetime.timedelta(minutes=4))
        yield last, story, step


def _moment(now: datetime.datetime, days: int, time: str) -> datetime.datetime:
    """Return a time of day some days ago, on the Friday before if that was a week-end."""
    if days == 0:
        return now - JUST_NOW
    day = timezone.localdate(now) - datetime.timedelta(days=days)
    day -= datetime.timedelta(days=max(0, day.weekday() - 4))
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.fromisoformat(time)))


def _start_numbers(catalogue: Catalogue, users: dict[str, User]) -> None:
    """Let the numbers go on where they would after some years: SQLite gives none twice."""
    category = next(iter(catalogue.categories.values()))
    somebody = next(iter(users.values()))
    with unguarded():
        Ticket(
            number=LAST_NUMBER_BEFORE,
            category=category,
            service=category.service,
            requester=somebody,
            creator=somebody,
            subject="-",
        ).save()
        Ticket.objects.filter(number=LAST_NUMBER_BEFORE).delete()


@contextmanager
def _as_it_was(users: dict[str, User], catalogue: Catalogue) -> Iterator[None]:
    """Activate people who have left and closed services while the history is written."""
    gone = [user.pk for user in users.values() if not user.is_active]
    closed = [service.pk for service in catalogue.services.values() if not service.enabled]
    _be_there(gone, closed, True)
    for user in users.values():
        user.is_active = True
    yield
    _be_there(gone, closed, False)


def _be_there(people: list[int], services: list[int], there: bool) -> None:
    get_user_model().objects.filter(pk__in=people).update(is_active=there)
    Service.objects.filter(pk__in=services).update(enabled=there)
