"""System checks of mail in."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DEFAULT_DB_ALIAS, DatabaseError, models

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Category
from wagtail_helpdesk.models.services import build_category_q

from .tokens import MAX_LOCAL_PART

#: In characters, of a token for ten million tickets and people and a hundred million mails.
IMAP_NEEDED = ("HOST", "USER", "PASSWORD")
IMAP_KEYS = {*IMAP_NEEDED, "PORT", "SECURITY", "FOLDER", "DONE_FOLDER"}
TOKEN_LENGTH, TOKEN_LENGTH_WITH_UUIDS = 36, 55


@register("wagtail_helpdesk")
def check_mail_in_address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the address for replies is one, and leaves room for a token."""
    address = helpdesk_settings.MAIL_IN_ADDRESS
    if not address:
        return []
    try:
        validate_email(address)
        is_valid = address.isascii()
    except ValidationError:
        is_valid = False
    if not is_valid:
        return [
            Error(
                f"MAIL_IN_ADDRESS is {address!r}, which is no e-mail address.",
                hint="Write the address alone, without a name, in ASCII.",
                id="wagtail_helpdesk.E012",
            )
        ]
    room = MAX_LOCAL_PART - len(address.rpartition("@")[0]) - 1
    if room >= _get_token_length():
        return []
    return [
        Error(
            f"MAIL_IN_ADDRESS is {address!r}: reply addresses would be longer than mail servers accept.",
            hint="Choose a shorter address, of at most eight characters before the @.",
            id="wagtail_helpdesk.E013",
        )
    ]


@register("wagtail_helpdesk")
def check_imap(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the IMAP mailbox is described whole, and can be read."""
    options = helpdesk_settings.MAIL_IN_IMAP
    if not options:
        return []
    messages: list[CheckMessage] = []
    wrong = [key for key in IMAP_NEEDED if not options.get(key)]
    wrong += [key for key in options if key not in IMAP_KEYS]
    if options.get("SECURITY", "ssl") not in ("ssl", "starttls", "none"):
        wrong.append("SECURITY")
    if wrong:
        messages.append(
            Error(
                f"MAIL_IN_IMAP cannot be used because of {', '.join(wrong)}.",
                hint="It needs HOST, USER and PASSWORD, and may have PORT, SECURITY, FOLDER and DONE_FOLDER.",
                id="wagtail_helpdesk.E014",
            )
        )
    if find_spec("imap_tools") is None:
        messages.append(
            Error(
                "MAIL_IN_IMAP is set, but imap-tools is not installed.",
                hint="Run pip install wagtail-intranet-helpdesk[mail-in].",
                id="wagtail_helpdesk.E015",
            )
        )
    return messages


@register(Tags.database)
def check_mail_in_categories(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Check that each address that opens tickets leads to a category that takes them."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    try:
        wrong = [
            address
            for address, named in helpdesk_settings.MAIL_IN_CATEGORIES.items()
            if not _takes_tickets(named)
        ]
    except DatabaseError:  # not migrated yet
        return []
    if not wrong:
        return []
    return [
        Warning(
            f"MAIL_IN_CATEGORIES names no category that takes tickets for {', '.join(wrong)}: e-mails to it are refused.",
            hint="Name a category by its id, or by the names of service and category.",
            id="wagtail_helpdesk.W050",
        )
    ]


def _takes_tickets(named: Any) -> bool:
    try:
        condition = build_category_q(named)
    except (TypeError, ValueError):
        return False
    return Category.objects.filter(condition, takes_tickets=True, service__enabled=True).exists()


def _get_token_length() -> int:
    is_short = isinstance(get_user_model()._meta.pk, models.IntegerField)
    return TOKEN_LENGTH if is_short else TOKEN_LENGTH_WITH_UUIDS
