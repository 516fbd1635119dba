"""Opening a ticket, and the steps that follow when a ticket arrives in a service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.characters import clean_line, has_visible
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Priority, Visibility
from wagtail_helpdesk.models import (
    Category,
    Guest,
    PermanentGuest,
    Service,
    Ticket,
    TicketOrigin,
)

from .assignment_rules import choose_assignee
from .errors import NotPossible, NotYours, refuse_inactive
from .idempotency import EventBatch, SubmissionId
from .message_text import render_message, validate_message
from .participants import add_guests
from .registry import verb
from .transition import Change, insert_ticket, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.OPEN_TICKET)
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
    guests: Sequence[User] = (),
    page: Any = None,
    submission: SubmissionId = None,
) -> Ticket:
    """Open a ticket in a category, for oneself or, as a manager of the service, for another person.

    Permanent guests are invited and the assignment algorithm runs in the same batch. Priority and
    visibility default to those of the category. ``guests`` are invited by the author. ``page`` is
    the page of the site from which the ticket is opened. Raises ``NotYours`` when the author may
    not use the service or open tickets for others, ``NotPossible`` for the data.
    """
    assert isinstance(submission, EventBatch)  # noqa: S101 - given by @verb
    owner = requester or by
    check_opening(category, by, owner)
    ticket = build_ticket(category, by, owner, subject, priority, visibility)
    message = validate_message(render_message(text), lifecycle.OPEN_TICKET.message)
    insert_ticket(lifecycle.OPEN_TICKET, ticket, by, submission, message=message, files=files)
    if page is not None:
        TicketOrigin.objects.create(ticket=ticket, page=page)
    process_arrival(ticket, by=by, submission=submission)
    _invite_guests(ticket, guests, by=by, submission=submission)
    return ticket


def _invite_guests(
    ticket: Ticket, guests: Sequence[User], *, by: User, submission: EventBatch
) -> None:
    """Invite the people whom the author names, but the requester and permanent guests."""
    for user in guests:
        refuse_inactive("guests", user)
    if not guests:
        return
    present = {ticket.requester_id, *ticket.guests.values_list("user", flat=True)}
    if new := [user for user in dict.fromkeys(guests) if user.pk not in present]:
        transition(
            lifecycle.INVITE,
            ticket,
            by,
            lambda now, access: Change(facts=add_guests(now, new)),
            submission=submission,
        )


def check_opening(category: Category, by: User, requester: User) -> None:
    """Raise ``NotYours`` or ``NotPossible`` when a user may not open a ticket for a person."""
    if not Service.objects.visible_to(by).filter(pk=category.service_id).exists():
        raise NotYours
    if not Category.objects.open_to(by).filter(pk=category.pk).exists():
        raise NotPossible("category", _("This category does not accept tickets."))
    if requester == by:
        return
    if not Service.objects.managed_by(by).filter(pk=category.service_id).exists():
        raise NotYours
    refuse_inactive("requester", requester)


def build_ticket(
    category: Category,
    by: User,
    requester: User,
    subject: str,
    priority: int | None,
    visibility: str | None,
) -> Ticket:
    """Return a ticket that is not saved yet; raises ``NotPossible`` for its values."""
    if priority is None:
        priority = category.in_force("default_priority").value
    visibility = visibility or category.in_force("default_visibility").value
    if priority not in Priority.values:
        raise NotPossible("priority", _("This priority does not exist."))
    if visibility not in Visibility.values:
        raise NotPossible("visibility", _("This visibility does not exist."))
    return Ticket(
        category=category,
        service_id=category.service_id,
        requester=requester,
        creator=by,
        subject=validate_subject(subject),
        priority=priority,
        visibility=visibility,
    )


def validate_subject(subject: str) -> str:
    """Return a subject on one line; raises ``NotPossible`` when nothing of it is visible, or it is too long."""
    # It becomes a mail header: no line ends or other control characters.
    subject = clean_line(subject)
    if not has_visible(subject):
        raise NotPossible("subject", _("Please enter the subject of the ticket."))
    limit = helpdesk_settings.SUBJECT_MAX_LENGTH
    if len(subject) > limit:
        raise NotPossible(
            "subject", _("This subject is longer than %(limit)s characters.") % {"limit": limit}
        )
    return subject


def process_arrival(ticket: Ticket, *, by: User | None, submission: EventBatch) -> None:
    """Invite the permanent guests of a service in which an open ticket arrives, and assign it.

    The assignment algorithm runs if nobody is in charge, and never chooses ``by``.
    """
    invite_permanent_guests(ticket, submission=submission)
    run_assignment_algorithm(ticket, by=by, submission=submission)


def run_assignment_algorithm(ticket: Ticket, *, by: User | None, submission: EventBatch) -> None:
    """Assign a free ticket by the algorithm of its category, never to ``by``."""
    if ticket.assignee_id is None and (manager := choose_assignee(ticket.category, skip=by)):
        transition(
            lifecycle.ASSIGN,
            ticket,
            None,
            Change({"assignee": manager}),
            submission=submission,
        )


def invite_permanent_guests(ticket: Ticket, *, submission: EventBatch) -> None:
    """Invite the permanent guests of the ticket's service who are not on the ticket yet.

    The requester is left out, and permanent guests who were removed from this ticket before.
    """
    rows = list(PermanentGuest.objects.filter(service=ticket.service_id).select_related("user"))
    if not rows:
        return
    present = set(Guest.objects.filter(ticket=ticket).values_list("user", flat=True))
    present.add(ticket.requester_id)
    removed = _find_removals(ticket)
    users = [
        row.user
        for row in rows
        if row.user.is_active
        and row.user_id not in present
        # Removed from the ticket before the person became a permanent guest: invited again.
        and (row.user_id not in removed or removed[row.user_id] < row.created_at)
    ]
    if users:
        transition(
            lifecycle.INVITE,
            ticket,
            None,
            lambda now, access: Change(facts=add_guests(now, users, permanent=True)),
            submission=submission,
        )


def _find_removals(ticket: Ticket) -> dict[Any, datetime]:
    """Return when each person was last removed from the guests of the ticket."""
    return {
        guest: event.created_at
        for event in ticket.events.filter(action=lifecycle.REMOVE_GUEST.name)
        for guest in event.value_after("removed") or ()
    }
