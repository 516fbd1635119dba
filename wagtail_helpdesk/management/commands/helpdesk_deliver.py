"""Send the alerts and reports that are due: from cron, or as a process beside or instead of a cluster."""

import logging
import signal
import time
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, InterfaceError, connection

from wagtail_helpdesk.mailqueue import queue
from wagtail_helpdesk.mailqueue.delivery import deliver, stop_after
from wagtail_helpdesk.models import Event
from wagtail_helpdesk.notifications.dispatch import dispatch_waiting_events
from wagtail_helpdesk.reports.due import find_due_now, try_to_plan_reports

logger = logging.getLogger(__name__)

#: Seconds after which the loop looks for new events, however many mails wait.
ROUND_SECONDS = 10


class Command(BaseCommand):
    """Dispatches new events, prepares the reports that are due and sends the e-mails that are due."""

    help = "Dispatches new events, prepares the reports that are due and sends the e-mails that are due."
    stopped, planned = False, 0

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--loop", action="store_true", help="keep running until stopped (SIGTERM)"
        )
        parser.add_argument(
            "--pause", type=float, default=1, help="seconds between two rounds of the loop"
        )
        parser.add_argument("--dry-run", action="store_true", help="only count what is waiting")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run once, or in a loop that stops after the current e-mail."""
        if options["dry_run"]:
            self._print_waiting()
        elif options["loop"]:
            self._loop(options["pause"])
        else:
            # Alerts first: they must not wait for the reports to be prepared.
            done = self._round()
            try_to_plan_reports()
            self._print_result(done + deliver())

    def _print_waiting(self) -> None:
        self.stdout.write(f"events to dispatch: {Event.objects.not_dispatched().count()}")
        self.stdout.write(f"reports due: {sum(1 for _ in find_due_now())}")
        self.stdout.write(f"mails due: {queue.find_due_mails().count()}")

    def _stop(self, *args: Any) -> None:
        self.stopped = True

    def _loop(self, pause: float) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.stdout.write("Delivering e-mails until SIGTERM.")
        while not self.stopped:
            if not self._turn() and not self.stopped:
                time.sleep(pause)

    def _turn(self) -> bool:
        """Dispatch and send, and prepare reports once a minute. Return whether any e-mail was due."""
        try:
            done = self._round()
            if (minute := int(time.time() // 60)) != self.planned:
                self.planned = minute
                try_to_plan_reports()
        except (DatabaseError, InterfaceError):
            logger.warning("The database is unavailable; trying again.", exc_info=True)
            connection.close()
            return False
        return bool(done)

    def _round(self) -> Counter[str]:
        dispatch_waiting_events()
        return deliver(stop_after(ROUND_SECONDS, lambda: self.stopped))

    def _print_result(self, done: Counter[str]) -> None:
        self.stdout.write(
            ", ".join(f"{state}: {count}" for state, count in done.items()) or "nothing"
        )
