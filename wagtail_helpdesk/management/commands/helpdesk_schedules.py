"""Install or repair the schedules in django-q2."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_helpdesk.maintenance.schedules import SCHEDULES, install_schedules


class Command(BaseCommand):
    """Creates or repairs one schedule for each background job."""

    help = "Installs the helpdesk's schedules in django-q2; can be run at every deployment."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="only show the schedules")

    def handle(self, *args: Any, **options: Any) -> None:
        """Install the schedules."""
        if not apps.is_installed("django_q"):
            raise CommandError(
                "django_q is not installed; `helpdesk_deliver --loop` needs no queue."
            )
        for name, _, minutes in SCHEDULES:
            self.stdout.write(f"{name}: every {minutes} min")
        if not options["dry_run"]:
            install_schedules()
