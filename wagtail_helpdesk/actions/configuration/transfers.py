"""Transferring all tickets of a category or service, so that it can be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service, Ticket

from ..errors import NotPossible
from ..moving import move
from .change import change_service_locked

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    Author = User | None

#: Tickets transferred by one call, so that a request does not hold the lock for long.
BATCH_SIZE = 200


def transfer_tickets(source: Service | Category, *, by: Author, to: Category) -> int:
    """Transfer up to ``BATCH_SIZE`` tickets of a category or service; return how many remain.

    Ended tickets are included. Each transfer is an action of the system, which may transfer in any
    status; the history names the author.
    """
    service = source if isinstance(source, Service) else source.service
    with change_service_locked(service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        if source in (to, to.service):
            raise NotPossible("to", _("The tickets are already there."))
        if by is not None and not find_transfer_targets(by, service).filter(pk=to.pk).exists():
            raise NotPossible("to", _("You cannot transfer tickets to this category."))
        tickets = find_tickets_of(source).order_by("pk")
        moved = [move(ticket, by=None, to=to, ordered_by=by) for ticket in tickets[:BATCH_SIZE]]
        if moved:
            change.record(
                "transfer_tickets", source, name=source.name, to=to.path, count=len(moved)
            )
        return tickets.count()


def find_transfer_targets(user: Any, service: Service) -> QuerySet[Category]:
    """Return the categories to which the user may transfer the tickets of a service.

    They take tickets and belong to services that the user configures or manages, or that are open to
    the user if their privileges in the service allow transfers anywhere.
    """
    services = Service.objects.configured_by(user, Privilege.MANAGE_CATEGORIES)
    reachable = Q(service__in=services.values("pk"))
    reachable |= Q(service__in=Service.objects.managed_by(user).values("pk"))
    if Service.objects.managed_by(user, Privilege.MOVE_ANYWHERE).filter(pk=service.pk).exists():
        reachable |= Q(service__in=Service.objects.visible_to(user).values("pk"))
    return Category.objects.filter(reachable, takes_tickets=True, service__enabled=True)


def find_tickets_of(source: Service | Category) -> QuerySet[Ticket]:
    """Return the tickets of a service or of a category, for counting and transferring them."""
    place = "service" if isinstance(source, Service) else "category"
    return Ticket.objects.filter(**{place: source})


def refuse_with_tickets(tickets: QuerySet[Ticket]) -> None:
    """Raise ``NotPossible``, with the number, if there are any tickets."""
    count = tickets.count()
    if count:
        raise NotPossible(
            None,
            ngettext(
                "%(count)s ticket is still there: transfer it first.",
                "%(count)s tickets are still there: transfer them first.",
                count,
            )
            % {"count": count},
        )
