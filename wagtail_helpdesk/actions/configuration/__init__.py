"""Changing the configuration of services: each change is checked, locked and logged."""

from .absences import add_absence, may_set_absences, remove_absence
from .aliases import add_alias, remove_alias
from .categories import (
    change_category,
    change_category_order,
    create_category,
    delete_category,
)
from .guests import add_permanent_guest, remove_permanent_guest
from .incidents import (
    change_incident,
    create_incident,
    delete_incident,
    end_incident,
    may_change_incident,
)
from .managers import (
    add_manager,
    change_manager_order,
    count_open_tickets_of,
    remove_manager,
    set_availability,
    update_manager,
)
from .membership import list_own_members, refresh_members_from, set_members
from .services import change_service, change_service_order, create_service, delete_service
from .transfers import find_tickets_of, find_transfer_targets, transfer_tickets

__all__ = [
    "add_absence",
    "add_alias",
    "add_manager",
    "add_permanent_guest",
    "change_category",
    "change_category_order",
    "change_incident",
    "change_manager_order",
    "change_service",
    "change_service_order",
    "count_open_tickets_of",
    "create_category",
    "create_incident",
    "create_service",
    "delete_category",
    "delete_incident",
    "delete_service",
    "end_incident",
    "find_tickets_of",
    "find_transfer_targets",
    "list_own_members",
    "may_change_incident",
    "may_set_absences",
    "refresh_members_from",
    "remove_absence",
    "remove_alias",
    "remove_manager",
    "remove_permanent_guest",
    "set_availability",
    "set_members",
    "transfer_tickets",
    "update_manager",
]
