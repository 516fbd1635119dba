"""The optional app with a ready-made helpdesk page."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskPagesConfig(AppConfig):
    """Leave it out where ``WAGTAIL_PAGE_MODEL`` names another base page; such sites use the mixin."""

    name = "wagtail_helpdesk.pages"
    label = "wagtail_helpdesk_pages"
    verbose_name = _("Helpdesk pages")
    default_auto_field = "django.db.models.BigAutoField"
