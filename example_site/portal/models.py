"""The pages of the portal: a home page, and pages of content under it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from portal.blocks import BodyBlock

HOME_DEPTH = 2  # a home page stands directly under the root of the tree


class PortalPage(Page):
    """The base of all pages: an introduction, and a body of blocks."""

    summary = models.TextField(_("summary"), max_length=300, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("body"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("summary"), FieldPanel("body")]
    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.SearchField("body"),
    ]

    class Meta:
        abstract = True


class HomePage(PortalPage):
    """The home page, one per language."""

    parent_page_types = ["wagtailcore.Page"]
    max_count_per_parent = 1

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")


class ContentPage(PortalPage):
    """A content page, which lists its child pages."""

    parent_page_types = ["portal.HomePage", "portal.ContentPage"]

    class Meta:
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")

    @property
    def pages_beneath(self) -> models.QuerySet[Page]:
        """The published child pages, newest first."""
        return self.get_children().live().specific().order_by("-first_published_at")

    @property
    def section(self) -> Page | None:
        """The parent page, unless it is the home page."""
        parent = self.get_parent()
        return parent.specific if parent.depth > HOME_DEPTH else None
