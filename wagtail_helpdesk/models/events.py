"""The history of tickets, which is also the outbox of alerts."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import access, lifecycle, markdown
from wagtail_helpdesk.lifecycle import Audience

from .tickets import Ticket


class EventQuerySet(models.QuerySet["Event"]):
    """Events, and the gate to them."""

    def visible_to(self, user: Any, *, own: bool = True) -> Self:
        """Narrow to what the user may read; ``own=False``: also not what they wrote beyond that."""
        return self.filter(access.reads_message_q(user, own=own))

    def of(self, ticket: Ticket, user: Any) -> Self:
        """Narrow to what the user may read of a ticket that was fetched with their standing."""
        return self.filter(access.reads_message_of_ticket_q(user, ticket.access), ticket=ticket)

    def not_dispatched(self) -> Self:
        """Narrow to the events whose listeners have not been gathered yet, oldest first."""
        return self.filter(dispatched_at=None).order_by("pk")


class Event(models.Model):
    """Something that happened to a ticket. Written once by ``actions``, never changed.

    ``dispatched_at`` alone is set later, by the worker that gathers the listeners.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    action = models.CharField(
        _("action"),
        max_length=20,
        choices=[(a.name, a.label) for a in lifecycle.ACTIONS.values() if a.recorded],
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.PROTECT,
        related_name="helpdesk_events",
    )
    text = models.TextField(_("message"), blank=True)
    html = models.TextField(blank=True, editable=False)
    renderer = models.PositiveSmallIntegerField(default=markdown.renderer)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience, default=Audience.EVERYONE
    )
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    notifies_everyone = models.BooleanField(default=False)
    batch = models.UUIDField(default=uuid.uuid4)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    dispatched_at = models.DateTimeField(null=True, editable=False)

    objects = EventQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        default_permissions = ()
        indexes = [
            models.Index("ticket", "id", name="hd_event_ticket"),
            # The outbox: read every minute, so it must cost nothing when there is nothing to tell.
            models.Index("id", condition=Q(dispatched_at=None), name="hd_event_not_dispatched"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["batch", "position"], name="helpdesk_event_once"),
            models.CheckConstraint(
                condition=Q(audience__in=Audience.values),
                name="helpdesk_audience_known",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.ticket_id}.{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the event; refuses to write an existing one again."""
        if not self._state.adding:
            raise TypeError("An event is written once and never changed.")
        super().save(*args, **kwargs)

    @property
    def row(self) -> lifecycle.Action:
        """The row of the table of actions that this event is an instance of."""
        return lifecycle.ACTIONS[self.action]

    @property
    def rendered(self) -> SafeString:
        """The message as safe HTML, as it was stored."""
        return mark_safe(self.html)  # noqa: S308 - written by markdown.render only
