"""Fetch the mails of a Maildir or an IMAP mailbox."""

import logging
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.contrib.mail_in.receive import TryLater
from wagtail_helpdesk.contrib.mail_in.sources import (
    ImapSource,
    SourceUnavailable,
    fetch_maildir,
)
from wagtail_helpdesk.mailqueue.delivery import record_heartbeat

logger = logging.getLogger(__name__)

#: In seconds, for which the loop waits for a mail before it looks by itself.
IDLE_SECONDS = 5
#: In seconds, before a server that failed is tried again.
PAUSE, MAX_PAUSE = 1, 60


class Command(BaseCommand):
    """Records each mail, then deletes it from the Maildir or moves it on the IMAP server."""

    help = (
        "Fetches the e-mails of the mailbox in MAIL_IN_IMAP, or of a Maildir. Each is recorded, then moved to another"
        " folder of the IMAP server, or deleted from the Maildir."
    )
    stopped = False

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--maildir", type=Path, help="the folder of a Maildir, instead of IMAP")
        parser.add_argument(
            "--loop", action="store_true", help="keep running until stopped (SIGTERM)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Fetch once, or in a loop that stops after the current e-mail."""
        if not options["maildir"] and not helpdesk_settings.MAIL_IN_IMAP:
            raise CommandError("Give --maildir, or set MAIL_IN_IMAP.")
        if options["loop"]:
            self._loop(options["maildir"])
            return
        try:
            done = self._fetch_once(options["maildir"])
        except (SourceUnavailable, TryLater) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            ", ".join(f"{state}: {count}" for state, count in done.items()) or "nothing"
        )

    def _fetch_once(self, maildir: Path | None) -> Counter[str]:
        if maildir:
            return fetch_maildir(maildir, lambda: self.stopped)
        with ImapSource() as source:
            return source.fetch(lambda: self.stopped)

    def _stop(self, *args: Any) -> None:
        self.stopped = True

    def _loop(self, maildir: Path | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        self.stdout.write("Fetching e-mails until SIGTERM.")
        pause = PAUSE
        while not self.stopped:
            try:
                self._follow(maildir)
                pause = PAUSE
            except (SourceUnavailable, TryLater, OperationalError, InterfaceError) as error:
                logger.warning("Trying again in %s seconds: %s", pause, error)
                close_old_connections()
                self._sleep(pause)
                pause = min(pause * 2, MAX_PAUSE)

    def _follow(self, maildir: Path | None) -> None:
        """Fetch and wait, with one connection, until stopped."""
        close_old_connections()
        if maildir:
            fetch_maildir(maildir, lambda: self.stopped)
            record_heartbeat("fetch_mail")
            self._sleep(PAUSE)
            return
        with ImapSource() as source:
            while not self.stopped:
                # A connection to the database that was lost is not opened again by itself.
                close_old_connections()
                source.fetch(lambda: self.stopped)
                record_heartbeat("fetch_mail")
                if not self.stopped:
                    source.wait(IDLE_SECONDS)

    def _sleep(self, seconds: int) -> None:
        end = time.monotonic() + seconds
        while not self.stopped and time.monotonic() < end:
            time.sleep(0.2)
