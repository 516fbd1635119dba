"""Creating, changing, moving, ordering and deleting categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, Service, Ticket

from ..errors import NotPossible
from .alert_address import check_alert_address, queue_address_mails
from .change import (
    apply_changes,
    change_service_locked,
    get_next_order,
    move_to_place,
    save_validated,
)
from .membership import refresh_members_from
from .transfers import refuse_with_tickets

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    Author = AbstractUser | None


def create_category(
    service: Service, *, by: Author, name: str, parent: Category | None = None, **settings: Any
) -> Category:
    """Create a category, last among its siblings."""
    with change_service_locked(service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        _check_parent(change.service, None, parent)
        order = get_next_order(Category.objects.filter(service=service, parent=parent))
        category = Category(service=change.service, name=name, order=order)
        _, after = apply_changes(category, {"parent": parent, **settings})
        check_alert_address(after)
        save_validated(category)
        category.save()
        refresh_members_from(change.service)
        category.refresh_from_db(fields=["members_from"])
        change.record("create_category", category, after=after, name=name)
        queue_address_mails(category, {}, after, by)
    return category


def change_category(category: Category, *, by: Author, **changes: Any) -> Category:
    """Change the named properties of a category. ``parent`` moves it in the tree."""
    with change_service_locked(
        category.service, by=by, needs=Privilege.MANAGE_CATEGORIES
    ) as change:
        row = Category.objects.get(pk=category.pk)
        if changes.get("parent", row.parent) != row.parent:
            _check_parent(change.service, row, changes["parent"])
            neighbours = Category.objects.filter(service=row.service_id, parent=changes["parent"])
            row.order = get_next_order(neighbours)
        before, after = apply_changes(row, changes)
        check_alert_address(after)
        save_validated(row)
        row.save(update_fields=[*after, "order"])
        refresh_members_from(change.service)
        if after:
            change.record("edit_category", row, before=before, after=after, name=row.name)
            queue_address_mails(row, before, after, by)
    category.refresh_from_db()
    category.__dict__.pop("lineage", None)
    return category


def change_category_order(category: Category, *, by: Author, place: int | None) -> None:
    """Move a category to a place among its siblings, counted from 0; None: to the end."""
    with change_service_locked(
        category.service, by=by, needs=Privilege.MANAGE_CATEGORIES
    ) as change:
        row = Category.objects.get(pk=category.pk)
        neighbours = Category.objects.filter(service=row.service_id, parent=row.parent_id)
        if places := move_to_place(list(neighbours), row, place):
            before, after = places
            change.record("order_categories", row, before=before, after=after, name=row.name)


def delete_category(category: Category, *, by: Author) -> None:
    """Delete a category that has neither tickets nor categories below it."""
    with change_service_locked(
        category.service, by=by, needs=Privilege.MANAGE_CATEGORIES
    ) as change:
        row = Category.objects.select_for_update().get(pk=category.pk)
        refuse_with_tickets(Ticket.objects.filter(category=row))
        if row.children.exists():
            raise NotPossible(None, _("Delete or move the categories below it first."))
        change.record("delete_category", name=row.name)
        row.delete()


def _check_parent(service: Service, category: Category | None, parent: Category | None) -> None:
    if parent is None:
        return
    # Read again under the lock: two concurrent moves could otherwise create a cycle.
    fresh = Category.objects.get(pk=parent.pk)
    if fresh.service_id != service.pk:
        raise NotPossible("parent", _("The parent category belongs to another service."))
    if category is not None and category in fresh.lineage:
        raise NotPossible("parent", _("A category cannot be moved below itself."))
