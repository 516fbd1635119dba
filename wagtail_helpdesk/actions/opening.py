"""Opening a ticket, and what follows when one arrives in a service."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.files import File
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.characters import clean_line, has_visible
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Priority, Visibility
from wagtail_helpdesk.models import (
    Category,
    Event,
    Guest,
    PermanentGuest,
    Service,
    Ticket,
    TicketOrigin,
)

from .assignment_rules import choose_assignee
from .errors import NotPossible, NotYours, refuse_inactive
from .idempotency import Submission, once
from .locking import get_locked, get_stored_value, serialise_value
from .message_text import RenderedMessage, render_message, validate_message
from .participants import add_guests
from .transition import append_event, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def open_ticket(
    category: Category,
    *,
    by: User,
    subject: str,
    text: str,
    requester: User | None = None,
    priority: int | None = None,
    visibility: str | None = None,
    files: Sequence[File] = (),
    page: Any = None,
    submission: uuid.UUID | None = None,
) -> Ticket:
    """Open a ticket in a category, for oneself or, as a manager of the service, for somebody else.

    Permanent guests are invited and the assignment algorithm runs in the same batch. Priority and
    visibility are those of the category unless given; ``page`` is the page of the site from which
    it is opened. Raises ``NotYours`` when the opener may not
    use the service or open for others, ``NotPossible`` for the data.
    """
    message, batch = render_message(text), Submission(submission)

    def before() -> Ticket | None:
        if submission is None:
            return None
        # There is no ticket to lock yet: the opener's own row keeps a double click in line.
        get_locked(get_user_model()._default_manager, by.pk)
        said = (validate_subject(subject), str(message))
        event = batch.done_before(lifecycle.OPEN_TICKET, by, said)
        return event.ticket if event else None

    def act() -> Ticket:
        asker = requester or by
        _check_opening(category, by, asker)
        ticket = _create(category, by, asker, subject, priority, visibility)
        if page is not None:
            TicketOrigin.objects.create(ticket=ticket, page=page)
        _record_opening(ticket, by, message, files, batch)
        process_arrival(ticket, by=by, submission=batch)
        return ticket

    return once(before, act)


def _check_opening(category: Category, by: User, requester: User) -> None:
    if not Service.objects.visible_to(by).filter(pk=category.service_id).exists():
        raise NotYours
    if not Category.objects.open_to(by).filter(pk=category.pk).exists():
        raise NotPossible("category", _("This category takes no tickets."))
    if requester == by:
        return
    if not Service.objects.managed_by(by).filter(pk=category.service_id).exists():
        raise NotYours
    refuse_inactive("requester", requester)


def _create(
    category: Category,
    by: User,
    requester: User,
    subject: str,
    priority: int | None,
    visibility: str | None,
) -> Ticket:
    if priority is None:
        priority = category.in_force("default_priority").value
    visibility = visibility or category.in_force("default_visibility").value
    if priority not in Priority.values:
        raise NotPossible("priority", _("This priority does not exist."))
    if visibility not in Visibility.values:
        raise NotPossible("visibility", _("This visibility does not exist."))
    return Ticket.objects.create(
        category=category,
        service_id=category.service_id,
        requester=requester,
        creator=by,
        subject=validate_subject(subject),
        priority=priority,
        visibility=visibility,
    )


def validate_subject(subject: str) -> str:
    """Return a subject on one line; raises ``NotPossible`` when nothing of it shows, or it is too long."""
    # It becomes a mail header: no line ends or other control characters, whatever their kind.
    subject = clean_line(subject)
    if not has_visible(subject):
        raise NotPossible("subject", _("Please enter the subject of the ticket."))
    limit = helpdesk_settings.SUBJECT_MAX_LENGTH
    if len(subject) > limit:
        raise NotPossible(
            "subject", _("This subject is longer than %(limit)s characters.") % {"limit": limit}
        )
    return subject


_OPENING = ("status", "category", "service", "requester", "priority", "subject", "visibility")


def _record_opening(
    ticket: Ticket, by: User, text: RenderedMessage, files: Sequence[File], batch: Submission
) -> None:
    message = validate_message(text, lifecycle.OPEN_TICKET.message)
    event = Event(
        ticket=ticket,
        action=lifecycle.OPEN_TICKET.name,
        actor=by,
        text=str(message),
        html=message.html,
        after={name: serialise_value(get_stored_value(ticket, name)) for name in _OPENING},
        batch=batch.id,
        position=batch.next_position(),
        created_at=ticket.created_at,
    )
    append_event(event, files)


def process_arrival(ticket: Ticket, *, by: User | None, submission: Submission) -> None:
    """Do what follows when an open ticket arrives in a service.

    Its permanent guests are invited; if nobody is in charge the algorithm may find somebody,
    never ``by``, who brought it.
    """
    invite_permanent_guests(ticket, submission=submission)
    run_assignment_algorithm(ticket, by=by, submission=submission)


def run_assignment_algorithm(ticket: Ticket, *, by: User | None, submission: Submission) -> None:
    """Let the algorithm of the category put somebody in charge of a free ticket, never ``by``."""
    if ticket.assignee_id is None and (manager := choose_assignee(ticket.category, skip=by)):
        transition(
            lifecycle.ASSIGN,
            ticket,
            None,
            lambda now, access: {"assignee": manager},
            submission=submission,
        )


def invite_permanent_guests(ticket: Ticket, *, submission: Submission) -> None:
    """Invite the permanent guests of the ticket's service who are not on the ticket yet.

    Not the requester, and not somebody who was removed by hand while a permanent guest.
    """
    present = set(Guest.objects.filter(ticket=ticket).values_list("user", flat=True))
    present |= {ticket.requester_id, *_removed_by_hand(ticket)}
    users = [
        row.user
        for row in PermanentGuest.objects.filter(service=ticket.service_id).select_related("user")
        if row.user.is_active and row.user_id not in present
    ]
    if users:
        transition(
            lifecycle.INVITE,
            ticket,
            None,
            lambda now, access: add_guests(now, users, permanent=True),
            submission=submission,
        )


def _removed_by_hand(ticket: Ticket) -> set[Any]:
    """Return the permanent guests whom somebody removed since they became permanent guests."""
    removed: dict[Any, Any] = {}
    for event in ticket.events.filter(action=lifecycle.REMOVE_GUEST.name):
        for guest in event.after.get("removed", ()):
            removed[guest] = event.created_at
    if not removed:
        return set()
    still = PermanentGuest.objects.filter(service=ticket.service_id, user__in=removed)
    return {row.user_id for row in still if row.created_at <= removed[row.user_id]}
