"""What the full-text search reads: one row for each event, with the words it can be found by."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models

from wagtail_helpdesk import access

from .events import Event
from .tickets import Ticket


class SearchRowQuerySet(models.QuerySet["SearchRow"]):
    """Search rows, and the gate to them."""

    def visible_to(self, user: Any) -> Self:
        """Narrow to what the user may read: the rule of events, asked of the ticket as it is now."""
        return self.filter(access.reads_message_q(user))


class SearchRow(models.Model):
    """The words of an event, folded (``search.words``) and written off the request.

    ``ticket``, ``audience`` and ``actor`` never change for an event; they stand here under the
    same names so that the one reading rule applies without another join. What may change (who
    manages the service, who is invited) is never copied: a query always asks for it.
    Each database keeps an index of its own over ``about`` and ``said``: migration 0002.
    """

    event = models.OneToOneField(
        Event, primary_key=True, on_delete=models.CASCADE, related_name="search_row"
    )
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    audience = models.CharField(max_length=10)
    # The event protects its author; a second constraint would read this whole table to say the same.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    about = models.TextField(blank=True)
    said = models.TextField(blank=True)

    objects = SearchRowQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.ticket_id}.{self.pk}"
