"""The app as Django knows it."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_delete
from django.utils.translation import gettext_lazy as _


class HelpdeskConfig(AppConfig):
    """The helpdesk."""

    name = "wagtail_helpdesk"
    label = "wagtail_helpdesk"
    verbose_name = _("Helpdesk")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register verbs, checks and signal receivers."""
        from . import actions, checks, tasks  # noqa: F401 - importing registers verbs and checks
        from .models import SearchRow
        from .portal.browser_drafts import end_drafts
        from .signals import event_recorded

        event_recorded.connect(
            tasks.wake_mail_worker, dispatch_uid="wagtail_helpdesk.tasks.wake_mail_worker"
        )
        post_delete.connect(
            tasks.forget_search_rows,
            sender=SearchRow,
            dispatch_uid="wagtail_helpdesk.tasks.forget_search_rows",
        )
        user_logged_out.connect(end_drafts, dispatch_uid="wagtail_helpdesk.browser_drafts")
