"""What a person was notified of, with or without an e-mail: the list, the unread tickets, read marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.event_text import EventView, collect_people, describe_event
from wagtail_helpdesk.models import (
    Category,
    Event,
    Notification,
    OutgoingMail,
    Reason,
    Service,
    SkipReason,
    Subscription,
    Ticket,
)
from wagtail_helpdesk.names import get_display_names

#: Notifications on one page.
PAGE_SIZE = 50
#: Pages without a single visible notification that are skipped at once.
MAX_SKIPPED_PAGES = 5
#: The newest unread notifications among which tickets are counted, and the largest number of tickets.
MAX_SCANNED, MAX_UNREAD = 500, 100
#: Events shown of each ticket on a page; the others are counted.
MAX_SHOWN_EVENTS = 3
#: In seconds, for which the number of unread tickets is kept in the cache of the site.
COUNT_CACHED_FOR = 30


# -- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReceivedNotification:
    """One event that a person was notified of and may still read, in a sentence."""

    event: Event
    sentence: str
    reason: str
    unread: bool


@dataclass(slots=True)
class TicketNotifications:
    """What a person was notified of about one ticket, newest first."""

    ticket: Ticket
    items: list[ReceivedNotification] = field(default_factory=list)

    @property
    def is_unread(self) -> bool:
        """Whether anything of it is unread."""
        return any(item.unread for item in self.items)

    @property
    def newest(self) -> ReceivedNotification:
        """The last notification."""
        return self.items[0]

    @property
    def shown(self) -> list[ReceivedNotification]:
        """The last notifications, those that a page shows."""
        return self.items[:MAX_SHOWN_EVENTS]

    @property
    def rest(self) -> int:
        """How many notifications are not shown."""
        return max(0, len(self.items) - MAX_SHOWN_EVENTS)


@dataclass(frozen=True, slots=True)
class ReceivedPage:
    """One page of notifications by ticket; the keys of the newest one, and of the next page."""

    tickets: list[TicketNotifications]
    newest: int | None = None
    next_key: int | None = None


@dataclass(frozen=True, slots=True)
class _Row:
    """One notification of the window that a page reads."""

    pk: int
    event: int
    reason: str
    asked: bool
    unread: bool
    is_visible: bool


def load_received(user: Any, before: int | None = None, length: int = PAGE_SIZE) -> ReceivedPage:
    """Return the newest notifications of a user, by ticket, or those before a key.

    Only what the user may read now. A page reads ``length`` rows, whatever the user may see of them.
    """
    newest = None
    for _attempt in range(MAX_SKIPPED_PAGES):
        rows = _read_window(user, before, length + 1)
        more, rows = len(rows) > length, rows[:length]
        newest = newest or (rows[0].pk if rows else None)
        before = rows[-1].pk if more else None
        visible = [row for row in rows if row.is_visible]
        if visible or not more:
            return ReceivedPage(_group(user, visible), newest, before)
    return ReceivedPage([], newest, before)


def _read_window(user: Any, before: int | None, length: int) -> list[_Row]:
    rows = Notification.objects.filter(user=user)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    # The gate is asked about these rows only: it must not drive the order.
    visible = Event.objects.visible_to(user, own=False).filter(pk=OuterRef("event"))
    values = rows.annotate(is_visible=Exists(visible)).order_by("-pk")
    columns = ("pk", "event", "reason", "asked", "unread", "is_visible")
    return [_Row(*row) for row in values.values_list(*columns)[:length]]


def _group(user: Any, rows: Sequence[_Row]) -> list[TicketNotifications]:
    found = Event.objects.select_related("actor", "ticket__service", "ticket__category")
    events = found.defer("text", "html").in_bulk([row.event for row in rows])
    describer = ReceivedDescriber(user, list(events.values()))
    groups: dict[int, TicketNotifications] = {}
    for row in rows:
        event = events[row.event]
        group = groups.setdefault(event.ticket_id, TicketNotifications(event.ticket))
        sentence = describer.describe(event, asked=row.asked)
        reason = str(Reason(row.reason).label)
        group.items.append(ReceivedNotification(event, sentence, reason, row.unread))
    return list(groups.values())


def load_reported(mail: OutgoingMail, user: Any) -> list[TicketNotifications]:
    """Return what a report notifies its reader of, by ticket: what they may read and did not mute now."""
    found = mail.notifications.exclude(_is_hidden(user)).exclude(_is_muted(user))
    columns = ("pk", "event", "reason", "asked", "unread")
    newest = found.order_by("-event").values_list(*columns)[:MAX_SCANNED]
    return _group(user, [_Row(*(*row, True)) for row in newest])


def record_unreported(mail: OutgoingMail, user: Any) -> None:
    """Record on the notifications of a report why its reader does not find them in it."""
    mail.notifications.filter(_is_muted(user)).update(skipped=SkipReason.MUTED)
    mail.notifications.filter(_is_hidden(user)).update(skipped=SkipReason.NO_ACCESS)


def _is_hidden(user: Any) -> Q:
    visible = Event.objects.visible_to(user, own=False).filter(pk=OuterRef("event"))
    return Q(~Exists(visible))


def _is_muted(user: Any) -> Q:
    muted = Subscription.objects.filter(user=user, muted=True).values("ticket")
    return Q(event__ticket__in=muted)


class ReceivedDescriber:
    """Describes events of many tickets to one reader, with all names read in two statements."""

    def __init__(self, user: Any, events: Sequence[Event]) -> None:
        self.user = user
        facts = [side for event in events for side in (event.before, event.after)]
        self.people = get_display_names(collect_people(facts))
        categories = {side["category"] for side in facts if side.get("category")}
        self.categories = self._load_categories(categories) if categories else {}

    def _load_categories(self, keys: set[Any]) -> dict[Any, Category]:
        service = Service.objects.visible_to(self.user).filter(pk=OuterRef("service"))
        rows = Category.objects.filter(pk__in=keys).select_related("service")
        return rows.annotate(is_service_visible=Exists(service)).in_bulk()

    def _get_place(self, event: Event, key: Any) -> str:
        """Return the name of a category that the reader of the ticket may know, else an empty text."""
        category: Any = self.categories.get(key)
        if category is None:
            return ""
        if category.pk == event.ticket.category_id:
            return f"{category.service} › {category}"
        if category.service_id == event.ticket.service_id or category.is_service_visible:
            return str(category.service) if category.hidden else f"{category.service} › {category}"
        return ""

    def describe(self, event: Event, *, asked: bool) -> str:
        """Return what happened, in one sentence; ``asked`` is whether it put a question to the reader."""
        is_open = event.action == lifecycle.INVITE.name or (
            event.ticket.status == event.status_after
        )
        return describe_event(
            EventView(
                event=event,
                people=self.people,
                place=self._get_place(event, event.after.get("category")) or _("another service"),
                previous_place=self._get_place(event, event.before.get("category")),
                reader=self.user.pk,
                requester=event.ticket.requester_id,
                is_question=asked and is_open,
            )
        )


# -- unread --------------------------------------------------------------------------------------


def count_unread_tickets(user: Any) -> int:
    """Return how many tickets a user may read and has unread notifications of, at most ``MAX_UNREAD``.

    One statement, whose work does not grow with what is kept.
    """
    newest = Notification.objects.unread_by(user).order_by("-pk").values("event")[:MAX_SCANNED]
    visible = Event.objects.visible_to(user, own=False).filter(pk__in=newest)
    return visible.order_by().values("ticket").distinct()[:MAX_UNREAD].count()


def get_unread_count(user: Any) -> int:
    """Return the number of unread tickets, from the cache if it was counted some seconds ago."""
    key = _get_cache_key(user)
    count: int | None = cache.get(key)
    if count is None:
        count = count_unread_tickets(user)
        cache.set(key, count, COUNT_CACHED_FOR)
    return count


def mark_ticket_notifications_read(user: Any, number: int, last_event: int) -> None:
    """Mark as read what a user was notified of about a ticket, up to an event."""
    shown = Event.objects.filter(ticket=number, pk__lte=last_event).values("pk")
    _mark_read(user, event__in=shown)


def mark_notifications_read(user: Any, until: int) -> None:
    """Mark as read everything that a user was notified of, up to the key of a notification."""
    _mark_read(user, pk__lte=until)


def _mark_read(user: Any, **conditions: Any) -> None:
    Notification.objects.unread_by(user).filter(**conditions).update(unread=False)
    cache.delete(_get_cache_key(user))


def _get_cache_key(user: Any) -> str:
    return f"wagtail_helpdesk.unread.{user.pk}"
