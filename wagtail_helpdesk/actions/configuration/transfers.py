"""Emptying a category or a service of its tickets, so that it can be deleted (R-27)."""

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

#: Tickets transferred by one call: more would keep a request, and the lock, for too long.
BATCH_SIZE = 200


def transfer_tickets(source: Service | Category, *, by: Author, to: Category) -> int:
    """Transfer all tickets of a category or service, ``AT_ONCE`` of them; return how many are left.

    Ended ones are among them, or nothing could be deleted. Each transfer is an act of the system,
    which may do it in any status; the history names the author, and all others it concerns are told.
    """
    service = source if isinstance(source, Service) else source.service
    with change_service_locked(service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        if source in (to, to.service):
            raise NotPossible("to", _("The tickets are already there."))
        if by is not None and not find_transfer_targets(by, service).filter(pk=to.pk).exists():
            raise NotPossible("to", _("You may not transfer tickets to this category."))
        tickets = find_tickets_of(source).order_by("pk")
        moved = [move(ticket, by=None, to=to, ordered_by=by) for ticket in tickets[:BATCH_SIZE]]
        if moved:
            change.record(
                "transfer_tickets", source, name=source.name, to=to.path, count=len(moved)
            )
        return tickets.count()


def find_transfer_targets(user: Any, service: Service) -> QuerySet[Category]:
    """Return the categories to which somebody may transfer the tickets of a service they empty.

    Those that take tickets, of services that are theirs to configure or to manage; and of those open
    to them, if they may transfer a ticket of the service anywhere. Emptying it gives no more right to
    its tickets than their own transfer does.
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
    """Raise ``NotPossible`` if there are any, with their number."""
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
