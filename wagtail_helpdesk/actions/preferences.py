"""What people choose to hear: everybody their own switches, managers for the services they manage."""

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
from wagtail_helpdesk.models.preferences import Levels, raise_levels

from .errors import NotYours

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """What a daily report lists, in order, and when it is sent."""

    shows: tuple[str, ...]
    first_hour: int | None
    second_hour: int | None
    weekends: bool


@dataclass(frozen=True, slots=True)
class ServiceChoice:
    """What a manager chose for a service; None leaves that part as it is, be it the default."""

    service: int
    levels: Levels | None = None
    report: ReportChoice | None = None


def change_switches(user: User, **switches: Any) -> None:
    """Change some of a person's own switches; the others stay as they are."""
    HelpdeskPreferences.objects.update_or_create(user=user, defaults=switches)


def save_service_preferences(user: User, choices: Collection[ServiceChoice]) -> None:
    """Record what a manager chose, for however many services, in as many statements as for one.

    Levels quieter than the one before are raised. Raises ``NotYours`` when they do not manage one
    of the services; nothing is recorded then.
    """
    with transaction.atomic():
        _refuse_strangers(user, {choice.service for choice in choices})
        monitoring = [_monitoring(user, c.service, c.levels) for c in choices if c.levels]
        reports = [_report(user, c.service, c.report) for c in choices if c.report]
        _put(Monitoring, monitoring)
        _put(ReportPreference, reports)


def reset_service_preferences(user: User, service: Service) -> None:
    """Forget what a manager chose for a service: its defaults hold again, today's and later ones."""
    Monitoring.objects.filter(user=user, service=service).delete()
    ReportPreference.objects.filter(user=user, service=service).delete()


def _refuse_strangers(user: User, services: set[int]) -> None:
    managed = ServiceManager.objects.filter(user=user, service__in=services)
    if managed.count() != len(services):
        raise NotYours


def _monitoring(user: User, service: int, levels: Levels) -> Monitoring:
    any_ticket, member, in_charge = raise_levels(levels)
    return Monitoring(
        user=user,
        service_id=service,
        any_ticket=any_ticket,
        member=member,
        in_charge=in_charge,
    )


def _report(user: User, service: int, report: ReportChoice) -> ReportPreference:
    return ReportPreference(
        user=user,
        service_id=service,
        shows=list(report.shows),
        first_hour=report.first_hour,
        second_hour=report.second_hour,
        weekends=report.weekends,
    )


def _put(model: type[models.Model], rows: list[Any]) -> None:
    key = ("user", "service")
    fields = [field.name for field in model._meta.local_fields if not field.primary_key]
    model._default_manager.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=key,
        update_fields=[name for name in fields if name not in key],
    )
