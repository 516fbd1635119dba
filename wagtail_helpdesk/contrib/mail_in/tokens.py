"""Signed reply addresses: which person may reply to which ticket, and from which mail they do.

The token is the detail of the address, ``helpdesk+<token>@…``. It has no dates: the right to comment
is checked when the reply arrives. Mail servers may change the case of an address, so that it is
written in base 32.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.utils.crypto import constant_time_compare, salted_hmac

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.parsing import parse_user_key

SALT = "wagtail_helpdesk.contrib.mail_in"
#: In bytes: 80 bits.
SIGNATURE_LENGTH = 10
#: In characters, of the part of an address before the @ (RFC 5321 §4.5.3.1.1).
MAX_LOCAL_PART = 64
_TOKEN = re.compile(r"[a-z2-7]{20,60}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReplyToken:
    """What a reply address stands for."""

    ticket: int
    #: Key of the person who may use it.
    user: Any
    #: Key of the mail that carried it.
    mail: int
    #: Who may read the reply: everyone on the ticket, or requester and managers.
    audience: Audience = Audience.EVERYONE


def make_reply_address(token: ReplyToken) -> str:
    """Return the address of the site with the token in it."""
    local_part, _, domain = helpdesk_settings.MAIL_IN_ADDRESS.rpartition("@")
    return f"{local_part}+{make_token(token)}@{domain}"


def make_token(token: ReplyToken) -> str:
    """Return a token as text: lower-case letters and digits."""
    narrow = token.audience == Audience.REQUESTER
    payload = (
        _pack_number(token.ticket) + _pack_number(token.mail * 2 + narrow) + _pack_user(token.user)
    )
    signed = payload + _sign(payload, settings.SECRET_KEY)
    return base64.b32encode(signed).decode().rstrip("=").lower()


def read_token(text: str) -> ReplyToken | None:
    """Return what a token stands for, or None when it was not signed by this site."""
    if not _TOKEN.fullmatch(text):
        return None
    try:
        signed = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        return None
    payload, signature = signed[:-SIGNATURE_LENGTH], signed[-SIGNATURE_LENGTH:]
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(_sign(payload, key), signature) for key in keys):
        return None
    ticket, rest = _unpack_number(payload)
    mail, rest = _unpack_number(rest)
    audience = Audience.REQUESTER if mail % 2 else Audience.EVERYONE
    user = _unpack_user(rest)
    return None if user is None else ReplyToken(ticket, user, mail // 2, audience)


def find_tokens(text: str) -> Iterator[ReplyToken]:
    """Yield the valid tokens of the reply addresses of this site in a text, in order."""
    pattern = _build_address_pattern()
    for found in pattern.finditer(text) if pattern else ():
        if token := read_token(found["token"]):
            yield token


def hide_tokens(text: str) -> str:
    """Return a text with the reply addresses of this site without their tokens.

    A quoted footer contains the address of its reader, whom the token proves.
    """
    pattern = _build_address_pattern()
    return pattern.sub(r"\g<before>\g<after>", text) if pattern else text


def _build_address_pattern() -> re.Pattern[str] | None:
    """Return what matches the reply addresses of this site, None without ``MAIL_IN_ADDRESS``."""
    local_part, at, domain = helpdesk_settings.MAIL_IN_ADDRESS.rpartition("@")
    if not at:
        return None
    before, after = re.escape(local_part), re.escape(f"@{domain}")
    pattern = rf"(?P<before>{before})\+(?P<token>{_TOKEN.pattern})(?P<after>{after})"
    return re.compile(pattern, re.IGNORECASE)


def _sign(payload: bytes, secret: str | bytes) -> bytes:
    mac = salted_hmac(SALT, payload, secret=secret, algorithm="sha256")
    return mac.digest()[:SIGNATURE_LENGTH]


def _pack_number(number: int) -> bytes:
    packed = bytearray()
    while number > 0x7F:
        packed.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*packed, number])


def _unpack_number(packed: bytes) -> tuple[int, bytes]:
    number = 0
    for place, byte in enumerate(packed):
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, packed[place + 1 :]
    return number, b""


def _pack_user(key: Any) -> bytes:
    # As short as it goes: a local part has 64 characters.
    if isinstance(key, int):
        return _pack_number(key)
    return key.bytes if isinstance(key, uuid.UUID) else str(key).encode()


def _unpack_user(packed: bytes) -> Any | None:
    field = get_user_model()._meta.pk
    if isinstance(field, models.IntegerField):
        return _unpack_number(packed)[0]
    if isinstance(field, models.UUIDField):
        return uuid.UUID(bytes=packed) if len(packed) == 16 else None
    return parse_user_key(packed.decode("utf-8", "replace"))
