"""The rows of the full-text search, one for each event."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models

from wagtail_helpdesk import access

from .events import Event
from .tickets import Ticket


class SearchRowQuerySet(models.QuerySet["SearchRow"]):
    """Search rows and the access check for them."""

    def visible_to(self, user: Any) -> Self:
        """Narrow to what the user may read now, by the rule that holds for events."""
        return self.filter(access.reads_message_q(user))


class SearchRow(models.Model):
    """The normalised words of an event (``search.normalisation``), written by the worker.

    ``ticket``, ``audience`` and ``actor`` never change for an event. They are copied under the
    same names so that the access rule of events applies without another join. What can change,
    such as managers and guests, is never copied. The migrations create an index over ``about``
    and ``body`` in each database.
    """

    event = models.OneToOneField(
        Event, primary_key=True, on_delete=models.CASCADE, related_name="search_row"
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=10)
    # The event protects its author already; a constraint would read this whole table as well.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    about = models.TextField(blank=True)
    body = models.TextField(blank=True)

    objects = SearchRowQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.ticket_id}.{self.pk}"
