"""Who is told of an event, why and by which mail, or why not."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .events import Event
from .mailqueue import OutgoingMail, SkipReason


class Reason(models.TextChoices):
    """Why somebody hears of an event, strongest first. Printed in the mail."""

    REQUESTER = "requester", _("requester of the ticket")
    IN_CHARGE = "in_charge", _("manager of the ticket")
    STANDS_IN = "stands_in", _("replacement of the manager of the ticket")
    GUEST = "guest", _("guest")
    PERMANENT_GUEST = "permanent_guest", _("permanent guest of the service")
    MEMBER = "member", _("member of the category")
    MANAGER = "manager", _("manager of the service")
    FOLLOWER = "follower", _("follower of the ticket")
    # What somebody was before the act: they hear of it once more, if only to learn that it left them.
    WAS_REQUESTER = "was_requester", _("requester of the ticket until then")
    WAS_IN_CHARGE = "was_in_charge", _("manager of the ticket until then")
    WAS_MANAGER = "was_manager", _("manager where the ticket was until then")
    MAILBOX = "mailbox", _("extra address of the service or category")


class Notification(models.Model):
    """One person told of one event, why, by which mail, or why not."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="helpdesk_notifications",
    )
    address = models.EmailField(blank=True)
    reason = models.CharField(max_length=16, choices=Reason)
    asked = models.BooleanField(default=False)
    mail = models.ForeignKey(
        OutgoingMail, null=True, on_delete=models.SET_NULL, related_name="notifications"
    )
    skipped = models.CharField(max_length=20, blank=True, choices=SkipReason)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user"],
                condition=Q(user__isnull=False),
                name="helpdesk_notification_once",
            ),
            models.UniqueConstraint(
                fields=["event", "address"],
                condition=~Q(address=""),
                name="helpdesk_notification_address_once",
            ),
        ]

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.get_reason_display()}"
