"""Changing notification preferences: everyone's switches, and managers' choices per service."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from wagtail_helpdesk.models import (
    HelpdeskPreferences,
    Monitoring,
    ReportPreference,
    Service,
    ServiceManager,
)
from wagtail_helpdesk.models.monitoring_levels import Levels
from wagtail_helpdesk.models.preferences import raise_levels

from .errors import NotYours

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """The sections of a daily report, in order, and when it is sent."""

    shows: tuple[str, ...]
    first_hour: int | None
    second_hour: int | None
    weekends: bool


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """A manager's choices for a service; None leaves that part unchanged."""

    service: int
    levels: Levels | None = None
    #: Whether alerts wait for the daily report; used with ``levels`` only.
    in_report: bool = False
    report: ReportChoice | None = None


def change_switches(user: User, **switches: Any) -> None:
    """Change some of a person's switches; the others stay unchanged."""
    HelpdeskPreferences.objects.update_or_create(user=user, defaults=switches)


def save_service_preferences(user: User, choices: Collection[ServiceChoice]) -> None:
    """Save a manager's choices; the number of statements does not depend on that of services.

    Levels lower than the one before are raised. Raises ``NotYours`` when the user does not manage
    one of the services; nothing is saved then.
    """
    with transaction.atomic():
        _check_manages(user, {choice.service for choice in choices})
        monitoring = [_build_monitoring(user, choice) for choice in choices if choice.levels]
        reports = [_build_report(user, c.service, c.report) for c in choices if c.report]
        _save_rows(Monitoring, monitoring)
        _save_rows(ReportPreference, reports)


def reset_service_preferences(user: User, service: Service) -> None:
    """Delete a manager's choices for a service, so that its defaults apply, later ones included."""
    Monitoring.objects.filter(user=user, service=service).delete()
    ReportPreference.objects.filter(user=user, service=service).delete()


def _check_manages(user: User, services: set[int]) -> None:
    managed = ServiceManager.objects.filter(user=user, service__in=services)
    if managed.count() != len(services):
        raise NotYours


def _build_monitoring(user: User, choice: ServiceChoice) -> Monitoring:
    assert choice.levels is not None  # noqa: S101 - the caller filters on it
    any_ticket, member, in_charge = raise_levels(choice.levels)
    return Monitoring(
        user=user,
        service_id=choice.service,
        any_ticket=any_ticket,
        member=member,
        in_charge=in_charge,
        in_report=choice.in_report,
    )


def _build_report(user: User, service: int, report: ReportChoice) -> ReportPreference:
    return ReportPreference(
        user=user,
        service_id=service,
        shows=list(report.shows),
        first_hour=report.first_hour,
        second_hour=report.second_hour,
        weekends=report.weekends,
    )


def _save_rows(model: type[models.Model], rows: list[Any]) -> None:
    key = ("user", "service")
    fields = [field.name for field in model._meta.local_fields if not field.primary_key]
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=key,
        update_fields=[name for name in fields if name not in key],
    )
