"""What the mails about one ticket have in common, read once for many readers; and the check of each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess, readable_audiences
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.mailqueue.addresses import find_owners
from wagtail_helpdesk.models import (
    Attachment,
    Category,
    Event,
    Notification,
    OutgoingMail,
    Reason,
    Service,
    SkipReason,
    State,
    Ticket,
)
from wagtail_helpdesk.models.inheritance import may_be_alerted
from wagtail_helpdesk.names import get_display_names

from .confidentiality import find_confidential_services, find_moved_out
from .recipient_data import RecipientData, acts_of, surroundings_of
from .recipient_rules import TicketChange, decision

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: Acts that can take a ticket away from somebody, who learns of it by one farewell.
DEPRIVING = (lifecycle.MOVE, lifecycle.CHANGE_REQUESTER)


@dataclass(frozen=True, slots=True)
class MailItem:
    """One event that a mail tells, and why its reader hears of it."""

    event: Event
    act: TicketChange
    reason: Reason
    asked: bool = False


@dataclass
class Checked:
    """What is left of a mail once rights and preferences were read again."""

    access: TicketAccess = field(default_factory=TicketAccess)
    told: list[MailItem] = field(default_factory=list)
    access_lost: MailItem | None = None
    skipped: dict[int, SkipReason] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.told and self.access_lost is None

    @property
    def strongest(self) -> MailItem:
        """The event whose reason the mail gives."""
        order = list(Reason)
        return min(self.told, key=lambda told: order.index(told.reason))


@dataclass
class MailContext:
    """One ticket with the events that mails are about to tell, and the people around it."""

    ticket: Ticket
    events: dict[int, Event]
    acts: dict[int, TicketChange]
    data: RecipientData
    readers: Collection[int]
    #: Whether the mail carries the link alone, whatever the service.
    withholds: bool = False
    _seen: dict[int, frozenset[int]] = field(default_factory=dict)

    def withholding(self) -> Self:
        """Return the same for a reader who gets the link alone."""
        return replace(self, withholds=True)

    @classmethod
    def of(cls, number: int, events: Collection[int], users: Collection[int]) -> Self:
        """Read what mails about these events need, for these readers."""
        ticket = Ticket.objects.select_related("category", "service__site", "requester").get(
            pk=number
        )
        rows = Event.objects.filter(pk__in=events).select_related("actor").order_by("pk")
        found = {event.pk: event for event in rows}
        acts = acts_of(ticket, list(found.values()))
        return cls(
            ticket,
            found,
            dict(zip(found, acts, strict=True)),
            surroundings_of(ticket, acts, only=users),
            users,
        )

    def check_for(self, user: User, notifications: Iterable[Notification]) -> Checked:
        """Decide again, now that the mail is about to leave, what of it may be told to a person.

        One statement answers both what they may read and what they may do: the standing comes from the
        conditions that ``visible_to`` is made of.
        """
        checked = Checked(self.ticket.access_of(user))
        readable = readable_audiences(checked.access.roles)
        for notification in notifications:
            self._check(checked, user, notification, readable)
        return checked

    def _check(
        self,
        checked: Checked,
        user: User,
        notification: Notification,
        readable: Collection[Audience],
    ) -> None:
        event, act = self.events[notification.event_id], self.acts[notification.event_id]
        answer = decision(act, self.data.person(act, user.pk))
        told = MailItem(
            event, act, Reason(notification.reason), notification.asked and self._waits(act)
        )
        may_read = event.audience in readable
        if answer is None:
            why = SkipReason.SWITCHED_OFF if may_read else SkipReason.NO_ACCESS
            checked.skipped[notification.pk] = why
        elif answer.skipped and not notification.asked:
            checked.skipped[notification.pk] = answer.skipped
        elif may_read:
            checked.told.append(told)
        elif _is_farewell(told) and act.after.service in self.services:
            checked.access_lost = told
        else:
            checked.skipped[notification.pk] = SkipReason.NO_ACCESS

    def _waits(self, act: TicketChange) -> bool:
        """Tell whether what an act asks still waits for its answer; an invitation always does."""
        return act.action is lifecycle.INVITE or self.ticket.status == act.after.status

    def check_for_mailbox(self, address: str, notifications: Iterable[Notification]) -> Checked:
        """The same for an extra address: still that of the category, and open to whoever reads it."""
        checked = Checked()
        in_force = self.ticket.category.in_force("alert_address").value == address
        hears = in_force and _may_hear(address, self.ticket)
        for notification in notifications:
            event = self.events[notification.event_id]
            if hears and event.audience == Audience.EVERYONE:
                checked.told.append(MailItem(event, self.acts[event.pk], Reason.MAILBOX))
            else:
                checked.skipped[notification.pk] = SkipReason.NO_ACCESS
        return checked

    # -- mails before ----------------------------------------------------------------------------

    @cached_property
    def _mails(self) -> list[tuple[int | None, str, int, str]]:
        rows = OutgoingMail.objects.filter(
            ticket=self.ticket, state__in=[State.SENT, State.UNCERTAIN]
        ).filter(Q(user__in=self.readers) | ~Q(address=""))
        return list(rows.order_by("pk").values_list("user", "address", "pk", "message_id"))

    def mails_before(self, mail: OutgoingMail) -> list[str]:
        """Return the mails about the ticket that the same reader got before, as ids, in order."""
        reader = (mail.user_id, mail.address)
        return [
            message_id
            for user, address, pk, message_id in self._mails
            if (user, address) == reader and pk < mail.pk
        ]

    # -- confidential services ------------------------------------------------------------------

    @cached_property
    def _confidential(self) -> frozenset[int]:
        return find_confidential_services()

    @cached_property
    def _moved_out(self) -> int | None:
        """The event by which the ticket first left a confidential service."""
        return find_moved_out([self.ticket.pk], self._confidential).get(self.ticket.pk)

    @property
    def hides_subject(self) -> bool:
        """Whether the ticket is, or has been, where mails carry no content."""
        confidential = self.ticket.service_id in self._confidential
        return self.withholds or confidential or self._moved_out is not None

    def hides(self, act: TicketChange) -> bool:
        """Tell whether mails carry no content of an act: for where the ticket is, or was then."""
        services = {self.ticket.service_id, act.after.service}
        if act.before is not None:
            services.add(act.before.service)
        return self.withholds or not self._confidential.isdisjoint(services)

    def hid_subject(self, told: MailItem) -> bool:
        """The same as ``hides_subject``, at the moment of an act: for whom it took the ticket from."""
        before, after = told.act.before or told.act.after, told.act.after
        left = self._moved_out is not None and self._moved_out <= told.event.pk
        return left or not self._confidential.isdisjoint({before.service, after.service})

    # -- names ---------------------------------------------------------------------------------

    @cached_property
    def people(self) -> dict[int, str]:
        """The names of everybody whom the events mention, by id."""
        mentioned: set[Any] = {self.ticket.requester_id, self.ticket.creator_id}
        for act in self.acts.values():
            for moment in filter(None, (act.before, act.after)):
                mentioned |= {moment.requester, moment.assignee}
        for event in self.events.values():
            for key in ("guests", "removed"):
                mentioned.update(event.after.get(key, ()))
        return get_display_names(mentioned)

    def names(self, users: Sequence[int]) -> str:
        """Return the names of people, in a list to be read."""
        return ", ".join(self.people[user] for user in users if user in self.people)

    @cached_property
    def categories(self) -> dict[int, Category]:
        """The categories where the acts left the ticket, by id; without those deleted since."""
        return Category.objects.in_bulk({act.after.category for act in self.acts.values()})

    @cached_property
    def services(self) -> dict[int, Service]:
        """The same for the services."""
        services = Service.objects.select_related("site")
        return services.in_bulk({act.after.service for act in self.acts.values()})

    @cached_property
    def permanent_guests(self) -> frozenset[int]:
        """The readers who are permanent guests of the ticket's service now."""
        guests = self.ticket.service.permanent_guests.filter(user__in=self.readers)
        return frozenset(guests.values_list("user", flat=True))

    def left_place(self, told: MailItem) -> Category | Service:
        """Return where the ticket was when an act took it from somebody; of confidential services no category."""
        left = told.act.before or told.act.after
        category = Category.objects.select_related("service").filter(pk=left.category).first()
        if category is not None and not category.service.confidential:
            return category
        return category.service if category else self.services[told.act.after.service]

    def shows_service(self, service: Service, user: Any, *, is_reader: bool = True) -> bool:
        """Return whether a mail may name a service: one that its reader sees, or where the ticket is.

        ``is_reader`` is false for people who can no longer read the ticket.
        """
        if is_reader and service.pk == self.ticket.service_id:
            return True
        return user is not None and service.pk in self._services_seen(user)

    def _services_seen(self, user: Any) -> frozenset[int]:
        if user.pk not in self._seen:
            visible = Service.objects.visible_to(user).filter(pk__in=self.services)
            self._seen[user.pk] = frozenset(visible.values_list("pk", flat=True))
        return self._seen[user.pk]

    @cached_property
    def files(self) -> dict[int, list[str]]:
        """The names of the files attached to each event."""
        names: dict[int, list[str]] = {}
        rows = Attachment.objects.filter(event__in=self.events).order_by("pk")
        for event, name in rows.values_list("event", "name"):
            names.setdefault(event, []).append(name)
        return names


def _may_hear(address: str, ticket: Ticket) -> bool:
    """Tell whether an extra address may be told of a ticket: not when it is only of people who may
    not read it, such as somebody who had named their own and left, nor outside the allowed domains.
    """
    owners = list(find_owners(address))
    if not owners:
        return may_be_alerted(address)
    return any(ticket.access_of(owner).roles for owner in owners)


def _is_farewell(told: MailItem) -> bool:
    return told.act.action in DEPRIVING and told.reason in (
        Reason.WAS_REQUESTER,
        Reason.WAS_IN_CHARGE,
    )
