"""The conversation of a ticket: which messages are open, and which entries are folded into a line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.models import Ticket

from .history import History, HistoryEntry
from .readers import Reader

#: A conversation of so many messages is shown whole.
_SHORT = 2
#: Characters of the first folded message that its line shows.
_EXCERPT = 90


@dataclass(frozen=True)
class Fold:
    """Entries in one line that opens."""

    entries: list[HistoryEntry]
    is_requester: bool

    is_fold = True

    @cached_property
    def messages(self) -> list[HistoryEntry]:
        """The folded entries that have a message or files."""
        return [entry for entry in self.entries if not entry.is_line]

    @property
    def label(self) -> str:
        """What is folded: “Your request, 2 messages and 1 event”."""
        messages, parts = len(self.messages), []
        lines = len(self.entries) - messages
        if self.entries[0].event.action == lifecycle.OPEN_TICKET.name:
            parts.append(_("Your request") if self.is_requester else _("The request"))
            messages -= 1
        if messages:
            parts.append(
                ngettext("%(count)s message", "%(count)s messages", messages) % {"count": messages}
            )
        if lines:
            parts.append(ngettext("%(count)s event", "%(count)s events", lines) % {"count": lines})
        return get_text_list(parts, pgettext("before the last of a list", "and"))

    @property
    def excerpt(self) -> str:
        """The beginning of the first folded message, empty when no message is folded."""
        text = self.messages[0].event.text if self.messages else ""
        return Truncator(" ".join(text.split())).chars(_EXCERPT)


def build_conversation(
    ticket: Ticket, history: History, reader: Reader
) -> list[HistoryEntry | Fold]:
    """Return the blocks of a conversation in order: open messages, and folds of the rest.

    Open are the last message of another person and what follows, for managers with the message
    before it; of a free ticket the request as well. An older page of the history is open.
    """
    opened = _find_open(ticket, history, reader)
    blocks: list[HistoryEntry | Fold] = []
    for is_open, entries in _group(history.entries, opened):
        if is_open or (len(entries) == 1 and entries[0].is_line):
            blocks.extend(entries)
        else:
            blocks.append(Fold(entries, reader is Reader.REQUESTER))
    return blocks


def _find_open(ticket: Ticket, history: History, reader: Reader) -> set[int]:
    """Return the ids of the events whose messages are open."""
    messages = history.messages
    if not history.latest or len(messages) <= _SHORT:
        return {entry.event.pk for entry in messages}
    others = [place for place, entry in enumerate(messages) if not entry.is_mine]
    start = others[-1] if others else len(messages) - 1
    if reader is Reader.MANAGER:
        start = max(0, start - 1)
    opened = {entry.event.pk for entry in messages[start:]}
    if ticket.status == Status.FREE and reader is Reader.MANAGER:
        opened.add(messages[0].event.pk)
    return opened


def _group(
    entries: list[HistoryEntry], opened: set[int]
) -> Iterator[tuple[bool, list[HistoryEntry]]]:
    """Yield runs of entries with whether they are open."""
    folded: list[HistoryEntry] = []
    for entry in entries:
        if entry.event.pk not in opened:
            folded.append(entry)
            continue
        if folded:
            yield False, folded
            folded = []
        yield True, [entry]
    if folded:
        yield False, folded
