"""Followers of tickets, and users who muted one."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import access

from .managers import ServiceManager
from .tickets import Guest, Ticket


class RowUser:
    """The user of each row as an ``OuterRef``, for the access conditions of many users at once."""

    is_authenticated = is_active = True
    pk = F("user")

    @property
    def helpdesk_invitations(self) -> models.QuerySet[Guest]:
        return Guest.objects.filter(user=OuterRef("user"))

    @property
    def helpdesk_manager_rows(self) -> models.QuerySet[ServiceManager]:
        return ServiceManager.objects.filter(user=OuterRef("user"))

    @property
    def groups(self) -> models.QuerySet[Group]:
        return Group.objects.filter(user=OuterRef("user"))


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Subscriptions, and those whose user lost access to the ticket."""

    def out_of_sight(self) -> Self:
        """Narrow to followers who may no longer see the ticket."""
        sees = Q(user__is_active=True) & access.reads_ticket_q(RowUser(), ticket="ticket__")
        return self.filter(~sees, following=True)

    def end_out_of_sight(self) -> int:
        """Stop following where access is lost, so that it does not resume when access returns."""
        return self.out_of_sight().update(following=False)


class Subscription(models.Model):
    """A user who follows or muted a ticket. Gives no right to see it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="subscriptions")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="helpdesk_subscriptions",
        db_index=False,
    )
    following = models.BooleanField(default=False)
    muted = models.BooleanField(default=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "ticket"], name="helpdesk_subscription_once"),
        ]

    wagtail_reference_index_ignore = True

    def __str__(self) -> str:
        return f"#{self.ticket_id}"
