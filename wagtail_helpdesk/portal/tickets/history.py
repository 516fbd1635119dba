"""The history of a ticket: what a reader sees of each event, in a sentence and its message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wagtail_helpdesk.event_text import EventDescriber
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import Attachment, Event, Ticket
from wagtail_helpdesk.portal import labels

#: Entries of a ticket shown at once.
LENGTH = 30


@dataclass(frozen=True, slots=True)
class FileLink:
    """An attached file as the history shows it."""

    path: str
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
        """Whether only managers read it."""
        return self.event.audience == Audience.MANAGERS

    @property
    def is_narrow(self) -> bool:
        """Whether guests and viewers are left out."""
        return self.event.audience == Audience.REQUESTER

    @property
    def is_line(self) -> bool:
        """Whether it says nothing but its sentence."""
        return not self.event.text and not self.files


@dataclass(frozen=True)
class History:
    """The entries a page shows, oldest first, and whether there are earlier ones."""

    entries: list[HistoryEntry]
    earlier: bool
    latest: bool

    @property
    def first(self) -> int:
        """The oldest event shown: what "earlier" continues from."""
        return self.entries[0].event.pk if self.entries else 0

    @property
    def last(self) -> int:
        """The newest event shown: what a form says its author has seen."""
        return self.entries[-1].event.pk if self.entries else 0


def load_history(ticket: Ticket, reader: Any, before: int | None = None) -> History:
    """Return the last entries that somebody may read of a ticket, or the last before an event."""
    readable = Event.objects.of(ticket, reader)
    if before is not None:
        readable = readable.filter(pk__lt=before)
    found = list(readable.select_related("actor").order_by("-pk")[: LENGTH + 1])
    entries = _entries(ticket, found[:LENGTH][::-1], reader)
    return History(entries, earlier=len(found) > LENGTH, latest=before is None)


def load_news(ticket: Ticket, reader: Any, seen: int) -> list[HistoryEntry]:
    """Return the last of what happened on a ticket since the event that somebody saw, oldest first."""
    news = ticket.events.visible_to(reader).filter(pk__gt=seen).select_related("actor")
    return _entries(ticket, list(news.order_by("-pk")[:LENGTH])[::-1], reader)


def find_last_event_id(ticket: Ticket, reader: Any) -> int:
    """Return the newest event that somebody may read of a ticket."""
    newest = ticket.events.visible_to(reader).order_by("-pk").values_list("pk", flat=True)
    return newest.first() or 0


def _entries(ticket: Ticket, events: Sequence[Event], reader: Any) -> list[HistoryEntry]:
    describer = EventDescriber(ticket, events, reader)
    files = _files(events)
    return [
        HistoryEntry(
            event=event,
            sentence=describer.describe(event),
            author=describer.get_author(event),
            when=labels.format_relative_time(event.created_at),
            stamp=labels.format_timestamp(event.created_at),
            by_requester=event.actor_id == ticket.requester_id,
            files=files[event.pk],
        )
        for event in events
    ]


def _files(events: Iterable[Event]) -> dict[int, list[FileLink]]:
    """Return the files of these messages: whoever reads a message reads its files."""
    files: dict[int, list[FileLink]] = defaultdict(list)
    for attachment in Attachment.objects.filter(event__in=events):
        files[attachment.event_id].append(
            FileLink(
                path=f"files/{attachment.pk}/{labels.make_file_slug(attachment.name)}/",
                name=attachment.name,
                size=labels.format_size(attachment.size),
            )
        )
    return files
