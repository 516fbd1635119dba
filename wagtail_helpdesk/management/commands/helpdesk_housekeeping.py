"""What time brings: tickets resume and expire, leavers hand over, and what nobody needs is removed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from wagtail_helpdesk.mailqueue.delivery import record_heartbeat
from wagtail_helpdesk.maintenance.housekeeping import JOBS, run_jobs


class Command(BaseCommand):
    """Does each job for whatever is due; any number of times, from cron or a schedule."""

    help = (
        "Resumes postponed tickets on their day, expires closures that were never answered, hands "
        "over the open tickets of people who left, stops following for people who lost the right "
        "to see the ticket, and removes files without a message, files of unfinished forms and old "
        "traces of e-mails. For cron, every hour; exits with 1 if something failed, which is "
        "logged and tried again next time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--dry-run", action="store_true", help="only show what is due")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the jobs in turn, or show what they would do."""
        failures = 0
        for job in JOBS:
            if options["dry_run"]:
                for item in job.due():
                    self.stdout.write(f"would {job.name}: {item}")
                continue
            done, failed = run_jobs(job)
            failures += failed
            if done and options["verbosity"]:
                self.stdout.write(f"{job.name}: {done}")
        if not options["dry_run"]:
            record_heartbeat("housekeeping")
        if failures:
            raise CommandError(f"{failures} failed; the log says why. They will be tried again.")
