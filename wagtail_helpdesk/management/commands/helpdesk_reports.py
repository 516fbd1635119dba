"""Make the daily reports that are due: from cron, without a cluster."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_helpdesk.mailqueue.delivery import deliver
from wagtail_helpdesk.reports.due import find_due_now, plan_reports


class Command(BaseCommand):
    """Makes the reports that fell due since the last run and sends them; any number may run at once."""

    help = "Makes and sends the daily reports that fell due since the last run."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="only count who is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make and send them."""
        if options["dry_run"]:
            self.stdout.write(f"reports due: {sum(1 for _ in find_due_now())}")
            return
        self.stdout.write(f"reports made: {plan_reports()}")
        deliver()
