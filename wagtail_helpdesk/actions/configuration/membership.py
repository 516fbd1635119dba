"""Members of categories, and the denormalised ``members_from`` that avoids walking the tree."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, CategoryMember, Service, ServiceManager

from ..errors import NotPossible
from .change import change_service_locked

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser


def set_members(
    category: Category,
    managers: Collection[ServiceManager] | None,
    *,
    by: AbstractUser | None,
) -> Category:
    """Set the members of a category; None lets it inherit those of its parent.

    By default only members are notified of new tickets. With an empty list all managers of the
    service count as members, and a system check warns.
    """
    with change_service_locked(
        category.service, by=by, needs=Privilege.MANAGE_CATEGORIES
    ) as change:
        row = Category.objects.get(pk=category.pk)
        for manager in managers or ():
            if manager.service_id != row.service_id:
                raise NotPossible(
                    "people",
                    _("%(name)s is not a manager of this service.") % {"name": manager},
                )
        before = list_own_members(row)
        row.inherits_members = managers is None
        row.save(update_fields=["inherits_members"])
        _replace_members(row, managers or ())
        refresh_members_from(change.service)
        after = list_own_members(row)
        if before != after:
            change.record(
                "name_members", row, before={"members": before}, after={"members": after},
                name=row.name,
            )  # fmt: skip
    category.refresh_from_db(fields=["inherits_members", "members_from"])
    return category


def _replace_members(category: Category, managers: Collection[ServiceManager]) -> None:
    wanted = {manager.pk for manager in managers}
    category.named_members.exclude(manager__in=wanted).delete()
    CategoryMember.objects.bulk_create(
        [CategoryMember(category=category, manager_id=pk) for pk in wanted],
        ignore_conflicts=True,
    )


def list_own_members(category: Category) -> list[str] | None:
    """Return the names of a category's own members, None when it inherits them."""
    if category.inherits_members:
        return None
    rows = category.named_members.select_related("manager__user").order_by("manager__order", "pk")
    return [str(row.manager) for row in rows]


def refresh_members_from(service: Service) -> None:
    """Recompute ``members_from`` of every category of a service; writes only what differs.

    Call it whenever the tree or a list of members changed.
    """
    names = CategoryMember.objects.filter(category=OuterRef("pk"))
    tree = {
        category.pk: category
        for category in Category.objects.filter(service=service).annotate(names=Exists(names))
    }
    changed = []
    for category in tree.values():
        source = _find_source(category, tree)
        if category.members_from_id != source:
            category.members_from_id = source
            changed.append(category)
    Category.objects.bulk_update(changed, ["members_from"])


def _find_source(category: Category, tree: dict[int, Category]) -> int | None:
    """Return the nearest category upwards with members; None if its list is empty or there is none."""
    for node in category_tree.iterate_lineage(category, tree):
        if not node.inherits_members:
            return node.pk if node.names else None  # type: ignore[attr-defined]
    return None
