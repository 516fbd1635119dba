"""Services and categories: making, changing, ordering and deleting them."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Locale

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Category, CategoryText, Event, Service, ServiceText, Ticket

from .changing import Change, applied, changing, next_order, stepped, validated
from .errors import NotPossible, NotYours
from .membership import refresh_members_from
from .moving import move

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

    Author = AbstractUser | None


def create_service(*, by: Author, groups: Collection[Group] = (), **settings: Any) -> Service:
    """Make a service. Raises ``NotYours`` for anybody who does not administer the helpdesk."""
    if by is not None and not by.has_perm("wagtail_helpdesk.add_service"):
        raise NotYours
    with transaction.atomic():
        service = Service(**{"order": next_order(Service.objects.all()), **settings})
        validated(service)
        service.save()
        service.groups.set(groups)
        Change(service, by, frozenset()).record("create_service", name=service.name)
    return service


def change_service(
    service: Service, *, by: Author, groups: Collection[Group] | None = None, **changes: Any
) -> Service:
    """Change properties of a service; only those named are written."""
    with changing(service, by=by, needs=Privilege.EDIT_SERVICE) as change:
        before, after = applied(change.service, changes)
        validated(change.service)
        _check_arrivals(change.service)
        change.service.save(update_fields=list(after))
        if groups is not None:
            before["groups"] = _names(change.service.groups.all())
            change.service.groups.set(groups)
            after["groups"] = _names(groups)
        if before != after:
            change.record("edit_service", before=before, after=after, name=change.service.name)
    service.refresh_from_db()
    return service


def delete_service(service: Service, *, by: Author) -> None:
    """Delete a service that never had a ticket, with its categories, managers and guests."""
    if by is not None and not by.has_perm("wagtail_helpdesk.delete_service"):
        raise NotYours
    with transaction.atomic():
        # The strongest lock: a ticket being opened holds a weaker one, and one of the two waits.
        locked = Service.objects.select_for_update().get(pk=service.pk)
        _refuse_with_tickets(Ticket.objects.filter(service=locked))
        Change(locked, by, frozenset()).record("delete_service", name=locked.name)
        Service.objects.filter(pk=locked.pk).update(arrivals=None)
        # Parents are protected from being deleted before their children.
        while leaves := list(locked.categories.filter(children=None).values_list("pk", flat=True)):
            Category.objects.filter(pk__in=leaves).delete()
        locked.delete()


def create_category(
    service: Service, *, by: Author, parent: Category | None = None, **settings: Any
) -> Category:
    """Make a category, last among its neighbours."""
    with changing(service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        _check_parent(change.service, None, parent)
        neighbours = Category.objects.filter(service=service, parent=parent)
        row = {"order": next_order(neighbours), **settings}
        category = Category(service=change.service, parent=parent, **row)
        validated(category)
        category.save()
        refresh_members_from(change.service)
        category.refresh_from_db(fields=["members_from"])
        change.record("create_category", category, name=category.name)
    return category


def change_category(category: Category, *, by: Author, **changes: Any) -> Category:
    """Change a category; only what is named is written. ``parent`` moves it in the tree."""
    with changing(category.service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        row = Category.objects.get(pk=category.pk)
        if "parent" in changes:
            _check_parent(change.service, row, changes["parent"])
        if "parent" in changes and changes["parent"] != row.parent:
            neighbours = Category.objects.filter(service=row.service_id, parent=changes["parent"])
            row.order = next_order(neighbours)
        before, after = applied(row, changes)
        validated(row)
        row.save(update_fields=[*after, "order"])
        refresh_members_from(change.service)
        if after:
            change.record("edit_category", row, before=before, after=after, name=row.name)
    category.refresh_from_db()
    category.__dict__.pop("lineage", None)
    return category


def step_category(category: Category, *, by: Author, up: bool) -> None:
    """Move a category one place up or down among its neighbours."""
    with changing(category.service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        row = Category.objects.get(pk=category.pk)
        neighbours = Category.objects.filter(service=row.service_id, parent=row.parent_id)
        if stepped(list(neighbours), row, up=up):
            change.record("order_categories", row, name=row.name)


def delete_category(category: Category, *, by: Author) -> None:
    """Delete a category that has neither tickets nor categories below it."""
    with changing(category.service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        row = Category.objects.select_for_update().get(pk=category.pk)
        _refuse_with_tickets(Ticket.objects.filter(category=row))
        if row.children.exists():
            raise NotPossible(None, _("Delete or move the categories below it first."))
        change.record("delete_category", name=row.name)
        row.delete()
        refresh_members_from(change.service)


def transfer_tickets(category: Category, *, by: Author, to: Category, limit: int = 200) -> int:
    """Transfer the tickets of a category to another, ``limit`` at a time; return how many are left.

    Each transfer is an event of the system, told to those it concerns. ``to`` is a category of a
    service the author manages the categories of, or that is open to him.
    """
    with changing(category.service, by=by, needs=Privilege.MANAGE_CATEGORIES) as change:
        if to.pk == category.pk:
            raise NotPossible("to", _("The tickets are in this category already."))
        if by is not None and not targets_for(by).filter(pk=to.pk).exists():
            raise NotPossible("to", _("You may not transfer tickets to this category."))
        tickets = Ticket.objects.filter(category=category.pk).order_by("pk")
        moved: list[Event] = [move(ticket, by=None, to=to) for ticket in tickets[:limit]]
        change.record("transfer_tickets", category, name=category.name, to=to.path, count=len(moved))
        return tickets.count()


def targets_for(user: Any) -> QuerySet[Category]:
    """Return the categories to which somebody may transfer all tickets of one he deletes."""
    mine = Service.objects.configured_by(user, Privilege.MANAGE_CATEGORIES)
    reachable = mine | Service.objects.visible_to(user)
    return Category.objects.filter(
        service__in=reachable.values("pk"), takes_tickets=True, service__enabled=True
    )


def describe(
    what: Service | Category, locale: Locale, *, by: Author, **words: str
) -> ServiceText | CategoryText | None:
    """Write what people read about a service or a category in one language; no title: nothing."""
    is_service = isinstance(what, Service)
    needs = Privilege.EDIT_SERVICE if is_service else Privilege.MANAGE_CATEGORIES
    service = what if isinstance(what, Service) else what.service
    with changing(service, by=by, needs=needs) as change:
        text = what.texts.filter(locale=locale).first() or what.texts.model(
            **{"service" if is_service else "category": what, "locale": locale}
        )
        before, after = applied(text, words)
        if not after:
            return text if text.pk else None
        change.record(
            "describe_service" if is_service else "describe_category", what,
            before=before, after=after, name=what.name, language=locale.get_display_name(),
        )  # fmt: skip
        if not text.title:
            if text.pk:
                text.delete()
            return None
        validated(text)
        text.save()
        return text


def _check_parent(service: Service, category: Category | None, parent: Category | None) -> None:
    if parent is None:
        return
    if parent.service_id != service.pk:
        raise NotPossible("parent", _("The parent category belongs to another service."))
    # Read again under the lock: two moves at once could otherwise close a circle.
    fresh = Category.objects.get(pk=parent.pk)
    if category is not None and category in fresh.lineage:
        raise NotPossible("parent", _("A category cannot be moved below itself."))


def _check_arrivals(service: Service) -> None:
    if service.arrivals is not None and service.arrivals.service_id != service.pk:
        raise NotPossible("arrivals", _("This category belongs to another service."))


def _refuse_with_tickets(tickets: QuerySet[Ticket]) -> None:
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


def _names(groups: Any) -> list[str]:
    return sorted(group.name for group in groups)
