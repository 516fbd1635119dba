"""Transferring a ticket to another category or service (guide I.6)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING

from django.core.files import File
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Privilege, Role, Status
from wagtail_helpdesk.models import Category, Event, Service, ServiceManager, Ticket

from .errors import NotPossible
from .idempotency import Submission, SubmissionId, verb
from .opening import process_arrival, run_assignment_algorithm
from .participants import add_guests, remove_guest
from .transition import Changes, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb
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
    """Transfer the ticket to a category, of its service or of another.

    ``become_guest`` keeps a mover who does not manage the target on the ticket; ``release`` leaves
    it without manager, when it is the mover who is in charge; ``without`` are guests whom the
    mover removes on the way. ``ordered_by`` empties the category or service through the system,
    ``by`` None. Raises ``NotPossible("to", …)`` when the ticket cannot go there.
    """
    assert isinstance(submission, Submission)  # noqa: S101 - given by @verb
    for guest in ticket.guests.filter(user__in=without).select_related("user"):
        # A copy, because a removal brings its ticket up to date, and the transfer must still know
        # what its reader saw.
        remove_guest(copy(ticket), by=by, user=guest.user, submission=submission)

    def carry_over(now: Ticket, access: TicketAccess) -> Changes:
        _check_target(now, to, by, access)
        changes: Changes = {"category": to, "service": to.service}
        if (release and Role.IN_CHARGE in access.roles) or not _keeps_manager(now, to):
            changes["assignee"] = None
        if now.status == Status.CLOSED:
            changes["awaiting_since"] = timezone.now()
        if become_guest and by is not None and may_become_guest(now, to, by):
            changes |= add_guests(now, [by])
        return changes

    service = ticket.service_id
    event = transition(
        lifecycle.MOVE, ticket, by, carry_over,
        text=text, files=files, submission=submission, ordered_by=ordered_by,
    )  # fmt: skip
    if ticket.is_open and ticket.service_id != service:
        process_arrival(ticket, by=by or ordered_by, submission=submission)
    elif ticket.is_open:
        run_assignment_algorithm(ticket, by=by or ordered_by, submission=submission)
    return event


def find_move_targets(ticket: Ticket, by: User) -> QuerySet[Category]:
    """Return the categories to which somebody may transfer the ticket.

    Those that take tickets, of the services they manage and, with the privilege to move anywhere,
    of those open to them or to the requester.
    """
    return _targets(ticket, by, ticket.access_of(by))


def _targets(ticket: Ticket, by: User, access: TicketAccess) -> QuerySet[Category]:
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
        raise NotPossible("to", _("This category takes no tickets."))
    if by is not None and not _targets(now, by, access).filter(pk=to.pk).exists():
        raise NotPossible("to", _("You may not transfer tickets to this category."))


def _keeps_manager(now: Ticket, to: Category) -> bool:
    if to.service_id == now.service_id:
        return True
    return ServiceManager.objects.filter(
        service=to.service_id, user=now.assignee_id, user__is_active=True
    ).exists()


def may_become_guest(ticket: Ticket, to: Category, by: User) -> bool:
    """Tell whether staying as a guest means anything: another service, which the mover leaves."""
    return (
        to.service_id != ticket.service_id
        and by.pk != ticket.requester_id
        and not ServiceManager.objects.filter(service=to.service_id, user=by).exists()
        and not ticket.guests.filter(user=by).exists()
    )
