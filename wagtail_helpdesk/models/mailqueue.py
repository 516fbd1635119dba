"""Outgoing mail as rows: one mail to one person, the circuit breaker and the heartbeats of the workers."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import access
from wagtail_helpdesk.lifecycle import Privilege

from .services import Service
from .tickets import Ticket


class SkipReason(models.TextChoices):
    """Why a recipient gets no mail."""

    SWITCHED_OFF = "switched_off", _("switched off in the preferences")
    MUTED = "muted", _("muted this ticket")
    NO_ACCESS = "no_access", _("may not read it")
    INACTIVE = "inactive", _("account not active")
    NO_EMAIL = "no_email", _("has no e-mail address")
    BAD_EMAIL = "bad_email", _("the e-mail address is not valid")
    REFUSED_EMAIL = "refused_email", _("the mail server refused the e-mail address")
    EMPTY = "empty", _("nothing to report")
    # No mail of its own; the report that has it takes its place.
    IN_REPORT = "in_report", _("in the next daily report")


class MailState(models.TextChoices):
    """Where a mail is in its life cycle."""

    PENDING = "pending", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    SKIPPED = "skipped", _("not sent")
    UNCERTAIN = "uncertain", _("uncertain")
    DEAD = "dead", _("failed")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Mails, and who may see what became of them."""

    def administered_by(self, user: Any) -> Self:
        """Narrow to the mails a user administers: all, or only those about the services they edit."""
        if access.administers_helpdesk(user):
            return self.all()
        own = Service.objects.configured_by(user, Privilege.EDIT_SERVICE).values("pk")
        return self.filter(Q(ticket__service__in=own) | Q(service__in=own))


class OutgoingMail(models.Model):
    """One mail to one person: the alerts about one ticket, one report, or a kind that a host adds."""

    # No choices: kinds are registered, and a host adds one without a migration.
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="helpdesk_mails",
    )
    email = models.EmailField(blank=True)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="mails")
    slot = models.DateTimeField(null=True)
    # The only service of a report; empty when it groups several.
    service = models.ForeignKey(Service, null=True, on_delete=models.CASCADE, related_name="+")
    # What the composer of the kind needs beside ticket, slot and service.
    about = models.JSONField(default=dict)
    # What this mail gathers until it is claimed: one mail for each recipient and group.
    group = models.UUIDField(null=True)
    message_id = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.PENDING)
    bulk = models.BooleanField(default=False)
    # Set at the first claim for good: what the mail contains does not change over its retries.
    sealed = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Claims since the mail server last answered: limits how often a mail can crash its process.
    unanswered = models.PositiveSmallIntegerField(default=0)
    ambiguous = models.PositiveSmallIntegerField(default=0)
    handed_over = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True)
    token = models.UUIDField(null=True)
    next_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=500, blank=True)
    skipped = models.CharField(max_length=20, blank=True, choices=SkipReason)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    # When it was rejected, abandoned or became uncertain: possibly days after it was created.
    failed_at = models.DateTimeField(null=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        default_permissions = ()
        indexes = [
            # Ordered as it is claimed: a fresh alert overtakes a bulk of ten thousand.
            models.Index(
                "bulk",
                "next_at",
                "id",
                condition=Q(state="pending"),
                name="hd_mail_due",
            ),
            models.Index(
                "lease_until",
                condition=Q(state="sending"),
                name="hd_mail_lease",
            ),
            # The last that went out.
            models.Index("sent_at", condition=Q(state="sent"), name="hd_mail_sent"),
            # Failures, for the mail report: few rows among millions.
            models.Index(
                "failed_at",
                condition=Q(failed_at__isnull=False),
                name="hd_mail_failed",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "slot"],
                condition=Q(slot__isnull=False, service=None),
                name="helpdesk_report_slot_once",
            ),
            models.UniqueConstraint(
                fields=["user", "slot", "service"],
                condition=Q(slot__isnull=False, service__isnull=False),
                name="helpdesk_service_report_slot_once",
            ),
            # At most one mail about a ticket waits for a person: later events join it.
            models.UniqueConstraint(
                fields=["user", "ticket"],
                condition=Q(sealed=False, user__isnull=False),
                name="helpdesk_one_waiting_alert",
            ),
            models.UniqueConstraint(
                fields=["email", "ticket"],
                condition=Q(sealed=False) & ~Q(email=""),
                name="helpdesk_one_waiting_email",
            ),
            models.UniqueConstraint(
                fields=["group", "user"],
                condition=Q(sealed=False, group__isnull=False, user__isnull=False),
                name="helpdesk_one_waiting_group",
            ),
            models.UniqueConstraint(
                fields=["group", "email"],
                condition=Q(sealed=False, group__isnull=False) & ~Q(email=""),
                name="helpdesk_one_group_email",
            ),
            models.CheckConstraint(
                condition=Q(state="sending", lease_until__isnull=False)
                | Q(~Q(state="sending"), lease_until=None),
                name="helpdesk_lease_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | Q(~Q(state="sent"), sent_at=None),
                name="helpdesk_sent_at_when_sent",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["dead", "uncertain"], failed_at__isnull=False)
                | Q(~Q(state__in=["dead", "uncertain"]), failed_at=None),
                name="helpdesk_failed_at_when_failed",
            ),
            models.CheckConstraint(condition=Q(ambiguous__lte=2), name="helpdesk_ambiguous_twice"),
        ]

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return self.message_id


class ReportContent(models.Model):
    """What a report lists of one service, as ids: the tickets are read when the mail is sent.

    ``listing`` has the sections in order, as ``[section, [count, [ticket, …]]]``: PostgreSQL does not
    keep the order of an object's keys.
    """

    mail = models.ForeignKey(OutgoingMail, on_delete=models.CASCADE, related_name="parts")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    listing = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        verbose_name = _("part of a report")
        verbose_name_plural = _("parts of reports")
        constraints = [
            models.UniqueConstraint(fields=["mail", "service"], name="helpdesk_part_once"),
        ]

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class CircuitBreaker(models.Model):
    """The circuit breaker of a mail server: open while the server itself fails."""

    name = models.CharField(max_length=20, primary_key=True)
    open_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("channel")
        verbose_name_plural = _("channels")

    def __str__(self) -> str:
        return self.name


class Heartbeat(models.Model):
    """When a background job last ran: read by the health check."""

    name = models.CharField(max_length=50, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
