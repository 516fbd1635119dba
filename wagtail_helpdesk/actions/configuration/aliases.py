"""Other names of services and categories in the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Alias, Category, Service

from ..errors import NotPossible, NotYours
from .changing import changing, next_order, validated

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
    """Show a service or category under another name, in a service or (None) beside the services.

    It is the place that must be the author's: tickets arrive where the alias leads, by the rules
    of that place.
    """
    if service is None:
        return _add_beside_services(name, to, by)
    with changing(service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        if parent is not None and parent.service_id != service.pk:
            raise NotPossible("parent", _("The parent category belongs to another service."))
        alias = _saved(Alias(name=name, service=change.service, parent=parent), to)
        change.record("add_alias", name=name, to=_described(to))
    return alias


def remove_alias(alias: Alias, *, by: Author) -> None:
    """Take another name out of the catalogue; nothing happens to what it led to."""
    if alias.service is None:
        _ask_for_administrator(by)
        alias.delete()
        return
    with changing(alias.service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        change.record("remove_alias", name=alias.name)
        alias.delete()


def _add_beside_services(name: str, to: Service | Category, by: Author) -> Alias:
    _ask_for_administrator(by)
    with transaction.atomic():
        return _saved(Alias(name=name), to)


def _ask_for_administrator(by: Author) -> None:
    if by is not None and not access.configures_everything(by):
        raise NotYours


def _saved(alias: Alias, to: Service | Category) -> Alias:
    if isinstance(to, Service):
        alias.to_service = to
    else:
        alias.to_category = to
    if to in (alias.service, alias.parent):
        raise NotPossible("to", _("An alias leads somewhere else."))
    alias.order = next_order(Alias.objects.filter(service=alias.service, parent=alias.parent))
    validated(alias)
    alias.save()
    return alias


def _described(to: Service | Category) -> str:
    return to.name if isinstance(to, Service) else to.path
