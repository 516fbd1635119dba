"""The history of a ticket, as its reader sees it: a sentence, a message and files per event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.dates import format_datetime
from wagtail_helpdesk.event_text import EventDescriber, describe_event
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import Attachment, Event, Ticket
from wagtail_helpdesk.portal import labels
from wagtail_helpdesk.portal.avatars import Avatar, make_avatar

from .guests import load_guests
from .own_event_text import describe_own_event
from .relative_time import format_ago, format_ago_in_sentence

#: Entries of a history shown at once.
MAX_ENTRIES = 30
#: Actions that say no more than that a message was written.
_PLAIN_MESSAGES = frozenset(
    {lifecycle.OPEN_TICKET.name, lifecycle.COMMENT.name, lifecycle.NOTE.name}
)
#: Facts of an event that hold the number of another ticket.
_OTHER_TICKET_FACTS = ("merged_into", "merged_from", "linked_to", "split_into", "split_from")


@dataclass(frozen=True, slots=True)
class FileLink:
    """An attached file as the history shows it."""

    pk: int
    slug: str
    name: str
    size: str
    icon: str


@dataclass
class HistoryEntry:
    """One event as its reader sees it."""

    event: Event
    sentence: str
    author: str
    #: How long ago it was, the full date, and the same for machines.
    when: str
    full_date: str
    stamp: str
    by_requester: bool
    #: Whether the reader wrote it.
    is_mine: bool = False
    #: What the author is to the ticket, empty when there is nothing to say.
    relation: str = ""
    files: list[FileLink] = field(default_factory=list)
    #: The ticket that a merge, a link or a split leads to, None where the reader cannot see it.
    other_ticket: int | None = None

    #: Entries stand beside ``Fold``s in a conversation.
    is_fold = False

    @property
    def when_in_sentence(self) -> str:
        """How long ago it was, as it follows a verb."""
        return format_ago_in_sentence(self.event.created_at, timezone.now())

    @property
    def name(self) -> str:
        """The author as the heading of the message names them."""
        return _("You") if self.is_mine else self.author

    @property
    def avatar(self) -> Avatar:
        """The initials of the author."""
        return make_avatar(self.event.actor_id, self.author)

    @property
    def what_was_done(self) -> str:
        """What the author did besides writing, to be read after their name; else empty."""
        if self.event.action in _PLAIN_MESSAGES and "split_from" not in self.event.after:
            return ""
        return self.sentence.removeprefix(f"{self.name} ").removesuffix(".")

    @property
    def summary(self) -> str:
        """The sentence without its full stop: the time follows it on its line."""
        return self.sentence.removesuffix(".")

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

    @cached_property
    def messages(self) -> list[HistoryEntry]:
        """The entries that have a message or files."""
        return [entry for entry in self.entries if not entry.is_line]

    def find_last(self, action: lifecycle.Action) -> HistoryEntry | None:
        """Return the newest entry of an action, None when none is shown."""
        entries = (entry for entry in reversed(self.entries) if entry.event.action == action.name)
        return next(entries, None)

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
    files, now = _load_files(events), timezone.now()
    others = _find_other_tickets(events, reader)
    return [
        HistoryEntry(
            event=event,
            sentence=_describe(describer, event, reader),
            author=describer.get_author(event),
            when=format_ago(event.created_at, now),
            full_date=format_datetime(event.created_at),
            stamp=labels.format_timestamp(event.created_at),
            by_requester=event.actor_id == ticket.requester_id,
            is_mine=event.actor_id == reader.pk,
            relation=_describe_relation(ticket, event.actor_id),
            files=files[event.pk],
            other_ticket=others.get(event.pk),
        )
        for event in events
    ]


def _find_other_tickets(events: Iterable[Event], reader: Any) -> dict[int, int]:
    """Return the tickets that events lead to and that the reader can see, by the id of the event."""
    named = {
        event.pk: event.after[fact]
        for event in events
        for fact in _OTHER_TICKET_FACTS
        if fact in event.after
    }
    if not named:
        return {}
    found = Ticket.objects.visible_to(reader).filter(pk__in=named.values())
    visible = set(found.values_list("pk", flat=True))
    return {event: number for event, number in named.items() if number in visible}


def _describe(describer: EventDescriber, event: Event, reader: Any) -> str:
    view = describer.build_view(event)
    own = describe_own_event(view) if event.actor_id == reader.pk else ""
    return own or describe_event(view)


def _describe_relation(ticket: Ticket, actor: Any) -> str:
    if actor is None:
        return ""
    if actor == ticket.requester_id:
        return _("requester")
    if actor == ticket.assignee_id:
        return _("manager")
    is_guest = any(guest.user_id == actor for guest in load_guests(ticket))
    return _("guest") if is_guest else ""


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
                icon="image" if attachment.content_type.startswith("image/") else "document",
            )
        )
    return files
