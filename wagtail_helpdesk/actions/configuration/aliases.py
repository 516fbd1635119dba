"""Aliases: further entries of services and categories in the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Alias, Category, Service

from ..errors import NotPossible
from .change import change_service_locked, get_next_order, save_validated

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    Author = AbstractUser | None


def add_alias(
    name: str,
    to: Service | Category,
    *,
    by: Author,
    service: Service | None = None,
    parent: Category | None = None,
) -> Alias:
    """Add an alias of a service or category, in a service or (None) beside the services.

    The author needs the privilege in the service in which the alias stands; beside the services,
    in that of the target. Tickets follow the rules of the target.
    """
    with change_service_locked(
        service or _get_service(to), by=by, needs=Privilege.MANAGE_CATEGORIES
    ) as change:
        if parent is not None and parent.service_id != change.service.pk:
            raise NotPossible("parent", _("The parent category belongs to another service."))
        alias = _save(Alias(name=name, service=service and change.service, parent=parent), to)
        change.record("add_alias", name=name, to=_describe(to))
    return alias


def remove_alias(alias: Alias, *, by: Author) -> None:
    """Remove an alias; its target is not changed."""
    owner = alias.service or _get_service(alias.target)
    with change_service_locked(owner, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        target = alias.target
        place = "to_service" if isinstance(target, Service) else "to_category"
        change.record("remove_alias", before={place: _describe(target)}, name=alias.name)
        alias.delete()


def _get_service(target: Service | Category) -> Service:
    return target if isinstance(target, Service) else target.service


def _save(alias: Alias, to: Service | Category) -> Alias:
    if isinstance(to, Service):
        alias.to_service = to
    else:
        alias.to_category = to
    if to in (alias.service, alias.parent):
        raise NotPossible("to", _("An alias must point to something else."))
    alias.order = get_next_order(Alias.objects.filter(service=alias.service, parent=alias.parent))
    save_validated(alias)
    alias.save()
    return alias


def _describe(to: Service | Category) -> str:
    return to.name if isinstance(to, Service) else to.path
