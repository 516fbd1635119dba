"""The daily reports: who is due for one, and sending one now (the guide's II.1)."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby, islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.mailqueue.addresses import get_time_zone
from wagtail_helpdesk.models import (
    Heartbeat,
    HelpdeskPreferences,
    Kind,
    OutgoingMail,
    ReportContent,
    ReportPreference,
    Service,
    ServiceManager,
)
from wagtail_helpdesk.notifications.recipient_data import CHUNK
from wagtail_helpdesk.notifications.wakeup import ring

from . import slots
from .data import OpenTickets, ReportData

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

BEAT = "reports"
#: A last look so far in the future means that the clock was wrong and is right again.
CLOCK_WAS_WRONG = timedelta(days=1)

#: A mail, whose it is, and what it lists in which order.
Wanted = tuple[int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report of one service that is due to somebody."""

    user: int
    service: int
    slot: datetime
    shows: tuple[str, ...]
    grouped: bool


def plan_reports(now: datetime | None = None) -> int:
    """Make the reports that fell due since the last look, whoever looked; return how many mails.

    The look itself is what happens once: of several planners at once one writes it down, in the
    transaction of the reports. So no slot is sent twice, and an outage is caught up by one mail.
    """
    last, created = Heartbeat.objects.get_or_create(
        name=BEAT, defaults={"at": now or timezone.now()}
    )
    now = now or _database_now()
    if last.at - now > CLOCK_WAS_WRONG:
        logger.warning("Reports were last looked at in the future (%s): starting again.", last.at)
        Heartbeat.objects.filter(name=BEAT, at=last.at).update(at=now)
        return 0
    if created or now <= last.at:
        return 0
    with transaction.atomic():
        if not Heartbeat.objects.filter(name=BEAT, at=last.at).update(at=now):
            return 0
        return _make(last.at, now) if slots.may_be_due(last.at, now) else 0


def try_to_plan_reports() -> None:
    """Make the reports that are due; whatever stops them is logged, and stops no alert."""
    try:
        plan_reports()
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        logger.exception("The reports that are due cannot be made yet.")


def _database_now() -> datetime:
    """Return what time it is for the database: hosts' clocks differ."""
    beat = Heartbeat.objects.filter(name=BEAT).annotate(now=Now())
    moment: datetime = beat.values_list("now", flat=True).get()
    return moment


def _make(after: datetime, until: datetime) -> int:
    wanted: dict[int, list[Wanted]] = {}
    made = 0
    for _, dues in groupby(find_due_between(after, until), key=lambda due: due.user):
        for mail, parts in _envelopes(list(dues)):
            mail.save()
            made += 1
            for due in parts:
                wanted.setdefault(due.service, []).append((mail.pk, due.user, due.shows))
    # By service and not by person: each open ticket is read once, whoever lists it.
    for service, mails in wanted.items():
        _fill(service, mails)
    return made


# -- who is due --------------------------------------------------------------------------------


def find_due_now() -> Iterator[DueReport]:
    """Give the reports that ``plan`` would make."""
    last = Heartbeat.objects.filter(name=BEAT).first()
    return find_due_between(last.at, _database_now()) if last else iter(())


def find_due_between(after: datetime, until: datetime) -> Iterator[DueReport]:
    """Give the reports whose hour came in a stretch of time, person by person."""
    holidays = get_holidays()
    managers = ServiceManager.objects.filter(user__is_active=True).order_by("user", "service")
    rows = managers.values_list("user", "service").iterator(chunk_size=2000)
    while some := list(islice(rows, CHUNK)):
        chosen = _Choices({user for user, _ in some})
        for user, service in some:
            shows, hours, weekends = chosen.of(user, service)
            if not (shows and hours) or chosen.suspended(user):
                continue
            zone = chosen.zone(user)
            slot = slots.find_last_due(
                hours, zone, after, until, weekends=weekends, holidays=holidays
            )
            if slot is not None:
                yield DueReport(user, service, slot, shows, chosen.grouped(user))


