"""Managers of services, members of categories, permanent guests."""

from __future__ import annotations

import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.lifecycle import Privilege
from wagtail_helpdesk.names import get_display_name

from .absences import Absence
from .services import Category, Service


class ServiceManagerQuerySet(models.QuerySet["ServiceManager"]):
    """Managers, and their availability."""

    def available_on(self, date: datetime.date | None = None) -> Self:
        """Narrow to managers to whom a ticket can be assigned on a day (default: today, local time).

        That is: available, not absent, and with an active account.
        """
        absent = Absence.objects.on(date or timezone.localdate()).filter(user=OuterRef("user"))
        return self.filter(~Exists(absent), available=True, user__is_active=True)


class ServiceManager(models.Model):
    """A user who manages a service, with privileges."""

    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        on_delete=models.CASCADE,
        related_name="managers",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        # Managers are removed by an action that is logged, never by deleting the account.
        on_delete=models.PROTECT,
        related_name="helpdesk_manager_rows",
        db_index=False,
    )
    can_edit_service = models.BooleanField(_("can edit the service"), default=False)
    can_manage_managers = models.BooleanField(
        _("can manage managers and permanent guests"), default=False
    )
    can_manage_categories = models.BooleanField(_("can manage categories"), default=True)
    can_assign = models.BooleanField(_("can assign a ticket to another manager"), default=True)
    can_move_anywhere = models.BooleanField(
        _("can transfer a ticket to a service they do not manage"), default=True
    )
    can_refuse = models.BooleanField(_("can refuse a ticket"), default=True)
    can_reopen = models.BooleanField(_("can reopen any ticket of the service"), default=True)
    can_take_free = models.BooleanField(_("can take a free ticket"), default=True)
    can_take_assigned = models.BooleanField(
        _("can take a ticket from another manager"), default=True
    )
    can_set_availability = models.BooleanField(_("can set their own availability"), default=False)
    available = models.BooleanField(_("available"), default=True)
    order = models.IntegerField(_("order"), default=0)
    # The delivery log names only those who managed the service at the time of an event.
    created_at = models.DateTimeField(auto_now_add=True)
    synchronised = models.BooleanField(
        _("added by the directory synchronisation"), default=False, editable=False
    )

    objects = ServiceManagerQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("manager")
        verbose_name_plural = _("managers")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "service"], name="helpdesk_manager_once"),
        ]

    def __str__(self) -> str:
        return get_display_name(self.user)

    @property
    def privileges(self) -> frozenset[Privilege]:
        """The privileges of this manager in the service."""
        return frozenset(p for p in Privilege if getattr(self, p.value))


class CategoryMember(models.Model):
    """A manager who is a member of a category."""

    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        on_delete=models.CASCADE,
        related_name="named_members",
    )
    manager = models.ForeignKey(
        ServiceManager,
        verbose_name=_("manager"),
        on_delete=models.CASCADE,
        related_name="categories",
    )

    class Meta:
        verbose_name = _("member of the category")
        verbose_name_plural = _("members of the category")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["category", "manager"], name="helpdesk_member_once"),
        ]

    def __str__(self) -> str:
        return str(self.manager)


class PermanentGuest(models.Model):
    """A user invited automatically to every ticket posted in a service."""

    service = models.ForeignKey(
        Service,
        verbose_name=_("service"),
        on_delete=models.CASCADE,
        related_name="permanent_guests",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="helpdesk_permanent_invitations",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("permanent guest")
        verbose_name_plural = _("permanent guests")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["service", "user"], name="helpdesk_permanent_guest_once"
            ),
        ]

    def __str__(self) -> str:
        return get_display_name(self.user)
