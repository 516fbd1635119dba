"""A manager's day at a glance: what waits for them, what is free, how busy their services are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Priority, Privilege
from wagtail_helpdesk.models import OutgoingMail, Ticket
from wagtail_helpdesk.names import choose_title
from wagtail_helpdesk.portal.page_lookup import open_helpdesk_page
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import age_filter, queues

#: Tickets listed of those that wait and of those that are free.
MAX_LINES = 6
#: Waiting tickets are counted no further.
MAX_WAITING = 100
#: Services whose open tickets are counted.
MAX_COUNTED_SERVICES = 12
#: For how long a failed e-mail is reported.
RECENT_FAILURES = timedelta(days=7)

_FIELDS = (
    "number",
    "subject",
    "priority",
    "created_at",
    "category__name",
    "category__titles",
    "service__name",
    "service__titles",
)


@dataclass(frozen=True, slots=True)
class OverviewLine:
    """A ticket in the overview; ``words`` say why it waits or how old it is."""

    number: int
    subject: str
    place: str
    words: str
    urgent: str


@dataclass(frozen=True, slots=True)
class AgeCount:
    """The number of free tickets of an age, and the query string with which the desk lists them."""

    label: Any
    count: str
    query: str


@dataclass(frozen=True, slots=True)
class ServiceLoad:
    """The numbers of open and of free tickets of a service."""

    service: Any
    name: str
    free: str
    open: str


@dataclass(frozen=True, slots=True)
class MailFailures:
    """How many e-mails failed lately, and the error of the last one."""

    count: str
    error: str


class Overview:
    """Everything that the panel shows, in at most six statements for any number of tickets."""

    #: The query string with which the desk lists the free tickets of the user's categories.
    free_query = "queue=categories&status=free&order=oldest"

    def __init__(self, request: HelpdeskRequest) -> None:
        self.helpdesk, self.user, self.base = request, request.user, request.base
        self.rows = request.manager_rows
        self.scope = queues.DeskScope(request.user)

    # -- what waits for the manager ----------------------------------------------------------------

    @cached_property
    def calls(self) -> list[OverviewLine]:
        """The tickets in the user's charge to which something happened since the user last acted."""
        return [_build_line(row, queues.get_reason(row["call"])) for row in self._read_calls()]

    @property
    def waiting(self) -> list[OverviewLine]:
        """The calls that are shown."""
        return self.calls[:MAX_LINES]

    @property
    def waiting_count(self) -> str:
        """The number of calls, as shown."""
        is_capped = len(self.calls) >= MAX_WAITING
        return f"{MAX_WAITING - 1}+" if is_capped else str(len(self.calls))

    def _read_calls(self) -> Iterable[dict[str, Any]]:
        waiting = queues.find_waiting_tickets(self.scope).filter(is_open=True)
        call = Subquery(queues.find_calls(self.user).values("action")[:1])
        latest = waiting.order_by("-last_activity_at", "-number")
        return latest.annotate(call=call).values(*_FIELDS, "call")[:MAX_WAITING]

    # -- what is free ------------------------------------------------------------------------------

    @cached_property
    def free(self) -> list[OverviewLine]:
        """The free tickets of the user's categories, oldest first."""
        if not self.scope.categories:
            return []
        now = timezone.now()
        rows = self._free.order_by("created_at", "number").values(*_FIELDS)[:MAX_LINES]
        return [_build_line(row, timesince(row["created_at"], now, depth=1)) for row in rows]

    @cached_property
    def _free(self) -> QuerySet[Ticket]:
        free = queues.find_free_tickets(self.scope).filter(is_open=True)
        return free.filter(category__in=self.scope.categories)

    # -- counters, in one statement ----------------------------------------------------------------

    @cached_property
    def _counts(self) -> Mapping[str, Any]:
        return queues.count_in_one_statement(self._columns(), self.user)

    def _columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = {
            f"free_{age}": queues.CappedCount(self._free.filter(age_filter.get_age_q(age)))
            for age in age_filter.LABELS
        }
        for row in self.rows[:MAX_COUNTED_SERVICES]:
            here = self.scope.tickets.filter(service=row.service.pk, is_open=True)
            columns[f"open_{row.service.pk}"] = queues.CappedCount(here)
            columns[f"free_{row.service.pk}"] = queues.CappedCount(here.filter(assignee=None))
        edits = any(Privilege.EDIT_SERVICE in row.privileges for row in self.rows)
        if edits or access.administers_helpdesk(self.user):
            columns |= _build_failure_columns(self.user)
        return columns

    @property
    def ages(self) -> list[AgeCount]:
        """The free tickets of the user's categories, counted by age."""
        return [
            AgeCount(
                label,
                queues.format_count(self._counts[f"free_{age}"]),
                f"{self.free_query}&age={age}",
            )
            for age, label in age_filter.LABELS.items()
        ]

    @property
    def free_count(self) -> str:
        """The number of free tickets in the user's categories, as shown."""
        counts = (self._counts[f"free_{age}"] for age in age_filter.LABELS)
        return queues.format_count(min(sum(counts), queues.MAX_COUNT))

    @property
    def loads(self) -> list[ServiceLoad]:
        """The services that the user manages, with their numbers of tickets."""
        return [
            ServiceLoad(
                row.service.pk,
                str(row.service),
                free=queues.format_count(self._counts[f"free_{row.service.pk}"]),
                open=queues.format_count(self._counts[f"open_{row.service.pk}"]),
            )
            for row in self.rows[:MAX_COUNTED_SERVICES]
        ]

    @property
    def failures(self) -> MailFailures | None:
        """The e-mails that failed lately; None without any, and for those not responsible."""
        return _make_failures(self._counts)


def find_mail_failures(user: Any) -> MailFailures | None:
    """Return the e-mails that failed lately, for a person who administers them; None without any."""
    return _make_failures(queues.count_in_one_statement(_build_failure_columns(user), user))


def _build_failure_columns(user: Any) -> dict[str, Any]:
    mails = OutgoingMail.objects.administered_by(user)
    failed = mails.filter(failed_at__gt=timezone.now() - RECENT_FAILURES)
    latest = failed.order_by("-failed_at")
    return {
        "failed": queues.CappedCount(latest),
        "failed_error": Subquery(latest.values("last_error")[:1]),
    }


def _make_failures(counts: Mapping[str, Any]) -> MailFailures | None:
    if not counts.get("failed"):
        return None
    return MailFailures(queues.format_count(counts["failed"]), counts["failed_error"])


def _build_line(row: dict[str, Any], words: Any) -> OverviewLine:
    return OverviewLine(
        number=row["number"],
        subject=row["subject"],
        place=" › ".join(
            choose_title(row[f"{level}__titles"], row[f"{level}__name"])
            for level in ("service", "category")
        ),
        words=str(words),
        urgent=str(Priority(row["priority"]).label) if row["priority"] > Priority.NORMAL else "",
    )


def get_overview(request: HttpRequest) -> Overview | None:
    """Return the overview of a manager, built once per request; None for everybody else."""
    if not hasattr(request, "_helpdesk_overview"):
        request._helpdesk_overview = _build_overview(request)  # type: ignore[attr-defined]
    overview: Overview | None = request._helpdesk_overview  # type: ignore[attr-defined]
    return overview


def _build_overview(http: HttpRequest) -> Overview | None:
    request = HelpdeskRequest(None, http)
    # Asked first: most people manage nothing, and for them this is the only statement.
    if not request.manager_rows or (page := open_helpdesk_page(http)) is None:
        return None
    request.page = page
    return Overview(request)
