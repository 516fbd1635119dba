"""The history of a ticket, as its reader sees it: a sentence, a message and files per event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from wagtail_helpdesk.event_text import EventDescriber
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import Attachment, Event, Ticket
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
    describer = EventDescriber(ticket, events, reader)
    files = _load_files(events)
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
