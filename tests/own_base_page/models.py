"""The base page of the host site, and a page on it."""

from django.db import models
from wagtail.models import AbstractPage

from wagtail_helpdesk.portal.page import HelpdeskPageMixin


class IntranetPage(AbstractPage):
    """What every page of this site has."""

    owner_unit = models.CharField(max_length=255, blank=True)


class ContentPage(IntranetPage):
    """An ordinary page."""


class AssistancePage(HelpdeskPageMixin, IntranetPage):
    """The helpdesk of this site: the mixin on the site's base page."""

    content_panels = [*IntranetPage.content_panels, "introduction", "opening_text"]
