"""Receive one mail from standard input: the command of a pipe of the mail server."""

import logging
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.contrib.mail_in.receive import receive_mail

logger = logging.getLogger(__name__)

CHUNK = 1024 * 1024


class Command(BaseCommand):
    """Records a mail; the mail server keeps it when that fails."""

    help = (
        "Receives one e-mail from standard input. Exits with 0 once it is recorded, whatever became of it, and"
        " with 75 (EX_TEMPFAIL) when the mail server is to try again later. For Postfix and the like."
    )
    # A site with a problem must not make the mail server return mails.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "--recipient", default="", help="the address of the envelope: ${original_recipient}"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Record the mail. Any failure is temporary for the mail server: it keeps the mail."""
        try:
            if not helpdesk_settings.MAIL_IN_ADDRESS:
                raise ValueError("MAIL_IN_ADDRESS is not set.")
            mail = receive_mail(_read(), options["recipient"])
        except Exception:
            logger.exception("An incoming mail was not recorded; the mail server keeps it.")
            sys.exit(os.EX_TEMPFAIL)
        if options["verbosity"] > 1:
            self.stdout.write(mail.state)


def _read() -> bytes:
    """Return standard input, no more than a byte beyond the limit; all of it is read."""
    limit, chunks, size = helpdesk_settings.MAIL_IN_MAX_SIZE + 1, [], 0
    while chunk := sys.stdin.buffer.read(CHUNK):
        chunks.append(chunk[: max(limit - size, 0)])
        size += len(chunk)
    return b"".join(chunks)
