"""Daily reports: who is due one, and sending one at once (guide, II.1)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby, islice
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from wagtail_helpdesk.mailqueue.addresses import get_time_zone
from wagtail_helpdesk.message_ids import make_message_id
from wagtail_helpdesk.models import (
    Heartbeat,
    HelpdeskPreferences,
    Notification,
    OutgoingMail,
    ReportContent,
    ReportPreference,
    Service,
    ServiceManager,
)
from wagtail_helpdesk.notifications.recipient_data import CHUNK
from wagtail_helpdesk.notifications.wakeup import request_task
from wagtail_helpdesk.working_time import get_holidays

from . import slots
from .data import OpenTickets, ReportData

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)

#: The kind of mail of a report.
REPORT = "report"
#: The name of the heartbeat.
HEARTBEAT = "reports"
#: A last run this far in the future means that the clock was wrong and has been corrected.
CLOCK_TOLERANCE = timedelta(days=1)

#: A mail, its reader, and the sections it lists in their order.
PlannedPart = tuple[int, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report of one service that is due to a manager."""

    user: int
    service: int
    slot: datetime
    sections: tuple[str, ...]
    grouped: bool


def plan_reports(now: datetime | None = None) -> int:
    """Create the reports that became due since the last run; return the number of mails.

    The time of the run is stored in the transaction of the reports, by one of several processes at
    most. So no slot is sent twice, and an outage is caught up by one mail.
    """
    last, created = Heartbeat.objects.get_or_create(
        name=HEARTBEAT, defaults={"at": now or timezone.now()}
    )
    now = now or _database_now()
    if last.at - now > CLOCK_TOLERANCE:
        logger.warning("Reports were last planned in the future (%s): starting again.", last.at)
        Heartbeat.objects.filter(name=HEARTBEAT, at=last.at).update(at=now)
        return 0
    if created or now <= last.at:
        return 0
    with transaction.atomic():
        if not Heartbeat.objects.filter(name=HEARTBEAT, at=last.at).update(at=now):
            return 0
        return _create_mails(last.at, now) if slots.may_be_due(last.at, now) else 0


def try_to_plan_reports() -> None:
    """Create the reports that are due; errors are logged, so that they do not stop alerts."""
    try:
        plan_reports()
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        logger.exception("The reports that are due cannot be created yet.")


def _database_now() -> datetime:
    """Return the database's time: hosts' clocks differ."""
    heartbeat = Heartbeat.objects.filter(name=HEARTBEAT).annotate(now=Now())
    moment: datetime = heartbeat.values_list("now", flat=True).get()
    return moment


def _create_mails(after: datetime, until: datetime) -> int:
    by_service: dict[int, list[PlannedPart]] = {}
    made = 0
    for _, dues in groupby(find_due_between(after, until), key=lambda due: due.user):
        for mail, parts in _make_mails(list(dues)):
            mail.save()
            made += 1
            for due in parts:
                by_service.setdefault(due.service, []).append((mail.pk, due.user, due.sections))
    # By service, not by person: each open ticket is read once for all reports that list it.
    for service, mails in by_service.items():
        _fill(service, mails)
        _add_news(service, mails)
    return made


# -- who is due --------------------------------------------------------------------------------


def find_due_now() -> Iterator[DueReport]:
    """Yield the reports that ``plan_reports`` would create now."""
    last = Heartbeat.objects.filter(name=HEARTBEAT).first()
    return find_due_between(last.at, _database_now()) if last else iter(())


def find_due_between(after: datetime, until: datetime) -> Iterator[DueReport]:
    """Yield the reports whose hour is in a period, ordered by user."""
    holidays = get_holidays()
    managers = ServiceManager.objects.filter(user__is_active=True, service__enabled=True)
    ordered = managers.order_by("user", "service")
    rows = ordered.values_list("user", "service").iterator(chunk_size=2000)
    while some := list(islice(rows, CHUNK)):
        preferences = _Preferences({user for user, _ in some})
        for user, service in some:
            chosen, hours, weekends = preferences.get_report(user, service)
            if not (chosen and hours) or preferences.is_suspended(user):
                continue
            zone = preferences.get_zone(user)
            slot = slots.find_last_due(
                hours, zone, after, until, weekends=weekends, holidays=holidays
            )
            if slot is not None:
                yield DueReport(user, service, slot, chosen, preferences.is_grouped(user))


