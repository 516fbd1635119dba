"""Links between pages and the helpdesk: the service a section asks, and the page a ticket came from."""

from __future__ import annotations

from typing import Any, Self

import swapper
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from .services import Category, Service
from .tickets import Ticket

# A site may have a base page of its own: WAGTAIL_PAGE_MODEL.
PAGE = swapper.get_model_name("wagtailcore", "Page")


class RoutingQuerySet(models.QuerySet["Routing"]):
    """Routings, and the one that applies to a page."""

    def in_force(self, page: Any) -> Routing | None:
        """Return the routing of the page or of its nearest ancestor, or None; one query."""
        found = self.above(page, inclusive=True).select_related("service", "category", "page")
        return found.order_by("-page__depth").first()

    def above(self, page: Any, *, inclusive: bool = False) -> Self:
        """Narrow to the routings of a page's ancestors, and of itself if ``inclusive``."""
        ends = range(page.steplen, len(page.path) + (1 if inclusive else 0), page.steplen)
        return self.filter(page__path__in=[page.path[:end] for end in ends])


class Routing(models.Model):
    """The service that a page and its descendants ask for help, unless a nearer routing differs.

    Stored outside the page: the host's models need no field, and copying or translating a page does
    not copy the routing.
    """

    page = models.OneToOneField(
        PAGE, verbose_name=_("page"), on_delete=models.CASCADE, related_name="+"
    )
    service = models.ForeignKey(
        Service, verbose_name=_("service"), on_delete=models.CASCADE, related_name="+"
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Leave blank to let the person asking choose one of the service’s categories."),
    )

    objects = RoutingQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("helpdesk routing of a page")
        verbose_name_plural = _("helpdesk routings of pages")
        default_permissions = ()

    def __str__(self) -> str:
        # Shown in the history and the forms of pages, whose editors may not see the service.
        return (self.category or self.service).public_name

    def clean(self) -> None:
        """Refuse a category of another service."""
        if self.category and self.category.service_id != self.service_id:
            raise ValidationError({"category": _("This category belongs to another service.")})


class TicketOrigin(models.Model):
    """The page from which a ticket was opened. A separate table, because tickets are read more often."""

    ticket = models.OneToOneField(
        Ticket, primary_key=True, on_delete=models.CASCADE, related_name="origin"
    )
    page = models.ForeignKey(PAGE, on_delete=models.CASCADE, related_name="+")

    # As for tickets: Wagtail's reference index would show tickets to editors.
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("origin of a ticket")
        verbose_name_plural = _("origins of tickets")
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.ticket_id}"
