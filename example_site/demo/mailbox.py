"""Mails in a folder, one file each: the catcher writes them, the pages read them."""

import re
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses, make_msgid
from functools import cached_property, lru_cache
from pathlib import Path

KEY = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Mail:
    """A mail as received over SMTP."""

    key: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        return self.message["Subject"] or ""

    @property
    def sender(self) -> str:
        return self.message["From"] or ""

    @property
    def recipients(self) -> list[str]:
        """The e-mail addresses of To and Cc."""
        headers = [*self.message.get_all("To", []), *self.message.get_all("Cc", [])]
        return [address.lower() for _, address in getaddresses(headers)]

    @property
    def received_at(self) -> datetime:
        return datetime.fromtimestamp(int(self.key, 16) / 10**9, UTC)

    @cached_property
    def text(self) -> str:
        """The text part."""
        return self._part("plain")

    @cached_property
    def html(self) -> str:
        """The HTML part, or an empty string."""
        return self._part("html")

    @property
    def reply_to(self) -> str:
        """The address for replies, empty when replies are not read."""
        return self.message["Reply-To"] or ""

    def make_reply(self, text: str) -> bytes:
        """Return a reply of the recipient as a mail program writes it, with this mail quoted."""
        reply = EmailMessage()
        reply["From"] = self.message["To"]
        reply["To"] = self.reply_to
        reply["Subject"] = f"Re: {self.subject}"
        reply["Date"] = format_datetime(datetime.now(UTC))
        reply["Message-ID"] = make_msgid(domain="mail.arvelle.example")
        reply["In-Reply-To"] = reply["References"] = self.message["Message-ID"]
        quoted = "\n".join(f"> {line}".rstrip() for line in self.text.splitlines())
        heading = f"On {self.received_at:%d/%m/%Y %H:%M}, {self.sender} wrote:"
        reply.set_content(f"{text}\n\n{heading}\n{quoted}\n")
        return reply.as_bytes()

    @property
    def headers(self) -> str:
        """The headers as received, one per line."""
        return "\n".join(f"{name}: {value}" for name, value in self.message.items())

    def _part(self, subtype: str) -> str:
        part = self.message.get_body(preferencelist=(subtype,))
        return part.get_content() if part else ""


class Mailbox:
    """The mails of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """Store a mail, and return its key. Keys increase with time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        key = f"{time.time_ns():016x}"
        part = self.folder / f"{key}.part"
        part.write_bytes(content)
        part.rename(self._path(key))  # a reader never sees half a mail
        return key

    def get(self, key: str) -> Mail:
        """Return a mail; raise LookupError if there is none with this key."""
        if not KEY.fullmatch(key) or not self._path(key).exists():
            raise LookupError(key)
        return _read(self._path(key))

    def all(self) -> list[Mail]:
        """Return all mails, newest first."""
        return [_read(path) for path in sorted(self.folder.glob("*.eml"), reverse=True)]

    def to(self, recipient: str) -> list[Mail]:
        """Return the mails to one e-mail address, or all if it is empty."""
        return [
            mail for mail in self.all() if not recipient or recipient.lower() in mail.recipients
        ]

    def recipients(self) -> list[str]:
        """Return the e-mail addresses of all recipients, sorted."""
        return sorted({address for mail in self.all() for address in mail.recipients})

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.eml"


@lru_cache(maxsize=1000)  # a mail in the box never changes
def _read(path: Path) -> Mail:
    return Mail(path.stem, message_from_bytes(path.read_bytes(), policy=policy.default))
