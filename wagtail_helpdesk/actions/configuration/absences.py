"""Absences of managers and their replacements."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.models import Absence, Service
from wagtail_helpdesk.names import get_display_name

from ..errors import NotPossible, NotYours, refuse_inactive
from .change import ConfigurationChange, format_value

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    Author = User | None


def may_set_absences(user: Any, by: Any) -> bool:
    """Return whether ``by`` may record absences of a manager, which count in all their services.

    Managers may record their own with a privilege for it in one service; others need the privilege
    to manage managers in all services of the manager.
    """
    managed = user.helpdesk_manager_rows
    runs = Service.objects.configured_by(by, Privilege.MANAGE_MANAGERS).values("pk")
    if by.pk == user.pk:
        return bool(managed.filter(Q(can_set_availability=True) | Q(service__in=runs)).exists())
    return managed.exists() and not managed.exclude(service__in=runs).exists()


def add_absence(
    user: User,
    *,
    by: Author,
    starts_on: datetime.date,
    ends_on: datetime.date,
    replacement: User | None = None,
    alerts_follow: bool = True,
) -> Absence:
    """Record an absence, both days included, and the replacement.

    With ``alerts_follow`` the replacement is notified of the tickets of the absent manager.
    """
    with transaction.atomic():
        _lock(user)
        if by is not None and not may_set_absences(user, by):
            raise NotYours
        _check_dates(user, starts_on, ends_on)
        if replacement is not None:
            _check_replacement(user, replacement, starts_on, ends_on)
        absence = Absence.objects.create(
            user=user,
            starts_on=starts_on,
            ends_on=ends_on,
            replacement=replacement,
            alerts_follow=alerts_follow,
        )
        _record("add_absence", absence, by)
    return absence


def remove_absence(absence: Absence, *, by: Author) -> None:
    """Remove an absence. People may always remove their own."""
    with transaction.atomic():
        _lock(absence.user)
        if by not in (None, absence.user) and not may_set_absences(absence.user, by):
            raise NotYours
        _record("remove_absence", absence, by)
        Absence.objects.filter(pk=absence.pk).delete()


def _lock(user: User) -> None:
    get_user_model()._default_manager.select_for_update().get(pk=user.pk)


def _check_dates(user: User, starts_on: datetime.date, ends_on: datetime.date) -> None:
    if ends_on < starts_on:
        raise NotPossible("ends_on", _("The last day comes before the first."))
    if Absence.objects.between(starts_on, ends_on).filter(user=user).exists():
        raise NotPossible("starts_on", _("Another absence covers some of these days."))


def _check_replacement(
    user: User, replacement: User, starts_on: datetime.date, ends_on: datetime.date
) -> None:
    if replacement.pk == user.pk:
        raise NotPossible("replacement", _("A person cannot replace themselves."))
    refuse_inactive("replacement", replacement)
    if _leads_back(user.pk, replacement.pk, starts_on, ends_on, {replacement.pk}):
        raise NotPossible(
            "replacement",
            _("On these days, the absent manager already stands in for %(name)s.")
            % {"name": get_display_name(replacement)},
        )


def _leads_back(
    user: int, person: int, first: datetime.date, last: datetime.date, seen: set[int]
) -> bool:
    """Return whether the replacements lead back to the user on days that all absences share."""
    for absence in Absence.objects.between(first, last).filter(user=person):
        follower = absence.replacement_id
        if follower == user:
            return True
        if follower is None or follower in seen:
            continue
        start, end = max(first, absence.starts_on), min(last, absence.ends_on)
        if _leads_back(user, follower, start, end, seen | {follower}):
            return True
    return False


def _record(action: str, absence: Absence, by: Author) -> None:
    """Log the change in every service of the person."""
    days = {
        "starts_on": format_value(absence.starts_on),
        "ends_on": format_value(absence.ends_on),
        "replacement": get_display_name(absence.replacement) if absence.replacement else None,
    }
    added = action == "add_absence"
    for service in Service.objects.filter(managers__user=absence.user):
        ConfigurationChange(service, by).record(
            action,
            before={} if added else days,
            after=days if added else {},
            name=get_display_name(absence.user),
            user=absence.user_id,
        )
