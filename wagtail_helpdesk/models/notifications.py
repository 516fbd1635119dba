"""Who is notified of an event, why and by which mail, or why not."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .events import Event
from .mailqueue import OutgoingMail, SkipReason


class Reason(models.TextChoices):
    """Why a person is notified of an event, strongest reason first. Printed in the mail."""

    REQUESTER = "requester", _("requester of the ticket")
    IN_CHARGE = "in_charge", _("manager of the ticket")
    SUBSTITUTE = "substitute", _("replacement of the manager of the ticket")
    GUEST = "guest", _("guest")
    PERMANENT_GUEST = "permanent_guest", _("permanent guest of the service")
    MENTIONED = "mentioned", _("named in the message")
    MEMBER = "member", _("member of the category")
    MANAGER = "manager", _("manager of the service")
    FOLLOWER = "follower", _("follower of the ticket")
    # Roles held before the event: these people get one last notification, perhaps of losing access.
    WAS_REQUESTER = "was_requester", _("requester of the ticket until then")
    WAS_IN_CHARGE = "was_in_charge", _("manager of the ticket until then")
    WAS_MANAGER = "was_manager", _("manager where the ticket was until then")
    MAILBOX = "mailbox", _("extra address of the service or category")


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications, and those that their recipients have not read."""

    def unread_by(self, user: Any) -> Self:
        """Narrow to what a user was notified of and has not read."""
        return self.filter(user=user, unread=True)

    def waiting_for_report(self) -> Self:
        """Narrow to what the next daily report of its recipient has to list."""
        return self.filter(skipped=SkipReason.IN_REPORT, mail=None)


class Notification(models.Model):
    """One event, one recipient, and the mail that notifies them or the reason why none does."""

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="helpdesk_notifications",
        db_index=False,
    )
    email = models.EmailField(blank=True)
    reason = models.CharField(max_length=16, choices=Reason)
    asked = models.BooleanField(default=False)
    mail = models.ForeignKey(
        OutgoingMail, null=True, on_delete=models.SET_NULL, related_name="notifications"
    )
    skipped = models.CharField(max_length=20, blank=True, choices=SkipReason)
    # Of the list of notifications, not of the mail; the row of a mailbox is never unread.
    unread = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        default_permissions = ()
        indexes = [
            # In place of the index of the foreign key: the list is read in this order.
            models.Index(fields=["user", "-id"], name="hd_notification_user"),
            # Small, whatever is kept: what is read leaves it.
            models.Index(
                fields=["user", "-id"], condition=Q(unread=True), name="hd_notification_unread"
            ),
            # What the next daily report lists.
            models.Index(
                "user",
                condition=Q(skipped="in_report", mail=None),
                name="hd_notification_in_report",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user"],
                condition=Q(user__isnull=False),
                name="helpdesk_notification_once",
            ),
            models.UniqueConstraint(
                fields=["event", "email"],
                condition=~Q(email=""),
                name="helpdesk_notification_email_once",
            ),
        ]

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self.get_reason_display()}"
