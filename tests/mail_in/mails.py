"""Replies as a mail program writes them."""

import uuid
from email.message import EmailMessage


def reply(
    sender, to, text, *, subject="Re: [x] y", files=None, headers="", message_id=None
) -> bytes:
    """Return a mail of a person, or an address; `message_id=""` leaves the Message-ID out."""
    mail = EmailMessage()
    mail["From"] = getattr(sender, "email", sender)
    mail["To"] = to
    mail["Subject"] = subject
    if message_id != "":
        mail["Message-ID"] = message_id or f"<{uuid.uuid4()}@arvelle.example>"
    for line in headers.splitlines():
        name, _, value = line.partition(": ")
        mail[name] = value
    mail.set_content(text)
    for name, content in (files or {}).items():
        mail.add_attachment(content, "application", "octet-stream", filename=name)
    return mail.as_bytes()
