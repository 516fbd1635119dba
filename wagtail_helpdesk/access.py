"""Access to tickets: one condition per role, and the audiences that each role may read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q

from .conf import helpdesk_settings
from .lifecycle import CONFIGURATION_PRIVILEGES, Audience, Privilege, Role, Visibility

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser
    from django.http import HttpRequest

    Person = AbstractUser | AnonymousUser

NOBODY = Q(pk__in=[])
#: The roles that may read a ticket. Being in charge adds nothing to being a manager.
READERS = (Role.REQUESTER, Role.GUEST, Role.MANAGER, Role.VIEWER)

AUDIENCES: dict[Role, tuple[Audience, ...]] = {
    Role.REQUESTER: (Audience.EVERYONE, Audience.REQUESTER),
    Role.GUEST: (Audience.EVERYONE,),
    Role.MANAGER: (Audience.EVERYONE, Audience.REQUESTER, Audience.MANAGERS),
    Role.VIEWER: (Audience.EVERYONE,),
}


@dataclass(frozen=True, slots=True)
class TicketAccess:
    """A person's roles on one ticket, and privileges in its service."""

    roles: frozenset[Role] = frozenset()
    privileges: frozenset[Privilege] = frozenset()


SYSTEM = TicketAccess(roles=frozenset({Role.SYSTEM}))


def is_active_user(user: Person | None) -> bool:
    """Return whether the user is logged in and active. Nobody else may see anything."""
    return user is not None and user.is_authenticated and user.is_active


def administers_helpdesk(user: Any) -> bool:
    """Return whether the user is a superuser or has the Wagtail permission to change services.

    The permission gives no access to tickets.
    """
    return is_active_user(user) and bool(user.has_perm("wagtail_helpdesk.change_service"))


def manager_rows_of(user: Any) -> list[Any]:
    """Return the ``ServiceManager`` rows of the user, with their services.

    Cached on the user object, which lives for one request: menus, policies and lists of one page
    all need them.
    """
    if not is_active_user(user):
        return []
    if not hasattr(user, "_helpdesk_rows"):
        rows = user.helpdesk_manager_rows.select_related("service")
        user._helpdesk_rows = list(rows.order_by("service__order", "service__name"))
    found: list[Any] = user._helpdesk_rows
    return found


def configuration_privileges_of(user: Any) -> dict[int, frozenset[Privilege]]:
    """Return the configuration privileges of the user, by the id of the service."""
    held = (
        (row.service_id, row.privileges.intersection(CONFIGURATION_PRIVILEGES))
        for row in manager_rows_of(user)
    )
    return {service: privileges for service, privileges in held if privileges}


def build_role_filter(role: Role, user: Any, ticket: str = "") -> Q:
    """Return the condition under which the user has this role.

    ``ticket`` is the path to the ticket from the model that is filtered, with its double
    underscore: ``"ticket__"`` for events. All are EXISTS subqueries: measured, neither joins nor
    unions of ids stay on indexes for every user.
    """
    match role:
        case Role.REQUESTER:
            return Q(**{f"{ticket}requester": user.pk})
        case Role.GUEST:
            return Q(Exists(user.helpdesk_invitations.filter(ticket=OuterRef(f"{ticket}pk"))))
        case Role.MANAGER:
            return Q(
                Exists(user.helpdesk_manager_rows.filter(service=OuterRef(f"{ticket}service")))
            )
        case Role.VIEWER:
            return Q(**{f"{ticket}visibility": Visibility.PUBLIC}) & sees_service_q(
                user, f"{ticket}service"
            )
    return NOBODY


def sees_service_q(user: Any, service: str = "") -> Q:
    """Return the condition under which the user may see a service.

    ``service`` is the path to the service from the model that is filtered; empty for services. One that
    is open to everybody is open to the organisation's people; external guests need a group.
    """
    path, row = (f"{service}__", service) if service else ("", "pk")
    return (Q(**{f"{path}everyone": True}) & is_insider(user)) | Q(
        Exists(user.groups.filter(helpdesk_services=OuterRef(row)))
    )


def is_insider(user: Any) -> Q:
    """Return the condition, the same for every row, that the user is no external guest."""
    return ~Q(Exists(get_external_groups(user)))


def get_external_groups(user: Any) -> Any:
    """Return the groups of the user that mark external guests: one or none."""
    return user.groups.filter(name=helpdesk_settings.EXTERNAL_GUEST_GROUP)


def opens_in_service_q(user: Any, service: str = "") -> Q:
    """Return the condition under which the user may see a service or manages it, to open tickets."""
    row = service or "pk"
    return sees_service_q(user, service) | Q(
        Exists(user.helpdesk_manager_rows.filter(service=OuterRef(row)))
    )


def reads_ticket_q(user: Any, through: Collection[Role] = READERS, ticket: str = "") -> Q:
    """Return the condition under which the user may read a ticket through one of these roles."""
    if not is_active_user(user):
        return NOBODY
    condition = NOBODY
    for role in through:
        condition |= build_role_filter(role, user, ticket)
    return condition


def reads_message_q(user: Any, message: str = "", *, own: bool = True) -> Q:
    """Return the condition under which the user may read a message.

    ``message`` is the path to the event from the model that is filtered (``"event__"`` for
    attachments). Authors who see the ticket may read their own messages whatever the audience;
    ``own=False`` leaves that out, for mails and reports.
    """
    if not is_active_user(user):
        return NOBODY
    written = Q(**{f"{message}actor": user}) if own else NOBODY
    condition = NOBODY
    for role, audiences in AUDIENCES.items():
        addressed = Q(**{f"{message}audience__in": audiences}) | written
        condition |= addressed & build_role_filter(role, user, f"{message}ticket__")
    return condition


def reads_message_of_ticket_q(user: Any, access: TicketAccess) -> Q:
    """Return the same condition for the messages of one ticket, given the access to it.

    It reads no other table: the ticket page is the page most often opened.
    """
    if not is_active_user(user) or not access.roles:
        return NOBODY
    return Q(audience__in=get_readable_audiences(access.roles)) | Q(actor=user)


def get_readable_audiences(roles: Collection[Role]) -> frozenset[Audience]:
    """Return the audiences that these roles belong to."""
    return frozenset(audience for role in roles for audience in AUDIENCES.get(role, ()))


def may_read_page(page: Any, request: HttpRequest | None) -> bool:
    """Return whether a request may read a page of the site, its title included.

    Without a request: whether everybody may.
    """
    if not page.live:
        return False
    restrictions = page.get_view_restrictions()
    return all(request is not None and each.accept_request(request) for each in restrictions)