class _Preferences:
    """The report preferences of some managers, each kind read in one statement when first needed."""

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
    def account_zones(self) -> dict[int, str]:
        return find_account_zones(self.users)

    def get_report(self, user: int, service: int) -> tuple[tuple[str, ...], tuple[int, ...], bool]:
        """Return the sections of a report, its hours, and whether it is sent at weekends."""
        row = self.rows.get((user, service)) or self.default
        hours = (row.first_hour, row.second_hour) if row.first_hour is not None else ()
        return tuple(row.shows), tuple(hour for hour in hours if hour is not None), row.weekends

    def is_suspended(self, user: int) -> bool:
        """Return whether a manager has suspended the reports."""
        return user in self.people and self.people[user].reports_suspended

    def is_grouped(self, user: int) -> bool:
        """Return whether the reports of several services are sent in one mail."""
        return user not in self.people or self.people[user].group_reports

    def get_zone(self, user: int) -> ZoneInfo:
        """Return the time zone of a manager's hours."""
        chosen = self.people[user].time_zone if user in self.people else ""
        return get_time_zone(chosen, self.account_zones.get(user, ""))


def find_account_zones(users: set[int]) -> dict[int, str]:
    """Return the time zones of Wagtail's user profiles, if the site has them, by user."""
    if not apps.is_installed("wagtail.users"):
        return {}
    rows = apps.get_model("wagtailusers", "UserProfile").objects.filter(user__in=users)
    return dict(rows.exclude(current_time_zone="").values_list("user", "current_time_zone"))


# -- mails -------------------------------------------------------------------------------------


def _make_mails(dues: list[DueReport]) -> Iterator[tuple[OutgoingMail, list[DueReport]]]:
    """Yield the mails of one manager: one for all services, or one per service."""
    if dues[0].grouped:
        slot = max(due.slot for due in dues)
        service = dues[0].service if len(dues) == 1 else None
        yield make_report_mail(dues[0].user, slot=slot, service=service), dues
        return
    for due in dues:
        yield make_report_mail(due.user, slot=due.slot, service=due.service), [due]


def make_report_mail(user: int, *, slot: datetime | None, service: int | None) -> OutgoingMail:
    """Return the mail of a report, unsaved."""
    return OutgoingMail(
        kind=REPORT,
        user_id=user,
        slot=slot,
        service_id=service,
        # Thousands become due at once; a report requested by its reader is urgent.
        bulk=slot is not None,
        # Nothing is added to it later.
        sealed=True,
        message_id=make_message_id(f"r{user}"),
    )


def _fill(service: int, mails: Iterable[PlannedPart]) -> None:
    """Store what the reports list of a service, in one pass over its open tickets."""
    tickets = OpenTickets.read(service)
    ReportContent.objects.bulk_create(
        (
            ReportContent(
                mail_id=mail, service_id=service, listing=tickets.list_sections(user, chosen)
            )
            for mail, user, chosen in mails
        ),
        batch_size=1000,
    )


def _add_news(service: int, mails: Sequence[PlannedPart]) -> None:
    """Give the reports what their readers chose to be alerted of in them, since the last ones.

    What is given to a report is in no other one. Tickets that moved to a service that the reader
    does not manage are in any: no other would have them.
    """
    place = OuterRef("event__ticket__service")
    managed = ServiceManager.objects.filter(user=OuterRef("user"), service=place)
    waiting = Notification.objects.waiting_for_report()
    here = waiting.filter(Q(event__ticket__service=service) | ~Exists(managed))
    parts = ReportContent.objects.filter(service=service, mail__user=OuterRef("user"))
    for start in range(0, len(mails), CHUNK):
        some = mails[start : start + CHUNK]
        own = parts.filter(mail__in=[mail for mail, _, _ in some]).values("mail")[:1]
        found = here.filter(user__in=[user for _, user, _ in some]).values("pk")
        # Repeated: another process may have given them to its report since they were found.
        waiting.filter(pk__in=found).update(mail=Subquery(own))


def send_report_now(user: User, service: Service) -> OutgoingMail:
    """Create the report of a service for one of its managers at once, whatever the hour."""
    chosen, _, _ = _Preferences({user.pk}).get_report(user.pk, service.pk)
    with transaction.atomic():
        mail = make_report_mail(user.pk, slot=None, service=service.pk)
        mail.save()
        part = (mail.pk, user.pk, chosen)
        _fill(service.pk, [part])
        _add_news(service.pk, [part])
    request_task("wagtail_helpdesk.tasks.deliver")
    return mail


def make_wanted_filter(user: int) -> Callable[[int], bool]:
    """Return a function: whether a manager still wants reports of a service."""
    preferences = _Preferences({user})

    def is_wanted(service: int) -> bool:
        chosen, hours, _ = preferences.get_report(user, service)
        return bool(chosen and hours)

    return is_wanted


def refill_report(mail: OutgoingMail, data: ReportData) -> None:
    """Update the content of a report that could not be sent in time to the present state."""
    parts = list(mail.parts.all())
    user = mail.user_id or 0
    preferences = _Preferences({user})
    for part in parts:
        chosen, _, _ = preferences.get_report(user, part.service_id)
        part.listing = data.get(part.service_id).list_sections(user, chosen)
    ReportContent.objects.bulk_update(parts, ["listing"])
