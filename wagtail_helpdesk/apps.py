"""The app as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    """The helpdesk."""

    name = "wagtail_helpdesk"
    label = "wagtail_helpdesk"
    verbose_name = _("Helpdesk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, and ring the bell of mails and search after each act."""
        from . import checks, tasks  # noqa: F401 - importing registers the checks
        from .signals import event_recorded

        event_recorded.connect(tasks.ring, dispatch_uid="wagtail_helpdesk.tasks.ring")
