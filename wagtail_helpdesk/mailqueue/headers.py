"""Headers that programs read, written in clear: never as encoded words (RFC 2047), folded at spaces.

Django 6 gives a mail to Python's current generator, which writes every word longer than a line as
encoded words, addresses and identifiers included. RFC 2047 §5 forbids that outside of text, and a
mail program finds no address in it (RFC 8058). Django 5.2 puts such a word on the next line, where
some mail programs do not look for a Message-ID.
"""

from __future__ import annotations

import email.policy
from email.header import Header
from email.headerregistry import HeaderRegistry, UnstructuredHeader
from email.message import Message
from email.policy import Compat32, EmailPolicy, Policy
from email.utils import formataddr
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import iri_to_uri, punycode

MAX_LINE = 78


class HelpdeskMail(EmailMultiAlternatives):
    """A mail whose ``headers`` arrive as they were given. They must be ASCII."""

    def message(self, **options: Any) -> Any:
        """Return the message, whose headers of ours are written in clear."""
        names = frozenset(name.lower() for name in self.extra_headers)
        if django.VERSION < (6, 0):
            message: Message = super().message()
            message.policy = _ClearCompat32(names)
            return message
        policy = options.pop("policy", email.policy.default)
        return super().message(policy=_in_clear(policy, names), **options)


def fold_in_clear(name: str, value: str, line_end: str) -> str:
    """Return a header folded before words that a line does not hold, with no word changed.

    The first word stands on the line of the name, however long it is.
    """
    first, *words = value.split() or [""]
    lines = [f"{name}: {first}"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) <= MAX_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "".join(line + line_end for line in lines)


def encode_url(url: str) -> str:
    """Return a web address in ASCII: the host as a mail program looks it up, the rest escaped."""
    parts = urlsplit(url)
    user, at, place = parts.netloc.rpartition("@")
    host, colon, port = place.partition(":")
    return str(
        iri_to_uri(urlunsplit(parts._replace(netloc=f"{user}{at}{punycode(host)}{colon}{port}")))
    )


def encode_phrase(name: str, address: str) -> str:
    """Return a name and what it names, ``Name <address>``, the name encoded if it must be."""
    if name.isascii():
        return formataddr((name, address))
    # In words of 75 characters, the longest that RFC 2047 §2 allows.
    return f"{Header(name, 'utf-8', maxlinelen=75).encode(linesep='')} <{address}>"


class _ClearHeader(UnstructuredHeader):
    max_count = 1

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse(value, kwds)
        kwds["decoded"] = value  # and not what encoded words in it stand for

    def fold(self, *, policy: Policy) -> str:
        return fold_in_clear(self.name, str(self), policy.linesep)  # type: ignore[attr-defined]


def _in_clear(policy: Policy, names: frozenset[str]) -> Policy:
    if not isinstance(policy, EmailPolicy):
        return policy
    factory = HeaderRegistry()
    for name in names:
        factory.map_to_type(name, _ClearHeader)  # type: ignore[arg-type]
    return policy.clone(header_factory=factory)


class _ClearCompat32(Compat32):
    """What Django 5.2 writes with, without its folding of some headers."""

    in_clear: frozenset[str] = frozenset()

    def __init__(self, in_clear: frozenset[str] = frozenset(), **options: Any) -> None:
        super().__init__(in_clear=in_clear, **options)  # type: ignore[call-arg]

    def fold(self, name: str, value: str) -> str:
        if name.lower() in self.in_clear:
            return fold_in_clear(name, value, self.linesep)
        return super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() in self.in_clear:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)
