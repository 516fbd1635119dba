"""Creating, changing, ordering and deleting services."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service, Ticket, end_lost_access

from ..errors import NotPossible, NotYours
from .alert_address import check_alert_address, queue_address_mails
from .change import (
    ConfigurationChange,
    apply_changes,
    change_service_locked,
    get_next_order,
    move_to_place,
    save_validated,
)
from .transfers import refuse_with_tickets

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    Author = AbstractUser | None


def create_service(
    *, by: Author, name: str, groups: Collection[Group] = (), **settings: Any
) -> Service:
    """Create a service. Raises ``NotYours`` without Wagtail's permission to add services."""
    _check_permission("add_service", by)
    with transaction.atomic():
        service = Service(name=name, order=get_next_order(Service.objects.all()))
        _, after = apply_changes(service, settings)
        check_alert_address(after)
        save_validated(service)
        service.save()
        if groups:
            service.groups.set(groups)
            after["groups"] = _list_names(groups)
        ConfigurationChange(service, by).record("create_service", after=after, name=name)
    return service


def change_service(
    service: Service, *, by: Author, groups: Collection[Group] | None = None, **changes: Any
) -> Service:
    """Change the named properties of a service."""
    with change_service_locked(service, by=by, needs=Privilege.EDIT_SERVICE) as change:
        row = change.service
        before, after = apply_changes(row, changes)
        check_alert_address(after)
        _check_arrivals(row)
        save_validated(row)
        row.save(update_fields=list(after))
        if groups is not None and _list_names(groups) != _list_names(row.groups.all()):
            before["groups"], after["groups"] = _list_names(row.groups.all()), _list_names(groups)
            row.groups.set(groups)
        if not {"everyone", "groups"}.isdisjoint(after):
            end_lost_access(ticket__service=row)
        if after:
            change.record("edit_service", before=before, after=after, name=row.name)
            queue_address_mails(row, before, after, by)
    service.refresh_from_db()
    return service


def change_service_order(service: Service, *, by: Author, place: int | None) -> None:
    """Move a service to a place in the catalogue, counted from 0; None: to the end."""
    _check_permission("change_service", by)
    with transaction.atomic():
        if places := move_to_place(list(Service.objects.select_for_update()), service, place):
            before, after = places
            ConfigurationChange(service, by).record(
                "order_services", before=before, after=after, name=service.name
            )


def delete_service(service: Service, *, by: Author) -> None:
    """Delete a service that has no ticket, with its categories, managers and guests."""
    _check_permission("delete_service", by)
    with transaction.atomic():
        # The strongest lock: a ticket that is being opened holds a weaker one, so one of them waits.
        row = Service.objects.select_for_update().get(pk=service.pk)
        refuse_with_tickets(Ticket.objects.filter(service=row))
        ConfigurationChange(row, by).record("delete_service", name=row.name)
        # Parents are protected from being deleted before their children.
        while leaves := list(row.categories.filter(children=None).values_list("pk", flat=True)):
            Category.objects.filter(pk__in=leaves).delete()
        row.delete()


def _check_permission(permission: str, by: Author) -> None:
    if by is not None and not by.has_perm(f"wagtail_helpdesk.{permission}"):
        raise NotYours


def _check_arrivals(service: Service) -> None:
    if service.arrivals is not None and service.arrivals.service_id != service.pk:
        raise NotPossible("arrivals", _("This category belongs to another service."))


def _list_names(groups: Any) -> list[str]:
    return sorted(group.name for group in groups)
