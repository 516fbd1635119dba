"""The managers of a service: their privileges, order and availability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_helpdesk.actions.handover import HandOverPolicy, hand_over
from wagtail_helpdesk.lifecycle import CONFIGURATION_PRIVILEGES, Privilege
from wagtail_helpdesk.models import Service, ServiceManager, Ticket, end_lost_access
from wagtail_helpdesk.names import get_display_name

from ..errors import NotPossible, NotYours, refuse_inactive
from .change import (
    ConfigurationChange,
    apply_changes,
    change_service_locked,
    get_next_order,
    move_to_place,
)
from .membership import refresh_members_from

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    Author = User | None

#: The fields that the form of a manager changes.
FLAGS = (*(privilege.value for privilege in Privilege), "available")


def add_manager(service: Service, user: User, *, by: Author, **flags: bool) -> ServiceManager:
    """Add a manager, with the default privileges unless ``flags`` differ.

    A configuration privilege that its giver does not hold is left out of the defaults, and
    refused when asked for.
    """
    with change_service_locked(service, by=by, needs=Privilege.MANAGE_MANAGERS) as change:
        refuse_inactive("people", user)
        if change.service.managers.filter(user=user).exists():
            raise NotPossible(
                "people", _("%(name)s is already a manager.") % {"name": get_display_name(user)}
            )
        _check_giving(change, flags)
        manager = ServiceManager(service=change.service, user=user, synchronised=by is None)
        for privilege in frozenset(CONFIGURATION_PRIVILEGES) - change.user_privileges:
            setattr(manager, privilege.value, False)
        for name, value in flags.items():
            setattr(manager, name, value)
        manager.order = get_next_order(change.service.managers.all())
        manager.save()
        change.record(
            "add_manager", after={name: True for name in FLAGS if getattr(manager, name)},
            name=get_display_name(user), user=user.pk,
        )  # fmt: skip
    return manager


def update_manager(manager: ServiceManager, *, by: Author, **flags: bool) -> ServiceManager:
    """Change privileges and availability of a manager.

    Raises ``NotYours`` for a configuration privilege, given or taken, that the author does not
    hold; ``NotPossible`` when the last one who manages managers would lose that privilege.
    """
    with change_service_locked(manager.service, by=by, needs=Privilege.MANAGE_MANAGERS) as change:
        row = _get_locked(manager)
        changed = {name: value for name, value in flags.items() if getattr(row, name) != value}
        _check_giving(change, changed)
        if changed.get(Privilege.MANAGE_MANAGERS.value) is False:
            _keep_one_holder(row, Privilege.MANAGE_MANAGERS.value)
        before, after = apply_changes(row, changed)
        if after:
            row.save(update_fields=list(after))
            change.record(
                "update_manager", before=before, after=after,
                name=get_display_name(row.user), user=row.user_id,
            )  # fmt: skip
    manager.refresh_from_db()
    return manager


def remove_manager(
    manager: ServiceManager,
    *,
    by: Author,
    then: HandOverPolicy | None = None,
    colleague: User | None = None,
) -> None:
    """Remove a manager from the service, handing over the open tickets they are in charge of.

    ``then`` decides what becomes of these tickets; without it a manager in charge of any is not
    removed. Ended tickets keep their name.
    """
    with change_service_locked(manager.service, by=by, needs=Privilege.MANAGE_MANAGERS) as change:
        row = _get_locked(manager)
        if not row.privileges & frozenset(CONFIGURATION_PRIVILEGES) <= change.user_privileges:
            raise NotYours
        _keep_one_holder(row, None)
        _keep_one_manager(row)
        _refuse_undecided(row, then)
        if then is HandOverPolicy.COLLEAGUE:
            _check_colleague(row, colleague)
        row.delete()
        end_lost_access(user=row.user, ticket__service=change.service)
        refresh_members_from(change.service)
        handed = hand_over(
            change.service, row.user, then=then or HandOverPolicy.FREE, colleague=colleague
        )
        change.record(
            "remove_manager", before={name: True for name in FLAGS if getattr(row, name)},
            name=get_display_name(row.user), user=row.user_id, tickets=len(handed),
        )  # fmt: skip


def change_manager_order(manager: ServiceManager, *, by: Author, place: int | None) -> None:
    """Move a manager to a place in the list, counted from 0; None: to the end.

    The algorithm “first available” uses this order.
    """
    with change_service_locked(manager.service, by=by, needs=Privilege.MANAGE_MANAGERS) as change:
        row = _get_locked(manager)
        if places := move_to_place(list(change.service.managers.all()), row, place):
            before, after = places
            change.record(
                "order_managers", before=before, after=after,
                name=get_display_name(row.user), user=row.user_id,
            )  # fmt: skip


def set_availability(manager: ServiceManager, available: bool, *, by: Author) -> ServiceManager:
    """Set whether tickets may be assigned to a manager; managers with the privilege set their own.

    Otherwise the privilege to manage managers is needed.
    """
    with change_service_locked(manager.service, by=by) as change:
        row = _get_locked(manager)
        own = by is not None and by.pk == row.user_id and row.can_set_availability
        if not own and Privilege.MANAGE_MANAGERS not in change.user_privileges:
            raise NotYours
        before, after = apply_changes(row, {"available": available})
        if after:
            row.save(update_fields=["available"])
            change.record(
                "set_availability", before=before, after=after,
                name=get_display_name(row.user), user=row.user_id,
            )  # fmt: skip
    manager.available = available
    return manager


def _get_locked(manager: ServiceManager) -> ServiceManager:
    """Return the row as it is under the lock of its service."""
    row = ServiceManager.objects.filter(pk=manager.pk).select_related("service", "user").first()
    if row is None:
        raise NotPossible(None, _("%(name)s is not a manager of this service.") % {"name": manager})
    return row


def _check_giving(change: ConfigurationChange, flags: dict[str, Any]) -> None:
    named = {privilege for privilege in CONFIGURATION_PRIVILEGES if privilege.value in flags}
    if not named <= change.user_privileges:
        raise NotYours


def _keep_one_holder(row: ServiceManager, flag: str | None) -> None:
    """Raise ``NotPossible`` for the last person who can manage managers.

    Without one, only an administrator could configure the service.
    """
    if not (row.can_manage_managers and row.user.is_active):
        return
    others = _find_others(row).filter(can_manage_managers=True)
    if not others.exists():
        raise NotPossible(
            flag,
            _("%(name)s is the only person left who can manage managers in this service.")
            % {"name": row},
        )


def _keep_one_manager(row: ServiceManager) -> None:
    if not row.service.enabled or _find_others(row).exists():
        return
    if Ticket.objects.filter(service=row.service, is_open=True).exists():
        raise NotPossible(
            None,
            _("%(name)s is the last manager of a service that has open tickets.") % {"name": row},
        )


def _find_others(row: ServiceManager) -> Any:
    others = ServiceManager.objects.filter(service=row.service_id, user__is_active=True)
    return others.exclude(pk=row.pk)


def _refuse_undecided(row: ServiceManager, then: HandOverPolicy | None) -> None:
    count = count_open_tickets_of(row)
    if count and then is None:
        raise NotPossible(
            "then",
            ngettext(
                "%(name)s is in charge of %(count)s open ticket: choose what happens to it.",
                "%(name)s is in charge of %(count)s open tickets: choose what happens to them.",
                count,
            )
            % {"name": row, "count": count},
        )


def _check_colleague(row: ServiceManager, colleague: User | None) -> None:
    if colleague is None:
        raise NotPossible("colleague", _("Enter the colleague who takes over the tickets."))
    if not _find_others(row).available_on().filter(user=colleague).exists():
        raise NotPossible(
            "colleague",
            _("%(name)s is not an available manager of this service.")
            % {"name": get_display_name(colleague)},
        )


def count_open_tickets_of(manager: ServiceManager) -> int:
    """Return the number of open tickets of the service that the manager is in charge of."""
    return Ticket.objects.filter(
        service=manager.service_id, assignee=manager.user_id, is_open=True
    ).count()
