"""A manager's day at a glance: what waits for them, what is free, how busy their services are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk import access, lifecycle
from wagtail_helpdesk.lifecycle import Priority, Privilege, Status
from wagtail_helpdesk.models import Event, OutgoingMail, Ticket
from wagtail_helpdesk.portal.page_lookup import open_helpdesk_page
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import age_filter, queues

#: Lines shown of what waits and of what is free.
MOST_LINES = 6
#: Tickets that wait are counted no further.
MOST_CALLS = 100
#: Services whose load is shown.
MOST_SERVICES = 12
#: Since when a mail that failed is worth a word.
RECENTLY = timedelta(days=7)

_ANSWERED, _POSTPONED = _("The requester has answered"), _("Postponed until today")
#: Why a ticket waits for the manager in charge, by what happened to it since they last acted.
REASONS = {
    lifecycle.COMMENT.name: _ANSWERED,
    lifecycle.ATTACH.name: _ANSWERED,
    lifecycle.REJECT_CLOSURE.name: _("Closure refused"),
    lifecycle.REOPEN.name: pgettext_lazy("ticket", "Reopened"),
    lifecycle.ASSIGN.name: _("Assigned to you"),
    lifecycle.RESUME.name: _POSTPONED,
}
_BY_ANYBODY = (lifecycle.REJECT_CLOSURE.name, lifecycle.REOPEN.name, lifecycle.ASSIGN.name)
_CALLS = (
    Q(action__in=(lifecycle.COMMENT.name, lifecycle.ATTACH.name), actor=OuterRef("requester"))
    | Q(action__in=_BY_ANYBODY)
    | Q(action=lifecycle.RESUME.name, actor=None)
)


@dataclass(frozen=True, slots=True)
class OverviewLine:
    """A ticket in the overview, and in a few words why it is there or how old it is."""

    number: int
    subject: str
    place: str
    words: str
    urgent: str


@dataclass(frozen=True, slots=True)
class AgeCount:
    """How many free tickets are so old, and the choices with which the desk lists them."""

    label: Any
    count: str
    query: str


@dataclass(frozen=True, slots=True)
class ServiceLoad:
    """How many open and free tickets a service has."""

    service: Any
    name: str
    free: str
    open: str


@dataclass(frozen=True, slots=True)
class MailFailures:
    """Mails somebody answers for that did not go out, and why the last one did not."""

    count: str
    error: str


class Overview:
    """Everything the panel shows, in at most six statements whatever the number of tickets."""

    #: The choices with which the desk lists what is free in one's categories.
    free_query = "queue=categories&status=free&order=oldest"

    def __init__(self, request: HelpdeskRequest) -> None:
        self.user, self.base = request.user, request.base
        self.rows = request.managed
        self.services = [row.service.pk for row in self.rows]

    @cached_property
    def categories(self) -> list[Any]:
        return queues.find_member_categories(self.user)

    @cached_property
    def _managed(self) -> QuerySet[Ticket]:
        return queues.find_managed_tickets(self.user)

    def queue(self, name: str) -> QuerySet[Ticket]:
        """Return the open tickets of one of the desk's queues."""
        found = queues.find_queue(name, self._managed, self.user, self.services, self.categories)
        return found.filter(is_open=True)

    # -- what waits for me -------------------------------------------------------------------------

    @cached_property
    def calls(self) -> list[OverviewLine]:
        """The tickets in one's charge that something happened to since one last acted on them."""
        return [_line(row, REASONS.get(row["call"], _POSTPONED)) for row in self._calls()]

    @property
    def waiting(self) -> list[OverviewLine]:
        """The calls that are shown."""
        return self.calls[:MOST_LINES]

    @property
    def waiting_count(self) -> str:
        """How many there are."""
        most = len(self.calls) >= MOST_CALLS
        return f"{MOST_CALLS - 1}+" if most else str(len(self.calls))

    def _calls(self) -> Iterable[dict[str, Any]]:
        own = Event.objects.filter(actor=self.user, ticket=OuterRef("ticket"))
        since = ~Exists(own.filter(pk__gte=OuterRef("pk")))
        call = Event.objects.filter(_CALLS, since, ticket=OuterRef("pk")).order_by("-pk")
        due = Q(status=Status.POSTPONED, resume_on__lte=timezone.localdate())
        mine = self.queue("mine").annotate(call=Subquery(call.values("action")[:1]))
        waiting = mine.filter(due | Q(call__isnull=False))
        return waiting.order_by("-last_activity_at", "-number").values(*_FIELDS, "call")[
            :MOST_CALLS
        ]

    # -- what is free ------------------------------------------------------------------------------

    @cached_property
    def free(self) -> list[OverviewLine]:
        """The free tickets of one's categories, the oldest first."""
        if not self.categories:
            return []
        now = timezone.now()
        rows = self._free.order_by("created_at", "number").values(*_FIELDS)[:MOST_LINES]
        return [_line(row, timesince(row["created_at"], now, depth=1)) for row in rows]

    @cached_property
    def _free(self) -> QuerySet[Ticket]:
        return self.queue("free").filter(category__in=self.categories)

    # -- how many: one statement -------------------------------------------------------------------

    @cached_property
    def _counts(self) -> Mapping[str, Any]:
        return queues.count_in_one_statement(self._columns(), self.user)

    def _columns(self) -> dict[str, Any]:
        columns: dict[str, Any] = {
            f"free_{age}": queues.CappedCount(self._free.filter(age_filter.of_age(age)))
            for age in age_filter.LABELS
        }
        for row in self.rows[:MOST_SERVICES]:
            here = self._managed.filter(service=row.service.pk, is_open=True)
            columns[f"open_{row.service.pk}"] = queues.CappedCount(here)
            columns[f"free_{row.service.pk}"] = queues.CappedCount(here.filter(assignee=None))
        return columns | self._failures()

    @property
    def ages(self) -> list[AgeCount]:
        """How many of the free tickets of one's categories are how old."""
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
        """How many tickets are free in one's categories."""
        counts = (self._counts[f"free_{age}"] for age in age_filter.LABELS)
        return queues.format_count(min(sum(counts), queues.MOST))

    @property
    def loads(self) -> list[ServiceLoad]:
        """The services one manages, each with its load."""
        return [
            ServiceLoad(
                row.service.pk,
                row.service.name,
                free=queues.format_count(self._counts[f"free_{row.service.pk}"]),
                open=queues.format_count(self._counts[f"open_{row.service.pk}"]),
            )
            for row in self.rows[:MOST_SERVICES]
        ]

    def _failures(self) -> dict[str, Any]:
        edits = any(Privilege.EDIT_SERVICE in row.privileges for row in self.rows)
        if not edits and not access.administers_helpdesk(self.user):
            return {}
        mails = OutgoingMail.objects.answered_for_by(self.user)
        failed = mails.filter(failed_at__gt=timezone.now() - RECENTLY).order_by("-failed_at")
        return {
            "failed": queues.CappedCount(failed),
            "failed_error": Subquery(failed.values("last_error")[:1]),
        }

    @property
    def failures(self) -> MailFailures | None:
        """What those who answer for mails are told of those that failed."""
        if not self._counts.get("failed"):
            return None
        return MailFailures(
            queues.format_count(self._counts["failed"]), self._counts["failed_error"]
        )


_FIELDS = (
    "number",
    "subject",
    "priority",
    "created_at",
    "category__name",
    "service__name",
)


def _line(row: dict[str, Any], why: Any) -> OverviewLine:
    return OverviewLine(
        number=row["number"],
        subject=row["subject"],
        place=f"{row['service__name']} › {row['category__name']}",
        words=str(why),
        urgent=str(Priority(row["priority"]).label) if row["priority"] > Priority.NORMAL else "",
    )


def get_overview(request: HttpRequest) -> Overview | None:
    """Return the overview of a manager, made once per request; None for everybody else."""
    if not hasattr(request, "_helpdesk_overview"):
        request._helpdesk_overview = _overview(request)  # type: ignore[attr-defined]
    found: Overview | None = request._helpdesk_overview  # type: ignore[attr-defined]
    return found


def _overview(http: HttpRequest) -> Overview | None:
    request = HelpdeskRequest(None, http)
    # Asked first: most people manage nothing, and cost one statement.
    if not request.managed or (page := open_helpdesk_page(http)) is None:
        return None
    request.page = page
    return Overview(request)
