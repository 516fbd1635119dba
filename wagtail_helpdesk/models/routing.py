"""What ties the site's pages to the helpdesk: whom a section asks, and which page a ticket came from."""

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
    """Routings, and the one in force on a page."""

    def in_force(self, page: Any) -> Routing | None:
        """Return the routing of the page or of its nearest ancestor that has one, in one query."""
        found = self.above(page, inclusive=True).select_related("service", "category", "page")
        return found.order_by("-page__depth").first()

    def above(self, page: Any, *, inclusive: bool = False) -> Self:
        """Narrow to the routings of a page's ancestors, and of itself if ``inclusive``."""
        ends = range(page.steplen, len(page.path) + (1 if inclusive else 0), page.steplen)
        return self.filter(page__path__in=[page.path[:end] for end in ends])


class Routing(models.Model):
    """Whom a page and everything beneath it asks for help, unless something nearer says another.

    Kept here and not on the page: it needs no field of the host's, and copying or translating a
    page copies no queue.
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
        # In the history and the forms of pages, whose editors need not see the service.
        return (self.category or self.service).public_name

    def clean(self) -> None:
        """Refuse a category of another service."""
        if self.category and self.category.service_id != self.service_id:
            raise ValidationError({"category": _("This category belongs to another service.")})


class TicketOrigin(models.Model):
    """The page from which a ticket was opened. Beside the ticket, which is read far more often."""

    ticket = models.OneToOneField(
        Ticket, primary_key=True, on_delete=models.CASCADE, related_name="origin"
    )
    page = models.ForeignKey(PAGE, on_delete=models.CASCADE, related_name="+")

    # As for tickets: Wagtail's reference index would tell editors of tickets.
    wagtail_reference_index_ignore = True

    class Meta:
        ordering = ["pk"]
        verbose_name = _("origin of a ticket")
        verbose_name_plural = _("origins of tickets")
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.ticket_id}"
