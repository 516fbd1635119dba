"""Incoming mails: from bytes to who wrote what, what was quoted, which files, and whether a program sent it.

Nothing is executed or fetched, and no archive is opened. Whatever a mail contains, it is read in
bounded time and memory, or refused with ``UnreadableMail``.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from typing import Any

from wagtail_helpdesk.characters import clean_line, clean_text, has_visible

from .automatic import Bounce, find_automatic_reason, read_bounce
from .html_text import convert_to_text
from .quoting import split_reply

#: Parts of a mail; one with more is refused.
MAX_PARTS = 200
#: Multiparts and mails, each inside another.
MAX_DEPTH = 30
#: In bytes, of all headers of a mail.
MAX_HEADERS = 100_000
#: In bytes, of one header with parameters: reading them takes the square of its length.
MAX_PARAMETERS = 4_000
#: Lines of a mail, and lines times multiparts: each line is compared with all boundaries.
MAX_LINES, MAX_COMPARISONS = 2_000_000, 20_000_000
#: In characters; the rest of a text is not read.
MAX_TEXT = 200_000
MAX_SUBJECT = 300
_ADDRESSES = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_LATIN = {"ascii", "us-ascii", "iso-8859-1", "iso-8859-15", "latin-1", "latin1", "windows-1252"}
#: Character sets that Python decodes in more than linear time, or that are no character sets.
_NOT_CHARSETS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
_MULTIPART = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_PARAMETERS = re.compile(
    rb"^content-(?:type|disposition):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE
)
_TEXT_NAMES = {"text/calendar": "invitation.ics", "message/rfc822": "message.eml",
               "application/ms-tnef": "winmail.dat"}  # fmt: skip


class UnreadableMail(ValueError):
    """A mail that is set aside: too complex, or not a mail."""


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file of a mail, as it was sent."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ReceivedMail:
    """What an incoming mail says."""

    #: As sent, empty when there is none.
    message_id: str
    #: SHA-256 of what identifies the mail: the same on each way it comes in.
    fingerprint: str
    #: Address in lower case, empty when there is none.
    sender: str
    sender_name: str
    #: Addresses of the headers and the envelope, in lower case.
    recipients: tuple[str, ...]
    subject: str
    text: str
    #: What was cut of the text: quotations and the signature.
    cut: str
    #: Where a reply address may be found when the header has none.
    whole_text: str = field(repr=False)
    files: tuple[MailFile, ...] = ()
    #: Why no person sent it, empty for a person's mail.
    automatic: str = ""
    bounce: Bounce | None = None


def parse_mail(raw: bytes, recipient: str = "") -> ReceivedMail:
    """Return what a mail says. ``recipient`` is the address of the envelope, if known.

    Raises ``UnreadableMail``.
    """
    _check_size(raw)
    try:
        # The older policy never fails: headers are decoded here, one by one.
        message = message_from_bytes(raw, policy=policy.compat32)
        parts = list(_walk(message))
    except RecursionError as error:
        raise UnreadableMail("nested too deeply") from error
    if not message.keys():
        raise UnreadableMail("no headers")
    return _read(message, parts, recipient)


def _check_size(raw: bytes) -> None:
    """Raise ``UnreadableMail`` for a mail that the parser would read for very long."""
    # The parser ends a line at a single CR too.
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in raw else raw
    head = lines.find(b"\n\n")
    if (len(lines) if head < 0 else head) > MAX_HEADERS:
        raise UnreadableMail("headers too long")
    if any(found.end() - found.start() > MAX_PARAMETERS for found in _PARAMETERS.finditer(lines)):
        raise UnreadableMail("header of a part too long")
    parts, count = sum(1 for _ in _MULTIPART.finditer(lines)), lines.count(b"\n")
    if parts > MAX_PARTS:
        raise UnreadableMail("too many parts")
    if count > MAX_LINES or count * parts > MAX_COMPARISONS:
        raise UnreadableMail("too many lines")


def _walk(message: Message, depth: int = 0) -> Iterator[Message]:
    """Yield the parts that contain something; attached mails as a whole."""
    if depth > MAX_DEPTH:
        raise UnreadableMail("nested too deeply")
    if message.get_content_maintype() != "multipart" or not message.is_multipart():
        yield message
        return
    parts: Any = message.get_payload()
    if len(parts) > MAX_PARTS:
        raise UnreadableMail("too many parts")
    if message.get_content_subtype() == "alternative":
        parts = _choose_alternative(parts)
    for part in parts:
        yield from _walk(part, depth + 1)


def _choose_alternative(parts: list[Message]) -> list[Message]:
    """Return the parts of an alternative without the HTML that says the same as its text."""
    plain = [part for part in parts if _is_body(part, "plain")]
    if not plain or not has_visible(_read_text(plain[0])):
        return [part for part in parts if part not in plain] or parts
    return [part for part in parts if not _is_html(part)]


def _is_html(part: Message) -> bool:
    if part.get_content_type() == "multipart/related" and part.is_multipart():
        payload: Any = part.get_payload()
        # Its images stay: they are what the reader may want to see.
        if payload and _is_body(payload[0], "html"):
            payload.pop(0)
        return not payload
    return _is_body(part, "html")


def _is_body(part: Message, subtype: str) -> bool:
    return (
        part.get_content_type() == f"text/{subtype}"
        and part.get_content_disposition() != "attachment"
        and not part.get_filename()
    )


def _read(message: Message, parts: list[Message], recipient: str) -> ReceivedMail:
    texts, files = [], []
    for part in parts:
        if _is_body(part, "plain"):
            texts.append(_read_text(part))
        elif _is_body(part, "html"):
            texts.append(convert_to_text(_read_text(part)))
        else:
            files.append(_read_file(part))
    whole = "\n\n".join(filter(has_visible, texts))[:MAX_TEXT]
    text, cut = split_reply(whole)
    name, sender = parseaddr(_header(message, "from"))
    mail = {
        "message_id": _header(message, "message-id")[:255],
        "sender": clean_line(sender).lower()[:254],
        "subject": _header(message, "subject")[:MAX_SUBJECT],
    }
    sent = [*mail.values(), _header(message, "date"), whole, *(_hash(one.content) for one in files)]
    return ReceivedMail(
        **mail,
        fingerprint=_hash("\0".join(sent).encode("utf-8", "replace")),
        sender_name=clean_line(name)[:150],
        recipients=tuple(_list_recipients(message, recipient)),
        text=text,
        cut=cut,
        whole_text=whole,
        files=tuple(file for file in files if file.content),
        automatic=find_automatic_reason(message, mail["sender"]),
        bounce=read_bounce(message),
    )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _list_recipients(message: Message, recipient: str) -> list[str]:
    headers = [str(value) for name in _ADDRESSES for value in message.get_all(name, [])]
    found = [address for _, address in getaddresses(headers)]
    return list(dict.fromkeys(clean_line(each).lower() for each in [recipient, *found] if each))


def _header(message: Message, name: str) -> str:
    """Return a header decoded, on one line; encoded words that cannot be decoded stay as they are."""
    return _decode_words(str(message.get(name, "")))


def _decode_words(value: str) -> str:
    try:
        parts = [
            part.decode(_keep_charset(charset or "") or "utf-8", "replace")
            if isinstance(part, bytes)
            else part
            for part, charset in decode_header(value)
        ]
        value = "".join(parts)
    except (LookupError, ValueError, MessageError):
        pass
    return clean_line(value)


def _keep_charset(name: str) -> str:
    """Return the name of a character set, empty unless Python decodes it in linear time."""
    try:
        return "" if codecs.lookup(name).name in _NOT_CHARSETS else name
    except (LookupError, ValueError):
        return ""


# -- texts and files ---------------------------------------------------------------------------


def _read_text(part: Message) -> str:
    content: Any = part.get_payload(decode=True)
    text = clean_text(_decode(content or b"", str(part.get_param("charset", "") or "")))
    if str(part.get_param("format", "")).lower() == "flowed":
        text = _unfold(text, spaced=str(part.get_param("delsp", "")).lower() != "yes")
    return text[: MAX_TEXT * 3]


def _decode(content: bytes, charset: str) -> str:
    """Return text in the character set that a mail names, unless its bytes show that it is another."""
    charset = charset.strip("\"' ").lower()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    charset = _keep_charset(charset)
    tries = ["utf-8"] if not charset or charset in _LATIN else [charset, "utf-8"]
    # No text in a character set of one byte looks like UTF-8 by accident.
    tries += ["cp1252" if not charset or charset in _LATIN - {"iso-8859-15"} else charset, "cp1252"]
    for name in tries:
        try:
            return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _unfold(text: str, *, spaced: bool) -> str:
    """Return a text of format=flowed with its paragraphs on one line (RFC 3676)."""
    # A paragraph is joined once, when all is read.
    paragraphs: list[list[str]] = []
    flows, depth = False, 0
    for line in text.split("\n"):
        quotes = len(line) - len(line.lstrip(">"))
        content = line[quotes:].removeprefix(" ")
        if not (flows and quotes == depth and content != "-- "):
            paragraphs.append([f"{'>' * quotes} "] if quotes else [])
        depth = quotes
        flows = content.endswith(" ") and content != "-- "
        paragraphs[-1].append(content[:-1] if flows and not spaced else content)
    return "\n".join(map("".join, paragraphs))


def _read_file(part: Message) -> MailFile:
    kind = part.get_content_type()
    if part.get_content_maintype() == "message" and part.is_multipart():
        payload: Any = part.get_payload()
        content = b"\n\n".join(each.as_bytes(policy=policy.compat32) for each in payload)
    else:
        decoded: Any = part.get_payload(decode=True)
        content = decoded or b""
    name = _decode_name(part) or _TEXT_NAMES.get(kind) or kind.replace("/", ".")
    return MailFile(name, content)


def _decode_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (LookupError, ValueError):
        return ""
    return _decode_words(name)[:150]
