"""Store every mail sent to a local port in the mailbox of the demonstration."""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.core.management.base import BaseCommand, OutputWrapper

from demo.mailbox import Mailbox


class Catcher:
    """Accepts and stores every mail."""

    def __init__(self, mailbox: Mailbox, log: OutputWrapper) -> None:
        self.mailbox, self.log = mailbox, log

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mailbox.put(envelope.content)
        self.log.write(f"for {', '.join(envelope.rcpt_tos)}")
        return "250 Kept"


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        catcher = Catcher(Mailbox(settings.DEMO_STATE / "mail"), self.stdout)
        asyncio.run(self.serve(catcher))

    async def serve(self, catcher: Catcher) -> None:
        """Listen until the process is stopped."""
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(catcher, enable_SMTPUTF8=True),
            "127.0.0.1",
            settings.DEMO_SMTP_PORT,
        )
        await server.serve_forever()
