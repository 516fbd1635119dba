"""Mails that no person wrote: automatic replies, lists, mails of this site, and bounces."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message
from typing import Any

from wagtail_helpdesk.characters import clean_line
from wagtail_helpdesk.conf import helpdesk_settings

_SYSTEM_SENDER = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply)@", re.IGNORECASE
)
_MESSAGE_ID = re.compile(r"^message-id:\s*(<[^<>\s]{1,250}>)", re.IGNORECASE | re.MULTILINE)
_ABOUT_SENDER = ("5.1.7", "5.1.8")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery status notification says (RFC 3464)."""

    #: The address that could not be reached, in lower case.
    recipient: str
    #: The address that was written to, if the report says that another one follows from it.
    original: str
    #: ``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``.
    action: str
    #: Such as ``5.1.1`` (RFC 3463); empty when there is none.
    status: str
    #: Message-ID of the mail that was sent.
    message_id: str

    @property
    def is_permanent(self) -> bool:
        """Whether the address does not exist: a failure, and neither a delay nor the content.

        5.1.7 and 5.1.8 are about the sender's address, 5.2.1 is a mailbox that was switched off.
        """
        is_about_address = self.status.startswith("5.1.") or self.status == "5.2.1"
        return self.action == "failed" and is_about_address and self.status not in _ABOUT_SENDER


def find_automatic_reason(message: Message, sender: str) -> str:
    """Return why a mail counts as automatic, empty for one that a person wrote.

    RFC 3834 §2, and what Exchange and mailing lists write instead.
    """
    if clean_line(str(message.get("x-helpdesk-instance", ""))) or sender in _own_addresses():
        return "own"
    if message.get_content_type() == "multipart/report":
        return "report"
    if _first_word(message, "auto-submitted") not in ("", "no"):
        return "auto-submitted"
    if _first_word(message, "precedence") in ("bulk", "junk", "list", "auto_reply"):
        return "precedence"
    if any(message.get(name) for name in ("list-id", "list-unsubscribe")):
        return "list"
    suppressed = str(message.get("x-auto-response-suppress", "")).lower()
    if any(word in suppressed for word in ("all", "autoreply", "oof")):
        return "auto-response-suppress"
    if any(message.get(name) for name in ("x-autoreply", "x-autorespond", "x-autoresponse")):
        return "autoreply"
    if str(message.get("return-path", "-")).strip() == "<>":
        return "null-return-path"
    return "system-sender" if not sender or _SYSTEM_SENDER.match(sender) else ""


def _first_word(message: Message, name: str) -> str:
    return clean_line(str(message.get(name, ""))).lower().partition(";")[0].strip()


def _own_addresses() -> set[str]:
    sender = helpdesk_settings.FROM_EMAIL.rpartition("<")[2].strip("> ")
    others = map(str.lower, helpdesk_settings.MAIL_IN_CATEGORIES)
    return {sender.lower(), helpdesk_settings.MAIL_IN_ADDRESS.lower(), *others} - {""}


def read_bounce(message: Message) -> Bounce | None:
    """Return what a delivery status notification says, None for any other mail."""
    is_report = message.get_content_type() == "multipart/report" and message.is_multipart()
    if not is_report:
        return None
    parts: Any = message.get_payload()
    fields: dict[str, str] = {}
    message_id = ""
    for part in parts:
        kind = part.get_content_type()
        if kind == "message/delivery-status" and part.is_multipart():
            # One block about the mail, one for each recipient.
            for block in part.get_payload():
                fields |= {k.lower(): clean_line(str(v)) for k, v in block.items()}
        elif kind in ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"):
            found = _MESSAGE_ID.search(_read_original(part))
            message_id = found[1] if found else message_id
    if "action" not in fields:
        return None
    original = _read_address(fields.get("original-recipient", ""))
    status = _STATUS.search(fields.get("status", ""))
    return Bounce(
        _read_address(fields.get("final-recipient", "")) or original,
        original,
        fields["action"].lower().strip(),
        status[0] if status else "",
        message_id,
    )


def _read_address(field: str) -> str:
    return field.rpartition(";")[2].strip(" <>").lower()


def _read_original(part: Message) -> str:
    payload: Any = part.get_payload()
    if part.is_multipart():
        return "".join(f"{name}: {value}\n" for name, value in payload[0].items())
    content: Any = part.get_payload(decode=True)
    return (content or b"").decode("utf-8", "replace")[:100_000]
