"""Where mails are fetched from: a Maildir, or an IMAP server.

A mail is removed from its place after it was recorded, never before. Killed in between, it is found
again, and recorded once.
"""

from __future__ import annotations

import imaplib
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wagtail_helpdesk.conf import helpdesk_settings

from .receive import SenderTryLater, TryLater, receive_mail

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

logger = logging.getLogger(__name__)

#: In seconds, for each answer of the IMAP server.
TIMEOUT = 60
#: What is counted of mails that stay in their place, and how many of them end a round.
LATER, MAX_LATER = "later", 5

Stop = Callable[[], bool]


class SourceUnavailable(Exception):
    """The mailbox cannot be read now."""


def fetch_maildir(folder: Path, stop: Stop) -> Counter[str]:
    """Record the mails of a Maildir, oldest first, and delete each; return how many became what."""
    done: Counter[str] = Counter()
    for path in _list_maildir(folder):
        if stop():
            break
        # Another process may have taken it.
        with suppress(FileNotFoundError):
            with path.open("rb") as file:
                raw = file.read(helpdesk_settings.MAIL_IN_MAX_SIZE + 1)
            if _record(raw, done):
                path.unlink()
    return done


def _record(raw: bytes, done: Counter[str]) -> bool:
    """Record a mail, and return whether its place can be cleared; one for later stays there.

    Raises ``TryLater`` after several that failed for another reason than a limit of their sender.
    """
    try:
        done[receive_mail(raw).state] += 1
    except SenderTryLater:
        logger.info("A mail stays in its place: its sender has reached a limit.")
        return False
    except TryLater:
        logger.warning("A mail was not recorded and stays in its place.", exc_info=True)
        done[LATER] += 1
        if done[LATER] >= MAX_LATER:
            raise
        return False
    return True


def _list_maildir(folder: Path) -> list[Path]:
    if not (folder / "new").is_dir():
        raise SourceUnavailable(f"{folder} is not a Maildir.")
    # The names begin with the time of delivery.
    found = [path for name in ("new", "cur") for path in (folder / name).glob("*")]
    return sorted((path for path in found if path.is_file()), key=lambda path: path.name)


class ImapSource:
    """A mailbox on an IMAP server, opened with the setting ``MAIL_IN_IMAP``."""

    def __init__(self) -> None:
        self.options: dict[str, Any] = {
            "PORT": 0,
            "SECURITY": "ssl",
            "FOLDER": "INBOX",
            "DONE_FOLDER": "Processed",
            **helpdesk_settings.MAIL_IN_IMAP,
        }

    def __enter__(self) -> ImapSource:
        try:
            self.box = self._connect()
        except _get_errors() as error:
            raise SourceUnavailable(f"The IMAP server cannot be used: {error}") from error
        return self

    def __exit__(self, *error: Any) -> None:
        with suppress(Exception):
            self.box.logout()

    def _connect(self) -> BaseMailBox:
        from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted

        kinds = {
            "ssl": (MailBox, 993),
            "starttls": (MailBoxStartTls, 143),
            "none": (MailBoxUnencrypted, 143),
        }
        kind, port = kinds[self.options["SECURITY"]]
        box: BaseMailBox = kind(self.options["HOST"], self.options["PORT"] or port, timeout=TIMEOUT)
        box.login(self.options["USER"], self.options["PASSWORD"], self.options["FOLDER"])
        if not box.folder.exists(self.options["DONE_FOLDER"]):
            box.folder.create(self.options["DONE_FOLDER"])
        return box

    def fetch(self, stop: Stop) -> Counter[str]:
        """Record the mails of the folder, and move each; return how many became what."""
        done: Counter[str] = Counter()
        try:
            for uid, raw in self._read(stop):
                if _record(raw, done):
                    self.box.move(uid, self.options["DONE_FOLDER"])
        except _get_errors() as error:
            raise SourceUnavailable(f"The IMAP server cannot be used: {error}") from error
        return done

    def _read(self, stop: Stop) -> Iterator[tuple[str, bytes]]:
        """Yield number and content of each mail, one in memory at a time."""
        limit = helpdesk_settings.MAIL_IN_MAX_SIZE + 1
        for uid in self.box.uids():
            if stop():
                return
            # PEEK: a mail counts as read when it was recorded. No more of it than is wanted.
            answer = self.box.client.uid("fetch", uid, f"(BODY.PEEK[]<0.{limit}>)")[1]
            content = [part[1] for part in answer if isinstance(part, tuple)]
            if content:
                yield uid, content[0]

    def wait(self, seconds: float) -> None:
        """Wait until a mail comes in (IDLE, RFC 2177), for some seconds at most."""
        try:
            self.box.idle.wait(timeout=seconds)
        except _get_errors() as error:
            raise SourceUnavailable(f"The IMAP server cannot be used: {error}") from error


def _get_errors() -> tuple[type[Exception], ...]:
    """Return what the IMAP client raises when the server cannot be used."""
    from imap_tools import ImapToolsError

    return (OSError, imaplib.IMAP4.error, ImapToolsError)
