"""The base page of the host site, and a page on it."""

from django.db import models
from wagtail.models import AbstractPage


class IntranetPage(AbstractPage):
    """What every page of this site has."""

    owner_unit = models.CharField(max_length=255, blank=True)


class ContentPage(IntranetPage):
    """An ordinary page."""
