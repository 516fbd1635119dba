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
    """Why somebody who would hear of an event did not."""

    SWITCHED_OFF = "switched_off", _("switched off in the preferences")
    MUTED = "muted", _("muted this ticket")
    NO_ACCESS = "no_access", _("may not read it")
    INACTIVE = "inactive", _("account not active")
    NO_ADDRESS = "no_address", _("has no e-mail address")
    BAD_ADDRESS = "bad_address", _("the e-mail address is not valid")
    REFUSED_ADDRESS = "refused_address", _("the mail server refused the e-mail address")
    EMPTY = "empty", _("nothing to report")


class Kind(models.TextChoices):
    """What a mail is."""

    ALERT = "alert", _("alert")
    REPORT = "report", _("report")
    ADDRESS = "address", _("change of an extra address")


class State(models.TextChoices):
    """How far a mail has come."""

    PENDING = "pending", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    SKIPPED = "skipped", _("not sent")
    UNCERTAIN = "uncertain", _("uncertain")
    DEAD = "dead", _("failed")


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """Mails, and the gate to what became of them."""

    def answered_for_by(self, user: Any) -> Self:
        """Narrow to those somebody answers for: all, or those about the services they edit alone."""
        if access.administers_helpdesk(user):
            return self.all()
        own = Service.objects.configured_by(user, Privilege.EDIT_SERVICE).values("pk")
        return self.filter(Q(ticket__service__in=own) | Q(service__in=own))


class OutgoingMail(models.Model):
    """One mail to one person: the alerts about one ticket, or one report."""

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.ALERT)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="helpdesk_mails",
    )
    address = models.EmailField(blank=True)
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="mails")
    slot = models.DateTimeField(null=True)
    # The only service of a report; empty when it groups several.
    service = models.ForeignKey(Service, null=True, on_delete=models.CASCADE, related_name="+")
    # What a mail about neither a ticket nor a report says.
    about = models.JSONField(default=dict)
    message_id = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    bulk = models.BooleanField(default=False)
    # Set at the first claim and for good: what the mail tells does not change over its retries.
    sealed = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Claims since the mail server last answered: a mail that kills whoever renders it stops here.
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
    # When it was refused or given up, or became uncertain: days after it was made, perhaps.
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
            # What went wrong, for those responsible: few among millions.
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
            # At most one mail about a ticket waits for a person: what comes meanwhile joins it.
            models.UniqueConstraint(
                fields=["user", "ticket"],
                condition=Q(sealed=False, user__isnull=False),
                name="helpdesk_one_waiting_alert",
            ),
            models.UniqueConstraint(
                fields=["address", "ticket"],
                condition=Q(sealed=False) & ~Q(address=""),
                name="helpdesk_one_waiting_address",
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
    """What a report lists of one service, as ids: its tickets are read when the mail leaves.

    ``listing`` has the sections in order, as ``[section, [count, [ticket, …]]]``: PostgreSQL keeps the
    keys of an object in an order of its own.
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
    """The circuit breaker of a way to send: opened when the server itself fails."""

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
    """When a background job last did its work: what the health command looks at."""

    name = models.CharField(max_length=50, primary_key=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
