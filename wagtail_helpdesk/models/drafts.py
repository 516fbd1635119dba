"""Drafts: what a person typed into a form and has not sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from wagtail_helpdesk import access
from wagtail_helpdesk.conf import helpdesk_settings

from .submissions import Submission
from .subscriptions import RowUser, Subscription
from .tickets import Ticket


class DraftQuerySet(models.QuerySet["Draft"]):
    """Drafts, those that are obsolete, and those whose person lost access to the ticket."""

    def current(self) -> Self:
        """Narrow to drafts that are offered: not too old, and not sent meanwhile."""
        sent = Submission.objects.filter(pk=OuterRef("submission"), actor=OuterRef("user"))
        return self.filter(~Exists(sent), updated_at__gt=_get_limit())

    def expired(self) -> Self:
        """Narrow to drafts older than ``DRAFT_DAYS``."""
        return self.filter(updated_at__lte=_get_limit())

    def out_of_sight(self) -> Self:
        """Narrow to drafts about tickets that their person may no longer see."""
        sees = Q(user__is_active=True) & access.reads_ticket_q(RowUser(), ticket="ticket__")
        return self.filter(~sees, ticket__isnull=False)


def _get_limit() -> Any:
    return timezone.now() - timedelta(days=helpdesk_settings.DRAFT_DAYS)


def end_lost_access(**tickets: Any) -> None:
    """Stop following, and delete drafts, where people may no longer see the tickets.

    ``tickets`` are lookups of rows that belong to a ticket: ``ticket=…``, ``ticket__service=…``,
    ``user=…``.
    """
    Subscription.objects.filter(**tickets).end_out_of_sight()
    Draft.objects.filter(**tickets).out_of_sight().delete()


class Draft(models.Model):
    """The fields of an unsent form of one person, offered again in the same form on any device."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    #: The form as the pages name it: ``comment-1042``, ``opening``.
    form = models.CharField(max_length=80)
    #: The ticket that the form is about; None for a new one.
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="+")
    #: Names of fields with the list of their values.
    fields = models.JSONField()
    #: Names of the files that were chosen: their contents are not kept.
    files = models.JSONField(default=list)
    #: The submission id of the form, by which it is recognised once it was sent.
    submission = models.UUIDField(null=True)
    #: When the last character was typed, in milliseconds since 1970, as scripts count.
    typed_at = models.BigIntegerField()
    updated_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = DraftQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "form"], name="helpdesk_draft_once"),
        ]

    def __str__(self) -> str:
        return self.form
