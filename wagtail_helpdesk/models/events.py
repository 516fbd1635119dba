"""Events: the history of tickets, and the outbox from which alerts are sent."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import access, lifecycle, markdown
from wagtail_helpdesk.lifecycle import Audience

from .tickets import Ticket


class EventQuerySet(models.QuerySet["Event"]):
    """Events, with the access check for reading them."""

    def visible_to(self, user: Any, *, own: bool = True) -> Self:
        """Narrow to the events that the user may read.

        Authors may read their own messages, whatever the audience, unless ``own`` is False.
        """
        return self.filter(access.reads_message_q(user, own=own))

    def of(self, ticket: Ticket, user: Any) -> Self:
        """Narrow to what the user may read of a ticket that was fetched ``with_access(user)``."""
        return self.filter(access.reads_message_of_ticket_q(user, ticket.access), ticket=ticket)

    def not_dispatched(self) -> Self:
        """Narrow to the events whose notifications have not been created yet, oldest first."""
        return self.filter(dispatched_at=None).order_by("pk")


#: Facts that are not fields of the ticket and hold the keys of users.
USER_FACTS = frozenset({"guests", "removed"})


class Event(models.Model):
    """One action performed on a ticket. Written once by ``actions``, never changed.

    ``before`` and ``after`` hold the fields that changed, as keys and plain values; ``after`` also
    holds facts that are not fields, such as the guests who were added. ``batch`` and ``position``
    number the events of one form. Only ``dispatched_at`` is set later, by the worker that creates
    the notifications.
    """

    ticket = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    # No choices: a host site adds actions without a migration.
    action = models.CharField(_("action"), max_length=50)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("author"),
        null=True,
        on_delete=models.PROTECT,
        related_name="helpdesk_events",
    )
    text = models.TextField(_("message"), blank=True)
    html = models.TextField(blank=True, editable=False)
    renderer = models.PositiveSmallIntegerField(default=markdown.get_renderer_version)
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience, default=Audience.EVERYONE
    )
    status_before = models.CharField(max_length=12, blank=True, default="")
    status_after = models.CharField(max_length=12, blank=True, default="")
    source = models.CharField(_("source"), max_length=20, default=lifecycle.Source.CODE)
    # Keys may be of any type: the encoder writes UUIDs, dates and decimals as text.
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
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
            # The outbox is read every minute: it must cost nothing when it is empty.
            models.Index("id", condition=Q(dispatched_at=None), name="hd_event_not_dispatched"),
            # Figures of a period: what was opened, closed, reopened, and how long it took.
            models.Index(
                "created_at",
                "status_after",
                "ticket",
                condition=~Q(status_before=F("status_after")),
                name="hd_event_status",
            ),
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
        """The row of the table of actions; a neutral one when the app that added it is gone."""
        known = lifecycle.ACTIONS.get(self.action)
        return known or lifecycle.Action(name=self.action, label=self.action)

    def value_before(self, name: str) -> Any:
        """Return a field before the event, None if it did not change; keys in their own type."""
        return _restore(name, self.before.get(name))

    def value_after(self, name: str) -> Any:
        """Return a field or fact after the event, None if it did not change; keys in their own type.

        JSON knows no UUIDs: ``after`` holds them as text, this method returns what
        ``user.pk`` compares equal to. Facts about several people are lists of keys.
        """
        return _restore(name, self.after.get(name))

    @property
    def rendered(self) -> SafeString:
        """The message as safe HTML, as it was stored."""
        return mark_safe(self.html)  # noqa: S308 - written by markdown.render_message only


def _restore(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in USER_FACTS:
        key = get_user_model()._meta.pk
        return [key.to_python(item) for item in value]
    field = _TICKET_FIELDS.get(name)
    if field is None:
        return value
    return (field.related_model._meta.pk if field.is_relation else field).to_python(value)


_TICKET_FIELDS: dict[str, Any] = {field.name: field for field in Ticket._meta.concrete_fields}
