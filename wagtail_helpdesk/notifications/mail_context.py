"""What the mails about one ticket have in common, loaded once; and the check of each before sending."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess, get_readable_audiences
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.mailqueue.addresses import MailReader, find_users_by_email
from wagtail_helpdesk.models import (
    Attachment,
    Category,
    Event,
    MailState,
    Notification,
    OutgoingMail,
    Reason,
    Service,
    SkipReason,
    Ticket,
)
from wagtail_helpdesk.models.inheritance import may_be_alerted
from wagtail_helpdesk.names import get_display_names

from .confidentiality import find_confidential_services, find_moved_out
from .recipient_data import RecipientData, load_changes, load_recipient_data
from .recipient_rules import TicketChange, decide

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Actions that can end a person's access to a ticket: that person gets one last mail.
ACCESS_ENDING_ACTIONS = (lifecycle.MOVE, lifecycle.CHANGE_REQUESTER)


@dataclass(frozen=True, slots=True)
class MailItem:
    """One event in a mail, and why its reader is notified of it."""

    event: Event
    change: TicketChange
    reason: Reason
    asked: bool = False


@dataclass
class CheckedMail:
    """What remains of a mail after permissions and preferences were checked again."""

    access: TicketAccess = field(default_factory=TicketAccess)
    items: list[MailItem] = field(default_factory=list)
    access_lost: MailItem | None = None
    skipped: dict[int, SkipReason] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.items and self.access_lost is None

    @property
    def strongest(self) -> MailItem:
        """The item whose reason is printed in the mail."""
        return find_strongest(self.items)


def find_strongest(items: Sequence[MailItem]) -> MailItem:
    """Return the item with the strongest reason, in the order of ``Reason``."""
    order = list(Reason)
    return min(items, key=lambda item: order.index(item.reason))


@dataclass
class MailContext:
    """One ticket with the events that mails report, and the people around it."""

    ticket: Ticket
    events: dict[int, Event]
    changes: dict[int, TicketChange]
    data: RecipientData
    readers: Collection[int]
    #: Whether the mail has the link only, whatever the service.
    withholds: bool = False
    _visible_services: dict[int, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def load(cls, number: int, events: Collection[int], users: Collection[int]) -> Self:
        """Load what mails about these events need, for these readers."""
        ticket = Ticket.objects.select_related("category", "service__site", "requester").get(
            pk=number
        )
        rows = Event.objects.filter(pk__in=events).select_related("actor").order_by("pk")
        found = {event.pk: event for event in rows}
        changes = load_changes(ticket, list(found.values()))
        return cls(
            ticket,
            found,
            dict(zip(found, changes, strict=True)),
            load_recipient_data(ticket, changes, only=users),
            users,
        )

    def withhold(self) -> Self:
        """Return the same context for a reader who gets the link only."""
        return replace(self, withholds=True)

    def check(
        self, user: User | None, email: str, notifications: Iterable[Notification]
    ) -> CheckedMail:
        """Return what a mail that is about to be sent may contain, for a user or else a mailbox."""
        if user is None:
            return self._check_for_mailbox(email, notifications)
        return self._check_for_user(user, notifications)

    def _check_for_user(self, user: User, notifications: Iterable[Notification]) -> CheckedMail:
        # One statement answers both what the user may read and what they may do: their access is
        # made of the conditions of ``visible_to``.
        checked = CheckedMail(self.ticket.access_of(user))
        readable = get_readable_audiences(checked.access.roles)
        for notification in notifications:
            self._check_notification(checked, user, notification, readable)
        return checked

    def _check_notification(
        self,
        checked: CheckedMail,
        user: User,
        notification: Notification,
        readable: Collection[Audience],
    ) -> None:
        event = self.events[notification.event_id]
        change = self.changes[notification.event_id]
        decision = decide(change, self.data.get_person(change, user.pk))
        item = MailItem(
            event,
            change,
            Reason(notification.reason),
            notification.asked and self._is_unanswered(change),
        )
        may_read = event.audience in readable
        if decision is None:
            reason = SkipReason.SWITCHED_OFF if may_read else SkipReason.NO_ACCESS
            checked.skipped[notification.pk] = reason
        elif decision.skipped not in (None, SkipReason.IN_REPORT) and not notification.asked:
            # Who chose the report since then still gets this one: no report has it.
            checked.skipped[notification.pk] = decision.skipped
        elif may_read:
            checked.items.append(item)
        elif _ended_access(item) and change.after.service in self.services:
            checked.access_lost = item
        else:
            checked.skipped[notification.pk] = SkipReason.NO_ACCESS

    def _is_unanswered(self, change: TicketChange) -> bool:
        """Return whether the question of an event is still open; an invitation always is."""
        return change.action is lifecycle.INVITE or self.ticket.status == change.after.status

    def _check_for_mailbox(self, email: str, notifications: Iterable[Notification]) -> CheckedMail:
        checked = CheckedMail()
        in_force = self.ticket.category.in_force("alert_address").value == email
        may_read = in_force and _may_mailbox_read(email, self.ticket)
        for notification in notifications:
            event = self.events[notification.event_id]
            if may_read and event.audience == Audience.EVERYONE:
                checked.items.append(MailItem(event, self.changes[event.pk], Reason.MAILBOX))
            else:
                checked.skipped[notification.pk] = SkipReason.NO_ACCESS
        return checked

    # -- previous mails ------------------------------------------------------------------------

    @cached_property
    def _sent_mails(self) -> list[tuple[int | None, str, int, str]]:
        rows = OutgoingMail.objects.filter(
            ticket=self.ticket, state__in=[MailState.SENT, MailState.UNCERTAIN]
        ).filter(Q(user__in=self.readers) | ~Q(email=""))
        return list(rows.order_by("pk").values_list("user", "email", "pk", "message_id"))

    def list_previous_mails(self, mail: OutgoingMail) -> list[str]:
        """Return the message ids of earlier mails about the ticket to the same reader, in order."""
        reader = (mail.user_id, mail.email)
        return [
            message_id
            for user, email, pk, message_id in self._sent_mails
            if (user, email) == reader and pk < mail.pk
        ]

    # -- confidential services -----------------------------------------------------------------

    @cached_property
    def _confidential(self) -> frozenset[int]:
        return find_confidential_services()

    @cached_property
    def _moved_out(self) -> int | None:
        """The event by which the ticket first left a confidential service."""
        return find_moved_out([self.ticket.pk], self._confidential).get(self.ticket.pk)

    @property
    def hides_subject(self) -> bool:
        """Whether the ticket is, or was, in a service whose mails have no content."""
        confidential = self.ticket.service_id in self._confidential
        return self.withholds or confidential or self._moved_out is not None

    def hides(self, change: TicketChange) -> bool:
        """Return whether mails have no content of an event: for where the ticket is, or was then."""
        services = {self.ticket.service_id, change.after.service}
        if change.before is not None:
            services.add(change.before.service)
        return self.withholds or not self._confidential.isdisjoint(services)

    def hid_subject(self, item: MailItem) -> bool:
        """Return what ``hides_subject`` was at an event: for readers who lost the ticket by it."""
        before, after = item.change.before or item.change.after, item.change.after
        left = self._moved_out is not None and self._moved_out <= item.event.pk
        return left or not self._confidential.isdisjoint({before.service, after.service})

    # -- names ---------------------------------------------------------------------------------

    @cached_property
    def people(self) -> dict[int, str]:
        """The names of the users that the events mention, by id."""
        mentioned: set[Any] = {
            self.ticket.requester_id,
            self.ticket.creator_id,
            self.ticket.assignee_id,
        }
        for change in self.changes.values():
            for snapshot in filter(None, (change.before, change.after)):
                mentioned |= {snapshot.requester, snapshot.assignee}
        for event in self.events.values():
            for key in ("guests", "removed"):
                mentioned.update(event.after.get(key, ()))
        return get_display_names(mentioned)

    @cached_property
    def categories(self) -> dict[int, Category]:
        """The categories where the events left the ticket, by id; without those deleted since."""
        return Category.objects.in_bulk({one.after.category for one in self.changes.values()})

    @cached_property
    def services(self) -> dict[int, Service]:
        """The services where the events left the ticket, by id; without those deleted since."""
        services = Service.objects.select_related("site")
        return services.in_bulk({one.after.service for one in self.changes.values()})

    def get_place(self, change: TicketChange, reader: MailReader) -> str:
        """Return the name of the service and category where an event left the ticket.

        Of a confidential service no category. A service that the reader does not see is not named,
        unless the ticket is there now.
        """
        service = self.services.get(change.after.service)
        category = self.categories.get(change.after.category)
        if service is None:
            return _("a service that no longer exists")
        if not self.may_name_service(service, reader.user):
            return _("another service")
        if category is None or service.confidential or self.ticket.service.confidential:
            return str(service)
        return f"{service} › {category}"

    def get_former_place(self, item: MailItem) -> Category | Service:
        """Return where the ticket was before an event; of a confidential service no category."""
        before = item.change.before or item.change.after
        rows = Category.objects.select_related("service")
        category = rows.filter(pk=before.category).first()
        if category is None:
            return self.services[item.change.after.service]
        return category.service if category.service.confidential else category

    def may_name_service(self, service: Service, user: Any, *, is_reader: bool = True) -> bool:
        """Return whether a mail may name a service: one the user sees, or where the ticket is.

        ``is_reader`` is false for a user who can no longer read the ticket.
        """
        if is_reader and service.pk == self.ticket.service_id:
            return True
        return user is not None and service.pk in self._find_visible_services(user)

    def _find_visible_services(self, user: Any) -> frozenset[int]:
        if user.pk not in self._visible_services:
            visible = Service.objects.visible_to(user).filter(pk__in=self.services)
            self._visible_services[user.pk] = frozenset(visible.values_list("pk", flat=True))
        return self._visible_services[user.pk]

    @cached_property
    def permanent_guests(self) -> frozenset[int]:
        """The readers who are permanent guests of the ticket's service now."""
        guests = self.ticket.service.permanent_guests.filter(user__in=self.readers)
        return frozenset(guests.values_list("user", flat=True))

    @cached_property
    def opening(self) -> Event | None:
        """The event that opened the ticket: it has the request that some mails quote."""
        return self.ticket.events.filter(action=lifecycle.OPEN_TICKET.name).order_by("pk").first()

    @cached_property
    def files(self) -> dict[int, list[str]]:
        """The names of the files attached to each event."""
        names: dict[int, list[str]] = {}
        rows = Attachment.objects.filter(event__in=self.events).order_by("pk")
        for event, name in rows.values_list("event", "name"):
            names.setdefault(event, []).append(name)
        return names


def _may_mailbox_read(email: str, ticket: Ticket) -> bool:
    """Return whether a mailbox may be notified of a ticket.

    Not when it only belongs to users who may not read the ticket, such as a former manager who had
    entered their own e-mail address, nor when it belongs to no account and is outside the allowed
    domains.
    """
    owners = list(find_users_by_email(email))
    if not owners:
        return may_be_alerted(email)
    return any(ticket.access_of(owner).roles for owner in owners)


def _ended_access(item: MailItem) -> bool:
    return item.change.action in ACCESS_ENDING_ACTIONS and item.reason in (
        Reason.WAS_REQUESTER,
        Reason.WAS_IN_CHARGE,
    )
