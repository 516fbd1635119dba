"""System checks of mail in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models

from wagtail_helpdesk.conf import helpdesk_settings

from .tokens import MAX_LOCAL_PART

#: In characters, of a token for ten million tickets and people and a hundred million mails.
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


def _get_token_length() -> int:
    is_short = isinstance(get_user_model()._meta.pk, models.IntegerField)
    return TOKEN_LENGTH if is_short else TOKEN_LENGTH_WITH_UUIDS
