"""Incoming mails: what became of each."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.models import Event, Ticket


class IncomingState(models.TextChoices):
    """What became of an incoming mail."""

    DONE = "done", _("added to the ticket")
    HELD = "held", _("held for the managers")
    PUBLISHED = "published", _("published by a manager")
    DISMISSED = "dismissed", _("dismissed by a manager")
    REFUSED = "refused", _("refused")
    IGNORED = "ignored", _("ignored")
    BOUNCE = "bounce", _("undeliverable")
    SET_ASIDE = "set_aside", _("set aside")


class IncomingReason(models.TextChoices):
    """Why an incoming mail was not added to a ticket."""

    OTHER_SENDER = "other_sender", _("sent from another address than the one that was written to")
    TOKEN_ENDED = "token_ended", _("sent to a reply address that another person has used")
    NO_TOKEN = "no_token", _("sent without the reply address, which proves who sent it")
    ONLY_QUOTED = "only_quoted", _("contains nothing but quoted text")
    TOO_MANY = "too_many", _("one of very many from the same sender")
    NO_TICKET = "no_ticket", _("belongs to no ticket")
    NO_ACCESS = "no_access", _("its sender cannot write on the ticket")
    CONFIDENTIAL = "confidential", _("the service is confidential")
    ENDED = "ended", _("the ticket ended long ago")
    EMPTY = "empty", _("empty")
    NOT_OPENED = "not_opened", _("its sender cannot open this ticket")
    REJECTED = "rejected", _("not acceptable")
    AUTOMATIC = "automatic", _("sent by a program")
    SAME_ID = "same_id", _("another e-mail had the same Message-ID")
    TOO_LARGE = "too_large", _("too large")
    UNREADABLE = "unreadable", _("cannot be read")
    FAILED = "failed", _("processing failed")


class IncomingMailQuerySet(models.QuerySet["IncomingMail"]):
    """Incoming mails."""

    def outdated(self) -> Self:
        """Narrow to those that are older than ``MAIL_IN_KEPT_DAYS``."""
        limit = timezone.now() - datetime.timedelta(days=helpdesk_settings.MAIL_IN_KEPT_DAYS)
        return self.filter(received_at__lt=limit)


class IncomingMail(models.Model):
    """A mail that came in, and what became of it. Kept for ``MAIL_IN_KEPT_DAYS``."""

    #: SHA-256 of what identifies the mail: one that comes in twice is recorded once.
    fingerprint = models.CharField(max_length=64, unique=True)
    message_id = models.CharField(max_length=255, blank=True, db_index=True)
    state = models.CharField(_("state"), max_length=10, choices=IncomingState)
    reason = models.CharField(_("reason"), max_length=20, choices=IncomingReason, blank=True)
    #: For the administrators: the error, or which sign shows a program.
    detail = models.CharField(max_length=500, blank=True)
    sender = models.CharField(_("sender"), max_length=254, blank=True)
    sender_name = models.CharField(max_length=150, blank=True)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    ticket = models.ForeignKey(
        Ticket, null=True, on_delete=models.CASCADE, related_name="incoming_mails"
    )
    #: Who may read it once it is on the ticket.
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.EVERYONE)
    event = models.ForeignKey(Event, null=True, on_delete=models.CASCADE, related_name="+")
    #: Of a held mail.
    text = models.TextField(blank=True)
    #: What was cut of a reply.
    cut = models.TextField(blank=True)
    #: The whole mail, of those that were set aside.
    raw = models.BinaryField(default=bytes)
    #: The manager who published or dismissed it.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    received_at = models.DateTimeField(_("received"), default=timezone.now, db_index=True)

    objects = IncomingMailQuerySet.as_manager()
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("incoming e-mail")
        verbose_name_plural = _("incoming e-mails")
        default_permissions = ()

    def __str__(self) -> str:
        return self.message_id or self.fingerprint[:12]

    def settle(self, state: IncomingState, reason: str = "", **fields: Any) -> IncomingMail:
        """Set what became of the mail; the caller saves it."""
        self.state, self.reason = state, reason
        for name, value in fields.items():
            setattr(self, name, value)
        return self


class EndedToken(models.Model):
    """The reply address of a mail that ended because it was used from another e-mail address."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    #: Key of the mail that carried the address; the mail itself may be deleted before.
    mail = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["ticket", "user", "mail"], name="hd_ended_token")
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id}.{self.user_id}.{self.mail}"


class IncomingAttempt(models.Model):
    """A mail that is being processed. The row of a process that was killed stays."""

    digest = models.CharField(max_length=64, unique=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.digest[:12]


def find_old_mails() -> Iterator[list[int]]:
    """Yield the ids of the mails that are no longer kept, 500 at a time."""
    keys = list(IncomingMail.objects.outdated().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), 500):
        yield keys[start : start + 500]


def delete_mails(keys: list[int]) -> None:
    """Delete incoming mails."""
    IncomingMail.objects.filter(pk__in=keys).delete()
