"""Aliases: further entries of services and categories in the catalogue."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from .services import Category, Service


class AliasQuerySet(models.QuerySet["Alias"]):
    """Aliases, with the access check of their targets."""

    def open_to(self, user: Any) -> Self:
        """Narrow to aliases of services and categories in which the user may open a ticket now."""
        services = Service.objects.open_to(user).filter(pk=OuterRef("to_service"))
        categories = Category.objects.open_to(user).filter(pk=OuterRef("to_category"))
        return self.filter(Q(Exists(services)) | Q(Exists(categories)))


class Alias(models.Model):
    """A further entry in the catalogue for a service or category; tickets arrive in the target."""

    name = models.CharField(_("name"), max_length=100)
    order = models.IntegerField(_("order"), default=0)
    service = models.ForeignKey(
        Service,
        verbose_name=_("shown in the service"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="aliases",
        help_text=_("Leave blank to show it at the top level of the catalogue."),
    )
    parent = models.ForeignKey(
        Category,
        verbose_name=_("shown under the category"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="aliases",
    )
    to_service = models.ForeignKey(
        Service,
        verbose_name=_("points to the service"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="other_names",
    )
    to_category = models.ForeignKey(
        Category,
        verbose_name=_("points to the category"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="other_names",
    )

    objects = AliasQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        verbose_name = _("alias")
        verbose_name_plural = _("aliases")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(to_service__isnull=True, to_category__isnull=False)
                | Q(to_service__isnull=False, to_category__isnull=True),
                name="helpdesk_alias_leads_to_one",
                violation_error_message=_("Choose either a category or a service."),
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(service__isnull=False),
                name="helpdesk_alias_in_its_service",
                violation_error_message=_(
                    "Choose the service that the parent category belongs to."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def target(self) -> Service | Category:
        """The service or category to which the alias leads."""
        target = self.to_category or self.to_service
        assert target is not None, "a constraint guarantees a target"  # noqa: S101
        return target
