"""Run the time-based jobs of the helpdesk."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_helpdesk.mailqueue.delivery import record_heartbeat
from wagtail_helpdesk.maintenance.housekeeping import get_jobs, run_job


class Command(BaseCommand):
    """Runs each job for the items that are due; safe to repeat, from cron or a schedule."""

    help = (
        "Resumes postponed tickets on their day, expires closures without an answer, hands "
        "over the open tickets of people who left, removes subscriptions of people who no longer see "
        "the ticket, and deletes files without a message, uploads of unfinished forms, and old "
        "e-mails and notifications. For cron, every hour; exits with 1 if something failed; failures are "
        "logged and tried again next time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="only show what is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the jobs in turn, or show what they would do."""
        failures = 0
        for job in get_jobs():
            if options["dry_run"]:
                for item in job.due():
                    self.stdout.write(f"would {job.name}: {item}")
                continue
            done, failed = run_job(job)
            failures += failed
            if done and options["verbosity"]:
                self.stdout.write(f"{job.name}: {done}")
        if not options["dry_run"]:
            record_heartbeat("housekeeping")
        if failures:
            raise CommandError(f"{failures} failed: see the log. They will be tried again.")
