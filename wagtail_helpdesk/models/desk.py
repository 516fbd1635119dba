"""What managers keep about their desk: what they have read, bookmarks and saved views."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .events import Event
from .services import Service
from .tickets import Ticket

#: Older events are never unread: it bounds what a list reads, and what a new manager finds unread.
UNREAD_DAYS = 30


def get_unread_limit() -> datetime:
    """Return the moment before which everything counts as read."""
    return timezone.now() - timedelta(days=UNREAD_DAYS)


def _get_since(read_until: datetime | None) -> datetime:
    return max(get_unread_limit(), read_until or get_unread_limit())


def find_news(user: Any, read_until: datetime | None = None) -> models.QuerySet[Event]:
    """Return what is new on a ticket for a manager of its service; a subquery of tickets.

    New is what others did after ``read_until``, after what the user was shown last, and after the
    user's own last action on the ticket, within ``UNREAD_DAYS``.
    """
    # Of the ticket outside, for the index on the events of one ticket.
    of_ticket = {"ticket": OuterRef(OuterRef("pk"))}
    shown = TicketRead.objects.filter(user=user, last_event__gte=OuterRef("pk"), **of_ticket)
    acted = Event.objects.filter(actor=user, pk__gt=OuterRef("pk"), **of_ticket)
    return Event.objects.filter(
        ~Q(actor=user),
        ~Exists(shown),
        ~Exists(acted),
        ticket=OuterRef("pk"),
        created_at__gt=_get_since(read_until),
    )


def build_unread_q(user: Any, read_until: datetime | None = None) -> Q:
    """Return the condition under which a ticket has news for a manager of its service."""
    # The activity of a ticket is never older than its events, and it is the activity that is indexed.
    return Q(Exists(find_news(user, read_until)), last_activity_at__gt=_get_since(read_until))


class TicketReadQuerySet(models.QuerySet["TicketRead"]):
    """What people were shown of tickets."""

    def outdated(self) -> Self:
        """Narrow to the rows that change nothing any more."""
        return self.filter(read_at__lt=get_unread_limit())


class TicketRead(models.Model):
    """The last event of a ticket that a manager was shown."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    # Only compared: a foreign key would cost an index.
    last_event = models.BigIntegerField()
    read_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = TicketReadQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket"], name="helpdesk_ticket_read_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id}"


class Bookmark(models.Model):
    """A ticket that a manager wants to find again."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")

    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket"], name="helpdesk_bookmark_once"),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id}"


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Saved views, with the check for using them."""

    def usable_by(self, user: Any) -> Self:
        """Narrow to a user's own views and those of the services that the user manages."""
        manages = user.helpdesk_manager_rows.filter(service=OuterRef("service"))
        return self.filter(Q(owner=user) | Exists(manages))


class SavedView(models.Model):
    """A list of the desk under a name: of one person, or of all managers of a service."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="helpdesk_views",
    )
    service = models.ForeignKey(
        Service, null=True, on_delete=models.CASCADE, related_name="desk_views"
    )
    name = models.CharField(_("name"), max_length=60)
    #: The query string of the list.
    query = models.CharField(max_length=2000)

    objects = SavedViewQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["name", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(owner=None, service__isnull=False)
                | Q(owner__isnull=False, service=None),
                name="helpdesk_view_of_person_or_service",
            ),
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=Q(service=None),
                name="helpdesk_view_name_of_person",
            ),
            models.UniqueConstraint(
                fields=["service", "name"],
                condition=Q(owner=None),
                name="helpdesk_view_name_of_service",
            ),
        ]

    def __str__(self) -> str:
        return self.name
