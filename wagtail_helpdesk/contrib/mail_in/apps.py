"""The app as Django knows it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailInConfig(AppConfig):
    """Mail in. Without ``MAIL_IN_ADDRESS`` it changes nothing."""

    name = "wagtail_helpdesk.contrib.mail_in"
    label = "wagtail_helpdesk_mail_in"
    verbose_name = _("Helpdesk: mail in")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks and the kind of mail."""
        from wagtail_helpdesk.mailqueue.kinds import register_kind

        from . import checks  # noqa: F401 - importing registers them
        from .answers import ANSWER, AnswerComposer

        register_kind(ANSWER, _("answer to an incoming e-mail"), AnswerComposer)
