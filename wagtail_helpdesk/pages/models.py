"""The helpdesk page for sites whose pages stand on Wagtail's own base page."""

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from wagtail_helpdesk.portal.page import HelpdeskPageMixin


class HelpdeskPage(HelpdeskPageMixin, Page):  # type: ignore[django-manager-missing]
    """The helpdesk of a site: everything it does is in the mixin."""

    content_panels = [*Page.content_panels, "introduction", "opening_text"]

    class Meta:
        verbose_name = _("helpdesk page")
        verbose_name_plural = _("helpdesk pages")
