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
        """Register verbs, checks and kinds of mail, and connect the signal handlers."""
        from . import (  # noqa: F401 - importing registers verbs and checks
            actions,
            checks,
            installation_checks,
            tasks,
        )
        from .actions.configuration.alert_address import ADDRESS
        from .mailqueue.kinds import register_kind
        from .models import SearchRow
        from .models.site_settings import connect_site_settings
        from .notifications.acknowledgement import ACKNOWLEDGEMENT, AcknowledgementComposer
        from .notifications.address_mail import AddressComposer
        from .notifications.bulk_alerts import BULK_ALERT
        from .notifications.bulk_mail import BulkAlertComposer
        from .notifications.composer import AlertComposer
        from .notifications.mail_plan import ALERT
        from .portal.browser_drafts import end_drafts
        from .reports.due import REPORT
        from .reports.mail import ReportComposer
        from .signals import bulk_performed, event_recorded

        register_kind(ALERT, _("alert"), AlertComposer)
        register_kind(BULK_ALERT, _("alert about several tickets"), BulkAlertComposer)
        register_kind(ACKNOWLEDGEMENT, _("acknowledgement"), AcknowledgementComposer)
        register_kind(REPORT, _("report"), ReportComposer)
        register_kind(ADDRESS, _("change of an extra address"), AddressComposer)

        connect_site_settings()
        event_recorded.connect(
            tasks.wake_mail_worker, dispatch_uid="wagtail_helpdesk.tasks.wake_mail_worker"
        )
        bulk_performed.connect(
            tasks.wake_mail_worker_for_bulk,
            dispatch_uid="wagtail_helpdesk.tasks.wake_mail_worker_for_bulk",
        )
        post_delete.connect(
            tasks.forget_search_rows,
            sender=SearchRow,
            dispatch_uid="wagtail_helpdesk.tasks.forget_search_rows",
        )
        user_logged_out.connect(end_drafts, dispatch_uid="wagtail_helpdesk.browser_drafts")
