"""Forms that were sent: the record that makes sending one twice harmless."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from .events import Event
from .tickets import Ticket


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Submissions."""

    def older_than(self, moment: Any) -> Self:
        """Narrow to those that were sent before a moment."""
        return self.filter(created_at__lt=moment)


class Submission(models.Model):
    """A form that was sent, and what its verb returned.

    The same id with the same actor, verb and digest is answered with that result; the same id with
    anything else is refused. Kept for ``SUBMISSION_DAYS``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
    )
    verb = models.CharField(max_length=50)
    #: SHA-256 of the ticket (or category) and of every argument, files by their content.
    digest = models.CharField(max_length=64)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="+")
    event = models.ForeignKey(
        Event, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = SubmissionQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.pk}"

    def is_same_as(self, other: Submission) -> bool:
        """Return whether both are the same form, sent by the same person with the same content."""
        return (self.actor_id, self.verb, self.digest) == (
            other.actor_id,
            other.verb,
            other.digest,
        )

    def keep_result(self, ticket: Ticket | None, event: Event | None) -> None:
        """Record what the verb returned."""
        self.ticket, self.event = ticket, event
        Submission.objects.filter(pk=self.pk).update(ticket=ticket, event=event)