class _Choices:
    """What some managers chose about their reports: in three statements, or as many as are asked for."""

    def __init__(self, users: set[int]) -> None:
        self.users, self.default = users, ReportPreference.default()

    @cached_property
    def rows(self) -> dict[tuple[int, int], ReportPreference]:
        rows = ReportPreference.objects.filter(user__in=self.users)
        return {(row.user_id, row.service_id): row for row in rows}

    @cached_property
    def people(self) -> dict[int, HelpdeskPreferences]:
        rows = HelpdeskPreferences.objects.filter(user__in=self.users)
        return {row.user_id: row for row in rows}

    @cached_property
    def zones(self) -> dict[int, str]:
        return _account_zones(self.users)

    def of(self, user: int, service: int) -> tuple[tuple[str, ...], tuple[int, ...], bool]:
        """Return what a report lists, at which hours, and whether also at weekends."""
        row = self.rows.get((user, service)) or self.default
        hours = (row.first_hour, row.second_hour) if row.first_hour is not None else ()
        return tuple(row.shows), tuple(hour for hour in hours if hour is not None), row.weekends

    def suspended(self, user: int) -> bool:
        """Whether somebody wants no reports at present."""
        return user in self.people and self.people[user].reports_suspended

    def grouped(self, user: int) -> bool:
        """Whether several services come in one mail."""
        return user not in self.people or self.people[user].group_reports

    def zone(self, user: int) -> ZoneInfo:
        """Return the time zone somebody's hours are in."""
        chosen = self.people[user].time_zone if user in self.people else ""
        return get_time_zone(chosen, self.zones.get(user, ""))


def _account_zones(users: set[int]) -> dict[int, str]:
    """Return the time zones of Wagtail's accounts, where the site has them."""
    if not apps.is_installed("wagtail.users"):
        return {}
    rows = apps.get_model("wagtailusers", "UserProfile").objects.filter(user__in=users)
    return dict(rows.exclude(current_time_zone="").values_list("user", "current_time_zone"))


def get_holidays() -> Container[date]:
    """Return the site's holidays: dates, or a country as the library ``holidays`` names it."""
    value = helpdesk_settings.HOLIDAYS
    if not isinstance(value, str):
        return value  # type: ignore[no-any-return]
    # Only here: an extra, which a site without a country's holidays does not need.
    import holidays

    country, _, subdivision = value.partition("-")
    dates: Container[date] = holidays.country_holidays(country, subdiv=subdivision or None)
    return dates


# -- mails -------------------------------------------------------------------------------------


def _envelopes(dues: list[DueReport]) -> Iterator[tuple[OutgoingMail, list[DueReport]]]:
    """Give the mails of one person: one for everything, or one for each service."""
    if dues[0].grouped:
        slot = max(due.slot for due in dues)
        service = dues[0].service if len(dues) == 1 else None
        yield create_report_mail(dues[0].user, slot=slot, service=service), dues
        return
    for due in dues:
        yield create_report_mail(due.user, slot=due.slot, service=due.service), [due]


def create_report_mail(user: int, *, slot: datetime | None, service: int | None) -> OutgoingMail:
    """Return the mail of a report, not saved."""
    return OutgoingMail(
        kind=Kind.REPORT,
        user_id=user,
        slot=slot,
        service_id=service,
        # Thousands fall due at once; whoever asks for one now waits for it.
        bulk=slot is not None,
        # It bundles nothing that may still come.
        sealed=True,
        message_id=f"<r{user}.{uuid.uuid4().hex}@{helpdesk_settings.MAIL_DOMAIN}>",
    )


def _fill(service: int, mails: Iterable[Wanted]) -> None:
    """Write down what the reports list of a service, in one pass over its open tickets."""
    tickets = OpenTickets.read(service)
    ReportContent.objects.bulk_create(
        (
            ReportContent(mail_id=mail, service_id=service, listing=tickets.listing(user, shows))
            for mail, user, shows in mails
        ),
        batch_size=1000,
    )


def send_report_now(user: User, service: Service) -> OutgoingMail:
    """Make the report of a service for one of its managers at once, whatever the hour."""
    shows, _, _ = _Choices({user.pk}).of(user.pk, service.pk)
    with transaction.atomic():
        mail = create_report_mail(user.pk, slot=None, service=service.pk)
        mail.save()
        _fill(service.pk, [(mail.pk, user.pk, shows)])
    ring("wagtail_helpdesk.tasks.deliver")
    return mail


def is_still_wanted(user: int) -> Callable[[int], bool]:
    """Return what tells of which services somebody wants reports, as they choose now."""
    chosen = _Choices({user})

    def wanted(service: int) -> bool:
        shows, hours, _ = chosen.of(user, service)
        return bool(shows and hours)

    return wanted


def refill_report(mail: OutgoingMail, gathered: ReportData) -> None:
    """Gather a report again that could not leave in time: it tells what is, not what was."""
    parts = list(mail.parts.all())
    chosen = _Choices({mail.user_id} if mail.user_id else set())
    for part in parts:
        shows, _, _ = chosen.of(mail.user_id or 0, part.service_id)
        part.listing = gathered.of(part.service_id).listing(mail.user_id or 0, shows)
    ReportContent.objects.bulk_update(parts, ["listing"])
