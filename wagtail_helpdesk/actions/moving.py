"""Transferring a ticket to another category or service (guide I.6)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Privilege, Role, Status
from wagtail_helpdesk.models import Category, Event, Service, ServiceManager, Ticket

from .errors import NotPossible
from .idempotency import EventBatch, SubmissionId
from .opening import process_arrival, run_assignment_algorithm
from .participants import add_guests, remove_guest
from .registry import verb
from .transition import Change, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.MOVE)
def move(
    ticket: Ticket,
    *,
    by: User | None,
    to: Category,
    become_guest: bool = False,
    release: bool = False,
    without: Sequence[User] = (),
    ordered_by: User | None = None,
    text: str = "",
    files: Sequence[File] = (),
    submission: SubmissionId = None,
) -> Event:
    """Transfer the ticket to a category of its service or of another.

    * ``become_guest``: the author becomes a guest, unless they manage the target service.
    * ``release``: an author who is in charge no longer is.
    * ``without``: guests to remove.
    * ``ordered_by``: the person who empties a category or service; ``by`` is None then.

    Raises ``NotPossible("to", …)`` when the ticket cannot be transferred to the category.
    """
    assert isinstance(submission, EventBatch)  # noqa: S101 - given by @verb
    for guest in ticket.guests.filter(user__in=without).select_related("user"):
        # A copy: a removal brings its ticket up to date, but the transfer must compare the version
        # that the page showed.
        remove_guest(copy(ticket), by=by, user=guest.user, submission=submission)

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        _check_target(now, to, by, access)
        fields: dict[str, Any] = {"category": to, "service": to.service}
        if (release and Role.IN_CHARGE in access.roles) or not _keeps_manager(now, to):
            fields["assignee"] = None
        if now.status == Status.CLOSED:
            fields["awaiting_since"] = timezone.now()
        stays = become_guest and by is not None and may_become_guest(now, to, by)
        return Change(fields, facts=add_guests(now, [by]) if by and stays else {})

    service = ticket.service_id
    event = transition(
        lifecycle.MOVE, ticket, by, compute_change,
        text=text, files=files, submission=submission, ordered_by=ordered_by,
    )  # fmt: skip
    if ticket.is_open and ticket.service_id != service:
        process_arrival(ticket, by=by or ordered_by, submission=submission)
    elif ticket.is_open:
        run_assignment_algorithm(ticket, by=by or ordered_by, submission=submission)
    return event


def find_move_targets(ticket: Ticket, by: User) -> QuerySet[Category]:
    """Return the categories to which a person may transfer the ticket.

    They take tickets and belong to services that the person manages or, with the privilege to move
    anywhere, to services open to the person or to the requester.
    """
    return _find_targets(ticket, by, ticket.access_of(by))


def _find_targets(ticket: Ticket, by: User, access: TicketAccess) -> QuerySet[Category]:
    services = Service.objects.managed_by(by)
    reachable = Q(service__in=services.values("pk"))
    if Privilege.MOVE_ANYWHERE in access.privileges:
        for person in (by, ticket.requester):
            reachable |= Q(service__in=Service.objects.visible_to(person).values("pk"))
    return Category.objects.filter(reachable, takes_tickets=True, service__enabled=True).exclude(
        pk=ticket.category_id
    )


def _check_target(now: Ticket, to: Category, by: User | None, access: TicketAccess) -> None:
    if to.pk == now.category_id:
        raise NotPossible("to", _("The ticket is already in this category."))
    if not (to.takes_tickets and to.service.enabled):
        raise NotPossible("to", _("This category does not accept tickets."))
    if by is not None and not _find_targets(now, by, access).filter(pk=to.pk).exists():
        raise NotPossible("to", _("You cannot transfer tickets to this category."))


def _keeps_manager(now: Ticket, to: Category) -> bool:
    if to.service_id == now.service_id:
        return True
    return ServiceManager.objects.filter(
        service=to.service_id, user=now.assignee_id, user__is_active=True
    ).exists()


def may_become_guest(ticket: Ticket, to: Category, by: User) -> bool:
    """Return whether the person would lose the ticket by the move and can stay on it as a guest."""
    return (
        to.service_id != ticket.service_id
        and by.pk != ticket.requester_id
        and not ServiceManager.objects.filter(service=to.service_id, user=by).exists()
        and not ticket.guests.filter(user=by).exists()
    )
