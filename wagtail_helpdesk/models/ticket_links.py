"""Links between two tickets that managers say belong together."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from .tickets import Ticket


class TicketLinkQuerySet(models.QuerySet["TicketLink"]):
    """Links, found from either of their tickets."""

    def between(self, one: Any, other: Any) -> Self:
        """Narrow to the link of two tickets, given by number."""
        first, second = sorted((one, other))
        return self.filter(first=first, second=second)

    def connect(self, one: Any, other: Any) -> bool:
        """Link two tickets, given by number; return whether they were not linked before."""
        first, second = sorted((one, other))
        return self.get_or_create(first_id=first, second_id=second)[1]

    def find_other_numbers(self, number: int) -> list[int]:
        """Return the numbers of the tickets that a ticket is linked to, newest link first."""
        pairs = self.filter(Q(first=number) | Q(second=number)).order_by("-pk")
        return [
            second if first == number else first
            for first, second in pairs.values_list("first", "second")
        ]


class TicketLink(models.Model):
    """Two tickets that belong together; one row whichever of them was linked to the other."""

    first = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    second = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = TicketLinkQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="helpdesk_link_once"),
            # A ticket is not linked to itself, and a pair has one order.
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="helpdesk_link_ordered"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.first_id} – #{self.second_id}"
