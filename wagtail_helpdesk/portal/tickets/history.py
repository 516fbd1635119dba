"""The history of a ticket, as its reader sees it: a sentence, a message and files per event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_helpdesk import access, lifecycle
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Audience, Priority, Visibility
from wagtail_helpdesk.models import Attachment, Category, Event, Service, Ticket
from wagtail_helpdesk.names import get_display_name, get_display_names
from wagtail_helpdesk.portal import labels

#: Entries of a history shown at once.
MAX_ENTRIES = 30


@dataclass(frozen=True, slots=True)
class FileLink:
    """An attached file as the history shows it."""

    pk: int
    slug: str
    name: str
    size: str


@dataclass(slots=True)
class HistoryEntry:
    """One event as its reader sees it."""

    event: Event
    sentence: str
    author: str
    when: str
    stamp: str
    by_requester: bool
    files: list[FileLink] = field(default_factory=list)

    @property
    def is_note(self) -> bool:
        """Whether only managers can read it."""
        return self.event.audience == Audience.MANAGERS

    @property
    def is_narrow(self) -> bool:
        """Whether guests and viewers are left out."""
        return self.event.audience == Audience.REQUESTER

    @property
    def is_line(self) -> bool:
        """Whether it has neither a message nor files."""
        return not self.event.text and not self.files


@dataclass(frozen=True)
class History:
    """The entries a page shows, oldest first, and whether there are earlier ones."""

    entries: list[HistoryEntry]
    earlier: bool
    latest: bool

    @property
    def first(self) -> int:
        """The id of the oldest event shown: the next page ends before it."""
        return self.entries[0].event.pk if self.entries else 0

    @property
    def last(self) -> int:
        """The id of the newest event shown: forms send it as ``seen``."""
        return self.entries[-1].event.pk if self.entries else 0


def load_history(ticket: Ticket, reader: Any, before: int | None = None) -> History:
    """Return the last entries that a user may read, or the last before an event."""
    readable = Event.objects.of(ticket, reader)
    if before is not None:
        readable = readable.filter(pk__lt=before)
    events = list(readable.select_related("actor").order_by("-pk")[: MAX_ENTRIES + 1])
    entries = _build_entries(ticket, events[:MAX_ENTRIES][::-1], reader)
    return History(entries, earlier=len(events) > MAX_ENTRIES, latest=before is None)


def load_news(ticket: Ticket, reader: Any, seen: int) -> list[HistoryEntry]:
    """Return the last entries after the event ``seen`` that a user may read, oldest first."""
    news = ticket.events.visible_to(reader).filter(pk__gt=seen).select_related("actor")
    entries = list(news.order_by("-pk")[:MAX_ENTRIES])[::-1]
    return _build_entries(ticket, entries, reader)


def find_last_event_id(ticket: Ticket, reader: Any) -> int:
    """Return the id of the newest event that a user may read, 0 when there is none."""
    newest = ticket.events.visible_to(reader).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def _build_entries(ticket: Ticket, events: Sequence[Event], reader: Any) -> list[HistoryEntry]:
    names = EventNames(ticket, events, reader)
    files = _load_files(events)
    return [
        HistoryEntry(
            event=event,
            sentence=names.sentence(event),
            author=names.author(event),
            when=labels.format_relative_time(event.created_at),
            stamp=labels.format_timestamp(event.created_at),
            by_requester=event.actor_id == ticket.requester_id,
            files=files[event.pk],
        )
        for event in events
    ]


def _load_files(events: Iterable[Event]) -> dict[int, list[FileLink]]:
    """Return the files of events by the id of the event; they have the readers of its message."""
    files: dict[int, list[FileLink]] = defaultdict(list)
    for attachment in Attachment.objects.filter(event__in=events):
        files[attachment.event_id].append(
            FileLink(
                pk=attachment.pk,
                slug=labels.make_file_slug(attachment.name),
                name=attachment.name,
                size=labels.format_size(attachment.size),
            )
        )
    return files


class EventNames:
    """The names behind the ids that events record, read once for all of them.

    Of the places where the ticket has been, those that the reader sees anyway: whoever reads it now
    need not know of the service that it left.
    """

    def __init__(self, ticket: Ticket, events: Sequence[Event], reader: Any) -> None:
        facts = [side for event in events for side in (event.before, event.after)]
        self.people = get_display_names(_people_in(facts))
        categories = {side["category"] for side in facts if side.get("category")}
        self.categories = places_shown(ticket, categories, reader) if categories else {}

    def author(self, event: Event) -> str:
        """Return who did it; what nobody did, the application did."""
        return get_display_name(event.actor) if event.actor else _("The application")

    def sentence(self, event: Event) -> str:
        """Return what happened, in a sentence."""
        if event.after.get("removed") == [event.actor_id]:
            return _("%(who)s left the list of guests") % {"who": self.author(event)}
        after = self._words(event, event.after)
        sentence = str(event.row.past)
        if event.action == lifecycle.POSTPONE.name and after["date"]:
            sentence = _("%(who)s postponed the ticket until %(date)s")
        return sentence % {"who": self.author(event), **after} + self._previously(event)

    def _previously(self, event: Event) -> str:
        if event.action not in PREVIOUS:
            return ""
        if event.action == lifecycle.MOVE.name:
            previous = self.categories.get(event.before.get("category"), "")
        else:
            previous = self._words(event, event.before)[PREVIOUS[event.action]]
        if event.action == lifecycle.CHANGE_SUBJECT.name:
            previous = _("“%(subject)s”") % {"subject": previous}
        return " " + _("(previously %(previous)s)") % {"previous": previous} if previous else ""

    def _words(self, event: Event, facts: dict[str, Any]) -> dict[str, str]:
        people = [facts.get("assignee"), facts.get("requester")]
        if event.action in (lifecycle.INVITE.name, lifecycle.REMOVE_GUEST.name):
            people = [*facts.get("guests", ()), *facts.get("removed", ())]
        named = [self.people[pk] for pk in people if pk in self.people]
        return {
            "name": ", ".join(named),
            "category": self.categories.get(facts.get("category"), _("another service")),
            "after": _value(event, facts),
            "date": _day(facts.get("resume_on")),
        }


def places_shown(ticket: Ticket, categories: Iterable[Any], reader: Any) -> dict[Any, str]:
    """Return the names of the categories that may be shown to a reader of the ticket, by id.

    That is where the ticket is now and what the catalogue shows this person; of a hidden category
    its service alone.
    """
    seen = Service.objects.visible_to(reader).values("pk")
    open_to_reader = Q(service=ticket.service_id) | Q(service__in=seen)
    found = Category.objects.filter(open_to_reader, pk__in=categories).select_related("service")
    managed = {row.service_id for row in access.manager_rows_of(reader)}
    return {
        category.pk: f"{category.service} › {category}"
        if not category.hidden
        or category.pk == ticket.category_id
        or category.service_id in managed
        else str(category.service)
        for category in found
    }


#: The acts whose sentence says what was there before, and the word for it.
PREVIOUS = {
    lifecycle.ASSIGN.name: "name",
    lifecycle.CHANGE_REQUESTER.name: "name",
    lifecycle.TAKE.name: "name",
    lifecycle.MOVE.name: "category",
    lifecycle.CHANGE_PRIORITY.name: "after",
    lifecycle.CHANGE_SUBJECT.name: "after",
}


def _people_in(facts: Iterable[dict[str, Any]]) -> set[Any]:
    people: set[Any] = set()
    for side in facts:
        people |= {side.get("assignee"), side.get("requester")}
        people |= {*side.get("guests", ()), *side.get("removed", ())}
    return people


def _value(event: Event, facts: dict[str, Any]) -> str:
    if event.action == lifecycle.CHANGE_PRIORITY.name and facts.get("priority"):
        return str(Priority(facts["priority"]).label)
    if event.action == lifecycle.CHANGE_VISIBILITY.name and facts.get("visibility"):
        return str(Visibility(facts["visibility"]).label)
    return str(facts.get("subject", ""))


def _day(iso: str | None) -> str:
    return format_date(date.fromisoformat(iso)) if iso else ""
