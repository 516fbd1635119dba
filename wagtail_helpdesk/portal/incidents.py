"""The incidents that a reader is shown: one statement, with what the reader may do about each."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Visibility
from wagtail_helpdesk.models import (
    Incident,
    IncidentText,
    Service,
    Subscription,
    Ticket,
    choose_incident_text,
)

#: Rows read at most: an incident has one for each of its services.
MAX_INCIDENT_ROWS = 200


@dataclass(frozen=True, slots=True)
class ShownIncident:
    """An incident for its reader."""

    pk: int
    text: IncidentText
    starts_at: datetime.datetime
    ends_at: datetime.datetime | None
    is_over: bool = False
    #: The services that the reader can see among those it concerns.
    services: frozenset[int] = frozenset()
    #: Whether the page that is shown belongs to a section that it concerns.
    is_here: bool = False
    #: The number of its public ticket, None where the reader cannot see one.
    ticket: int | None = None
    #: Whether it has a public ticket, for some reader or other.
    has_ticket: bool = False
    #: Whether the reader is notified of the ticket.
    is_told: bool = False
    #: How many people follow the ticket, for those who manage its service; else 0.
    followers: int = 0

    @property
    def can_be_followed(self) -> bool:
        """Whether the reader can press “Me too”."""
        return self.ticket is not None and not self.is_told and not self.is_over

    @property
    def anchor(self) -> str:
        """The id of its element in a page."""
        return f"hd-incident-{self.pk}"

    def concerns(self, service: Any) -> bool:
        """Return whether it is shown beside the category of a service."""
        return self.is_here or service in self.services


def load_incidents(user: Any, page: Any = None, *, rows: Any = None) -> list[ShownIncident]:
    """Return the incidents of services that the user can see and of the sections above the page.

    By default the current ones, newest first; ``rows`` are others. It takes one statement.
    """
    if not access.is_active_user(user):
        return []
    incidents = Incident.objects.current() if rows is None else rows
    ticket = Ticket.objects.visible_to(user).filter(
        pk=OuterRef("ticket"), visibility=Visibility.PUBLIC
    )
    own = Subscription.objects.filter(user=user, ticket=OuterRef("ticket"))
    guests = user.helpdesk_invitations.filter(ticket=OuterRef("ticket"))
    is_on_ticket = Q(ticket__requester=user.pk) | Q(Exists(guests))
    manages = Exists(user.helpdesk_manager_rows.filter(service=OuterRef("ticket__service")))
    found = (
        incidents.annotate(
            concerned=F("services"),
            is_seen=Exists(Service.objects.visible_to(user).filter(pk=OuterRef("concerned"))),
            is_here=Exists(Incident.objects.in_section_of(page).filter(pk=OuterRef("pk"))),
            sees_ticket=Exists(ticket),
            is_told=(is_on_ticket | Q(Exists(own.filter(following=True))))
            & ~Q(Exists(own.filter(muted=True))),
            followers=Case(When(manages, then=_count_followers()), default=Value(0)),
        )
        .filter(Q(is_seen=True) | Q(is_here=True))
        .values(
            "pk",
            "texts",
            "starts_at",
            "ends_at",
            "concerned",
            "is_seen",
            "is_here",
            "ticket",
            "ticket__is_open",
            "sees_ticket",
            "is_told",
            "followers",
        )
    )
    return _group(found[:MAX_INCIDENT_ROWS])


def load_section_incidents(page: Any) -> list[ShownIncident]:
    """Return the current incidents of the sections above a page, the same for every reader."""
    return _describe(Incident.objects.current().in_section_of(page))


def load_service_incidents(service: Service) -> list[ShownIncident]:
    """Return the current incidents of a service, the same for everybody who can see it."""
    return _describe(Incident.objects.current().filter(services=service))


def _describe(incidents: Any) -> list[ShownIncident]:
    rows = incidents.values_list("pk", "texts", "starts_at", "ends_at", "ticket__visibility")
    return [
        ShownIncident(
            pk,
            choose_incident_text(texts),
            starts_at,
            ends_at,
            has_ticket=visibility == Visibility.PUBLIC,
        )
        for pk, texts, starts_at, ends_at, visibility in rows[:MAX_INCIDENT_ROWS]
    ]


def _count_followers() -> Coalesce:
    followers = Subscription.objects.filter(
        ticket=OuterRef("ticket"), following=True, user__is_active=True
    )
    count = followers.order_by().values("ticket").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(count), 0)


def _group(rows: Any) -> list[ShownIncident]:
    """Return one incident for the rows of each."""
    services: dict[int, set[int]] = {}
    firsts: dict[int, dict[str, Any]] = {}
    for row in rows:
        firsts.setdefault(row["pk"], row)
        concerned = services.setdefault(row["pk"], set())
        if row["is_seen"]:
            concerned.add(row["concerned"])
    now = timezone.now()
    return [
        ShownIncident(
            pk,
            choose_incident_text(row["texts"]),
            row["starts_at"],
            row["ends_at"],
            is_over=row["ticket__is_open"] is False
            or (row["ends_at"] is not None and row["ends_at"] <= now),
            services=frozenset(services[pk]),
            is_here=row["is_here"],
            ticket=row["ticket"] if row["sees_ticket"] else None,
            is_told=row["is_told"],
            followers=row["followers"],
        )
        for pk, row in firsts.items()
    ]
