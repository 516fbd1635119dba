"""Synchronisation with the directory: a plan first, then each of its steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from wagtail_helpdesk.actions import HandOverPolicy, HelpdeskError, hand_over
from wagtail_helpdesk.actions.configuration import add_manager, remove_manager
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.directory import (
    Candidate,
    Profile,
    UnconfirmedPerson,
    UnknownGroup,
    UnknownPerson,
    find_person,
    get_site_directory,
)
from wagtail_helpdesk.directory.refreshing import (
    TakenIdentifier,
    get_changes,
    load_profiles,
    update_account,
)
from wagtail_helpdesk.directory.users import UserDirectory
from wagtail_helpdesk.models import (
    DirectoryIdentity,
    Guest,
    PermanentGuest,
    Service,
    ServiceManager,
    Ticket,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class TooManyChanges(Exception):
    """The plan removes more people than one run is allowed to: a fault is more likely than departures."""


@dataclass
class Plan:
    """The changes that a synchronisation would make."""

    joining: list[tuple[Service, Candidate]] = field(default_factory=list)
    #: Managers added by an earlier synchronisation who are no longer in a group of the service.
    parting: list[ServiceManager] = field(default_factory=list)
    #: People of the helpdesk who are no longer in the directory.
    leavers: list[User] = field(default_factory=list)
    #: Accounts that differ from the directory, or whose entry is not recorded yet.
    outdated: list[Profile] = field(default_factory=list)
    #: The numbers of managers from groups and of people looked up in the directory.
    synchronised: int = 0
    looked_up: int = 0
    problems: list[str] = field(default_factory=list)

    def check(self, share: float) -> None:
        """Raise ``TooManyChanges`` if more than this share would be removed. One person is always allowed."""
        for going, total, who in (
            (len(self.parting), self.synchronised, "managers from groups"),
            (len(self.leavers), self.looked_up, "people of the helpdesk"),
        ):
            if going > max(1, int(total * share)):
                raise TooManyChanges(f"{going} of {total} {who} would be removed")


def make_plan() -> Plan:
    """Return the plan. Raises ``DirectoryUnavailable``, never returns a partial plan."""
    result = Plan()
    for service, groups in _find_services_with_groups(result).items():
        _plan_service(result, service, groups)
    users = list(_find_people_of_helpdesk())
    result.looked_up = len(users)
    result.leavers = list(get_site_directory().missing(users))
    result.outdated = list(_find_outdated(users))
    return result


def _find_outdated(users: list[Any]) -> Iterator[Profile]:
    """Yield what is to be written of those who work here, and of those whose tickets are open."""
    people = {user.pk: user for user in [*users, *_find_people_of_open_tickets()]}
    found = load_profiles(get_site_directory(), people.values())
    recorded = dict(DirectoryIdentity.objects.values_list("user", "stable_id"))
    for profile in found:
        if get_changes(profile) or recorded.get(profile.user.pk, "") != profile.stable_id:
            yield profile


def apply_plan(result: Plan, *, then: HandOverPolicy = HandOverPolicy.ALGORITHM) -> Iterator[str]:
    """Apply a plan, each step atomically, and yield one line about each."""
    # First, so that people who join under a new identifier keep their account.
    for profile in result.outdated:
        yield from _update_outdated(result, profile)
    for service, candidate in result.joining:
        yield _run_step(
            result, f"{candidate.identifier} → {service}", _add_manager, service, candidate
        )
    for manager in result.parting:
        yield _run_step(
            result, f"{manager.user} ← {manager.service}", _remove_manager, manager, then
        )
    for user in result.leavers:
        yield _run_step(result, str(user), _deactivate_account, user, then)
    result.problems += _describe_services_left_alone()


def _describe_services_left_alone() -> Iterator[str]:
    """Yield the services without an active manager, or without anybody who can manage the managers."""
    for service in Service.objects.without_managers():
        yield f"{service}: no manager with an active account is left"
    for service in Service.objects.without_holders():
        yield f"{service}: nobody with an active account can manage its managers any more"


def _find_services_with_groups(result: Plan) -> dict[Service, list[str]]:
    services: dict[Service, list[str]] = {}
    for group, name in helpdesk_settings.DIRECTORY_GROUPS.items():
        service = Service.objects.filter(name__iexact=name).first()
        if service is None:
            result.problems.append(f"DIRECTORY_GROUPS names a service that does not exist: {name}")
        else:
            services.setdefault(service, []).append(group)
    return services


def _plan_service(result: Plan, service: Service, groups: list[str]) -> None:
    """Plan the managers of one service. An unknown group removes nobody."""
    managers = list(service.managers.select_related("user", "service"))
    synchronised = [manager for manager in managers if manager.synchronised]
    try:
        members = {m.identifier: m for group in groups for m in get_site_directory().members(group)}
    except UnknownGroup as error:
        result.problems.append(f"{service}: {error.message}")
        return
    known = {member.user_pk for member in members.values()}
    managing = {manager.user_id for manager in managers}
    result.joining += [(service, m) for m in members.values() if m.user_pk not in managing]
    result.parting += [manager for manager in synchronised if manager.user_id not in known]
    result.synchronised += len(synchronised)


def _find_people_of_helpdesk() -> QuerySet[Any]:
    """Return the active managers, permanent guests and assignees. Requesters are left to the site."""
    me = OuterRef("pk")
    works = (
        Q(Exists(ServiceManager.objects.filter(user=me)))
        | Q(Exists(PermanentGuest.objects.filter(user=me)))
        | Q(Exists(Ticket.objects.filter(assignee=me, is_open=True)))
    )
    return get_user_model()._default_manager.filter(works, is_active=True).order_by("pk")


def _find_people_of_open_tickets() -> QuerySet[Any]:
    """Return the active requesters and guests of open tickets, who receive e-mails about them."""
    me = OuterRef("pk")
    waits = Q(Exists(Ticket.objects.filter(requester=me, is_open=True))) | Q(
        Exists(Guest.objects.filter(user=me, ticket__is_open=True))
    )
    return get_user_model()._default_manager.filter(waits, is_active=True).order_by("pk")


def _update_outdated(result: Plan, profile: Profile) -> Iterator[str]:
    try:
        changed = update_account(profile)
    except TakenIdentifier as error:
        result.problems.append(str(error))
        yield str(error)
        return
    if changed:
        yield f"{profile.user}: {', '.join(changed)}"


def rename_account(before: str, after: str) -> User:
    """Give an account the new identifier that its owner has in the directory.

    Raises ``UnknownPerson`` or ``TakenIdentifier`` without changing anything.
    """
    accounts = UserDirectory()
    with transaction.atomic():
        user = accounts.find_by_identifier(before)
        if user is None:
            raise UnknownPerson(before)
        DirectoryIdentity.objects.filter(user=user).delete()
        update_account(Profile(user, {}, identifier=after))
        found = load_profiles(get_site_directory(), [user])
        if not found:
            raise UnknownPerson(after)
        update_account(found[0])
    return user


def _run_step(result: Plan, line: str, step: Callable[..., str], *args: Any) -> str:
    """Run a step and return its line. A refusal is reported and does not stop the other steps."""
    try:
        return f"{line}{step(*args)}"
    except (HelpdeskError, UnconfirmedPerson, UnknownPerson) as error:
        result.problems.append(f"{line}: {error}")
        return f"{line}: {error}"


def _add_manager(service: Service, candidate: Candidate) -> str:
    add_manager(
        service, find_person(candidate.identifier, confirmed=[candidate.identifier]), by=None
    )
    return ""


def _remove_manager(manager: ServiceManager, then: HandOverPolicy) -> str:
    remove_manager(manager, by=None, then=then)
    return ""


def _deactivate_account(user: User, then: HandOverPolicy) -> str:
    """Deactivate an account and hand over its open tickets. Its manager rows are kept for a return.

    Deactivated first, so that it cannot be assigned its own tickets again.
    """
    with transaction.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        left = Service.objects.filter(
            Exists(Ticket.objects.filter(service=OuterRef("pk"), assignee=user, is_open=True))
        )
        handed = [event for service in left for event in hand_over(service, user, then=then)]
    return f" deactivated, open tickets handed over: {len(handed)}"
