"""Building a mail: headers for sorting, threading and automatic replies, a text and an HTML part."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache
from typing import Any

import css_inline
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.encoding import punycode

from wagtail_helpdesk.characters import clean_line, clean_text
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Service

from .addresses import MailReader
from .headers import HelpdeskMail, encode_phrase, encode_url

MAX_SUBJECT_LENGTH = 200
#: In bytes: Gmail clips larger mails.
MAX_MAIL_SIZE = 100_000
#: Divisors by which the content is shortened, one after another, until the mail is small enough.
SHARES = (1, 2, 4, 8, 32)
#: In characters; a message is in the mail twice, as text and as HTML.
MAX_MESSAGE_LENGTH = 12_000

# They reverse the direction of the text after them.
_BIDIRECTIONAL = re.compile(r"[\u202a-\u202e]")


@dataclass(frozen=True, kw_only=True)
class MailSpec:
    """The content of one mail: reader, subject, template with its context, headers."""

    reader: MailReader
    service: Service | None
    subject: str
    template: str
    context: Mapping[str, Any]
    message_id: str
    thread: Sequence[str] = ()
    archive: str = ""
    unsubscribe: str = ""
    #: The address that reads replies, empty when nobody does: Reply-To.
    reply_to: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Returns the part of the context that can be shortened, divided by a number: 1 is all of it.
    shortened: Callable[[int], Mapping[str, Any]] = lambda share: {}


def build_message(spec: MailSpec) -> EmailMultiAlternatives:
    """Return the mail in the active language and time zone, shortened until it is small enough."""
    for share in SHARES:
        mail = _render(spec, {**spec.context, **spec.shortened(share)})
        if not _is_too_large(mail):
            break
    return mail


def _render(spec: MailSpec, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    context = {
        **context,
        "language": spec.reader.language,
        "subject": spec.subject,
        "reply_to": spec.reply_to,
    }
    if spec.service is not None:
        names = ("mail_introduction", "mail_signature")
        context |= {name: spec.service.get_mail_text(name) for name in names}
    templates = [
        f"wagtail_helpdesk/mail/{spec.reader.language}/{spec.template}",
        f"wagtail_helpdesk/mail/{spec.template}",
    ]
    mail = HelpdeskMail(
        subject=strip_to_one_line(spec.subject)[:MAX_SUBJECT_LENGTH],
        body=strip_control_characters(
            render_to_string([f"{name}.txt" for name in templates], context)
        ).strip()
        + "\n",
        from_email=get_sender(spec.service),
        to=[_mailbox(spec.reader.name, spec.reader.email)],
        headers=_headers(spec),
    )
    html = strip_control_characters(
        render_to_string([f"{name}.html" for name in templates], context)
    )
    mail.attach_alternative(_inliner().inline(html), "text/html")
    return mail


def _is_too_large(mail: EmailMultiAlternatives) -> bool:
    parts = [mail.body, *(str(content) for content, _ in mail.alternatives)]
    # Encoding makes at most three bytes of one: most mails need not be measured.
    if sum(len(part.encode()) for part in parts) * 3 < MAX_MAIL_SIZE * 0.9:
        return False
    return len(mail.message().as_bytes()) > MAX_MAIL_SIZE


def strip_to_one_line(text: str) -> str:
    """Return text that is safe in a header: on one line, without control characters."""
    return clean_line(str(text))


def strip_control_characters(text: str) -> str:
    """Return text without control characters; line breaks are kept."""
    return _BIDIRECTIONAL.sub("", clean_text(text))


def get_sender(service: Service | None) -> str:
    """Return the sender: the name of the service, with the site's e-mail address."""
    name, email = parseaddr(helpdesk_settings.FROM_EMAIL)
    return _mailbox(str(service or name), email)


def _mailbox(name: str, email: str) -> str:
    local_part, _, domain = email.rpartition("@")
    # Quoted, not encoded: Django 6 decodes it, and a decoded comma would make two addresses of it.
    return str(Address(strip_to_one_line(name), local_part, punycode(domain)))


def _headers(spec: MailSpec) -> dict[str, str]:
    headers = {
        "Message-ID": spec.message_id,
        # No automatic replies: RFC 3834, and the second for Exchange.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": spec.reader.language,
        "X-Helpdesk-Instance": helpdesk_settings.MAIL_DOMAIN,
        **spec.headers,
    }
    if spec.thread:
        headers["In-Reply-To"] = spec.thread[-1]
        headers["References"] = " ".join(spec.thread)
    if spec.service:
        name = f"s{spec.service.pk}.helpdesk.{helpdesk_settings.MAIL_DOMAIN}"
        headers["List-Id"] = encode_phrase(strip_to_one_line(str(spec.service)), name)
    if spec.reply_to:
        headers["Reply-To"] = spec.reply_to
    if spec.archive:
        headers["List-Archive"] = f"<{encode_url(spec.archive)}>"
    if spec.unsubscribe:
        # RFC 8058: the mail program posts to this URL without further confirmation.
        headers["List-Unsubscribe"] = f"<{encode_url(spec.unsubscribe)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Remote style sheets are never fetched: the content of a message must not cause requests.
    return css_inline.CSSInliner(load_remote_stylesheets=False)
