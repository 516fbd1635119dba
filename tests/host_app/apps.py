"""The app as Django knows it."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """Visits on site."""

    name = "tests.host_app"
    label = "visits"

    def ready(self) -> None:
        """Register the sentence of the verb."""
        from wagtail_helpdesk import event_text

        from .verbs import CONFIRM_VISIT, describe_visit

        event_text.register(CONFIRM_VISIT.name, describe_visit)
