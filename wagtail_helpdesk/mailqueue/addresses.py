"""The recipient of a mail: e-mail address, language, time zone, or why no mail can be sent."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils import timezone, translation

from wagtail_helpdesk.languages import get_shown_language
from wagtail_helpdesk.models import HelpdeskPreferences, SkipReason
from wagtail_helpdesk.names import get_display_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: For how long nothing is sent to an e-mail address that the mail server refused.
REFUSED_FOR = timedelta(days=7)
#: In characters (RFC 5321).
MAX_EMAIL_LENGTH = 254


@dataclass(frozen=True, slots=True)
class MailReader:
    """The recipient of a mail; ``user`` is None for a mailbox that belongs to no account."""

    email: str
    language: str
    zone: zoneinfo.ZoneInfo
    user: Any = None

    @property
    def name(self) -> str:
        """The reader's name, empty for a mailbox."""
        return get_display_name(self.user) if self.user else ""


def get_email(user: Any) -> str:
    """Return a user's e-mail address, from the field that the user model names."""
    return (getattr(user, user.get_email_field_name(), "") or "").strip()


def find_users_by_email(email: str) -> QuerySet[Any]:
    """Return the users who have an e-mail address, active or not."""
    users = get_user_model()._default_manager
    if not hasattr(users.model, users.model.get_email_field_name()):
        return users.none()
    return users.filter(**{f"{users.model.get_email_field_name()}__iexact": email})


def get_reader(user: User) -> MailReader:
    """Return a user as the reader of a mail.

    Language and time zone come from the helpdesk preferences, else the Wagtail account, else the site.
    """
    chosen = _preferences(user)
    account = _wagtail_account(user)
    return MailReader(
        email=get_email(user),
        language=_language(chosen.language, getattr(account, "preferred_language", "")),
        zone=get_time_zone(chosen.time_zone, getattr(account, "current_time_zone", "")),
        user=user,
    )


def select_preferences(user: str) -> list[str]:
    """Return the arguments of ``select_related`` with which ``get_reader`` makes no further query."""
    related = [f"{user}__helpdesk_preferences"]
    if apps.is_installed("wagtail.users"):
        related.append(f"{user}__wagtail_userprofile")
    return related


def get_default_preferences(user: Any) -> tuple[str, zoneinfo.ZoneInfo]:
    """Return language and time zone of a user who has chosen none in the helpdesk preferences."""
    account = _wagtail_account(user)
    language = _language(getattr(account, "preferred_language", ""))
    return language, get_time_zone(getattr(account, "current_time_zone", ""))


def get_mailbox_reader(email: str) -> MailReader:
    """Return a mailbox that belongs to no account as a reader, in the language of the site."""
    return MailReader(email, _language(), get_time_zone())


def _preferences(user: User) -> HelpdeskPreferences:
    try:
        return user.helpdesk_preferences
    except ObjectDoesNotExist:
        return HelpdeskPreferences(user=user)


def _wagtail_account(user: User) -> Any:
    try:
        return user.wagtail_userprofile  # type: ignore[attr-defined]
    except (ObjectDoesNotExist, AttributeError):
        # No such relation without wagtail.users.
        return None


def _language(*wanted: str) -> str:
    known = dict(settings.LANGUAGES)
    for language in wanted:
        if language in known:
            return get_shown_language(language)
        if (general := language.partition("-")[0]) in known:
            return get_shown_language(general)
    return get_shown_language(translation.get_supported_language_variant(settings.LANGUAGE_CODE))


def get_time_zone(*wanted: str) -> zoneinfo.ZoneInfo:
    """Return the first time zone that exists, else that of the site."""
    for name in wanted:
        try:
            return zoneinfo.ZoneInfo(name)
        except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
            continue
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def find_skip_reason(user: User) -> SkipReason | None:
    """Return why no mail can be sent to a user, or None."""
    if not user.is_active:
        return SkipReason.INACTIVE
    email = get_email(user)
    if problem := find_email_skip_reason(email):
        return problem
    chosen = _preferences(user)
    refused = chosen.refused_email == email and chosen.refused_at is not None
    if refused and chosen.refused_at > timezone.now() - REFUSED_FOR:  # type: ignore[operator]
        return SkipReason.REFUSED_EMAIL
    return None


def find_email_skip_reason(email: str) -> SkipReason | None:
    """Return why no mail can be sent to an e-mail address, or None."""
    if not email:
        return SkipReason.NO_EMAIL
    local_part = email.rpartition("@")[0]
    # Only the domain may be non-ASCII: few servers offer SMTPUTF8.
    if len(email) > MAX_EMAIL_LENGTH or not local_part.isascii():
        return SkipReason.BAD_EMAIL
    try:
        validate_email(email)
    except ValidationError:
        return SkipReason.BAD_EMAIL
    return None


def lacks_email(user: Any) -> bool:
    """Return whether a user has no e-mail address to which a mail can be sent."""
    return find_email_skip_reason(get_email(user)) is not None


def find_recipient_skip_reason(reader: MailReader) -> SkipReason | None:
    """Return why no mail can be sent to a reader, user or mailbox, or None."""
    return find_skip_reason(reader.user) if reader.user else find_email_skip_reason(reader.email)


def record_refused_email(user: User, email: str) -> None:
    """Record that the mail server refused a user's e-mail address."""
    HelpdeskPreferences.objects.update_or_create(
        user=user, defaults={"refused_email": email, "refused_at": timezone.now()}
    )
