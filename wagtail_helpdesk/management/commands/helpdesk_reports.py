"""Prepare and send the daily reports that are due, without a cluster."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.reports.due import find_due_now, plan_reports


class Command(BaseCommand):
    """Prepares and sends the reports that fell due since the last run; concurrent runs are safe."""

    help = "Prepares and sends the daily reports that fell due since the last run."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="only count the reports due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare and send the reports."""
        if options["dry_run"]:
            self.stdout.write(f"reports due: {sum(1 for _ in find_due_now())}")
            return
        self.stdout.write(f"reports prepared: {plan_reports()}")
        deliver()
