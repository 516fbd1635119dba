"""Making a mail: headers that sort, thread and stop robots, a text part and an HTML part."""

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
from .headers import HelpdeskMail, ascii_url, encode_phrase

LONGEST_SUBJECT = 200
#: In bytes: of what is larger Gmail shows the beginning only.
LARGEST = 100_000
#: By how much a mail is shortened, step by step, until it is no larger.
SHARES = (1, 2, 4, 8, 32)
#: In characters; the text is there twice.
LONGEST_MESSAGE = 12_000

# They turn the direction of the text after them around.
_TURNS = re.compile(r"[\u202a-\u202e]")


@dataclass(frozen=True, kw_only=True)
class MailSpec:
    """Everything that is particular about one mail."""

    reader: MailReader
    service: Service | None
    subject: str
    template: str
    context: Mapping[str, Any]
    message_id: str
    thread: Sequence[str] = ()
    archive: str = ""
    unsubscribe: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: What of the context is half as long, a quarter, and so on: whole for 1.
    shortened: Callable[[int], Mapping[str, Any]] = lambda share: {}


def build_message(spec: MailSpec) -> EmailMultiAlternatives:
    """Return a letter as a mail, in the language and time zone that are active, and not too large."""
    for share in SHARES:
        mail = _written(spec, {**spec.context, **spec.shortened(share)})
        if not _is_too_large(mail):
            break
    return mail


def _written(spec: MailSpec, context: Mapping[str, Any]) -> EmailMultiAlternatives:
    context = {**context, "language": spec.reader.language, "subject": spec.subject}
    names = [
        f"wagtail_helpdesk/mail/{spec.reader.language}/{spec.template}",
        f"wagtail_helpdesk/mail/{spec.template}",
    ]
    mail = HelpdeskMail(
        subject=strip_to_one_line(spec.subject)[:LONGEST_SUBJECT],
        body=strip_control_characters(
            render_to_string([f"{name}.txt" for name in names], context)
        ).strip()
        + "\n",
        from_email=get_sender(spec.service),
        to=[_mailbox(spec.reader.name, spec.reader.address)],
        headers=_headers(spec),
    )
    html = strip_control_characters(render_to_string([f"{name}.html" for name in names], context))
    mail.attach_alternative(_inliner().inline(html), "text/html")
    return mail


def _is_too_large(mail: EmailMultiAlternatives) -> bool:
    parts = [mail.body, *(str(content) for content, _ in mail.alternatives)]
    # Encoding makes at most three bytes of one; most mails need not be measured.
    if sum(len(part.encode()) for part in parts) * 3 < LARGEST * 0.9:
        return False
    return len(mail.message().as_bytes()) > LARGEST


def strip_to_one_line(text: str) -> str:
    """Return text that can stand in a header: on one line, without characters that act."""
    return clean_line(str(text))


def strip_control_characters(text: str) -> str:
    """Return text without control characters, with its lines as they are."""
    return _TURNS.sub("", clean_text(text))


def get_sender(service: Service | None) -> str:
    """Return who a mail comes from: the name of the service, always at the site's own address."""
    name, address = parseaddr(helpdesk_settings.FROM_EMAIL)
    return _mailbox(service.name if service else name, address)


def _mailbox(name: str, address: str) -> str:
    local_part, _, domain = address.rpartition("@")
    # Quoted and not encoded yet: Django 6 decodes what is, and a comma would make two addresses of it.
    return str(Address(strip_to_one_line(name), local_part, punycode(domain)))


def _headers(spec: MailSpec) -> dict[str, str]:
    headers = {
        "Message-ID": spec.message_id,
        # RFC 3834: no robot is to answer; the second is for Exchange.
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
        headers["List-Id"] = encode_phrase(strip_to_one_line(spec.service.name), name)
    if spec.archive:
        headers["List-Archive"] = f"<{ascii_url(spec.archive)}>"
    if spec.unsubscribe:
        # RFC 8058: the mail program itself may post to the address, once, without asking more.
        headers["List-Unsubscribe"] = f"<{ascii_url(spec.unsubscribe)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Remote style sheets are never fetched: what a message contains must not make us call anybody.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
