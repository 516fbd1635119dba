"""Where a person's mail goes, in which language and time zone it is written, or why none can go."""

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

from wagtail_helpdesk.models import HelpdeskPreferences, SkipReason
from wagtail_helpdesk.names import get_display_name

if TYPE_CHECKING:
    from django.contrib.auth.models import User

#: For how long an address that the mail server refused gets no mail.
REFUSED_FOR = timedelta(days=7)
#: The longest address there is (RFC 5321).
LONGEST = 254


@dataclass(frozen=True, slots=True)
class MailReader:
    """Who a mail is for; ``user`` is None when it goes to an extra address."""

    address: str
    language: str
    zone: zoneinfo.ZoneInfo
    user: Any = None

    @property
    def name(self) -> str:
        """The reader's name, empty for an extra address."""
        return get_display_name(self.user) if self.user else ""


def get_address(user: Any) -> str:
    """Return a person's e-mail address, whatever the user model calls it."""
    return (getattr(user, user.get_email_field_name(), "") or "").strip()


def find_owners(address: str) -> QuerySet[Any]:
    """Return the people of the site whose e-mail address it is, active or not."""
    people = get_user_model()._default_manager
    if not hasattr(people.model, people.model.get_email_field_name()):
        return people.none()
    return people.filter(**{f"{people.model.get_email_field_name()}__iexact": address})


def get_reader(user: User) -> MailReader:
    """Return a person as a reader of mails.

    Language and time zone are those of their helpdesk preferences, else of their Wagtail account, else
    of the site.
    """
    chosen = _preferences(user)
    account = _wagtail_account(user)
    return MailReader(
        address=get_address(user),
        language=_language(chosen.language, getattr(account, "preferred_language", "")),
        zone=get_time_zone(chosen.time_zone, getattr(account, "current_time_zone", "")),
        user=user,
    )


def select_preferences(user: str) -> list[str]:
    """Return what ``select_related`` needs so that making a reader of a person reads nothing more."""
    related = [f"{user}__helpdesk_preferences"]
    if apps.is_installed("wagtail.users"):
        related.append(f"{user}__wagtail_userprofile")
    return related


def get_default_preferences(user: Any) -> tuple[str, zoneinfo.ZoneInfo]:
    """Return language and time zone of a person who chose none in their helpdesk preferences."""
    account = _wagtail_account(user)
    language = _language(getattr(account, "preferred_language", ""))
    return language, get_time_zone(getattr(account, "current_time_zone", ""))


def get_reader_at_address(address: str) -> MailReader:
    """Return the people behind an extra address as a reader: in the language of the site."""
    return MailReader(address, _language(), get_time_zone())


def _preferences(user: User) -> HelpdeskPreferences:
    try:
        return user.helpdesk_preferences
    except ObjectDoesNotExist:
        return HelpdeskPreferences(user=user)


def _wagtail_account(user: User) -> Any:
    try:
        return user.wagtail_userprofile  # type: ignore[attr-defined]
    except (ObjectDoesNotExist, AttributeError):
        # Without wagtail.users there is no such account.
        return None


def _language(*wanted: str) -> str:
    known = dict(settings.LANGUAGES)
    for language in wanted:
        if language in known:
            return language
        if (general := language.partition("-")[0]) in known:
            return general
    return translation.get_supported_language_variant(settings.LANGUAGE_CODE)


def get_time_zone(*wanted: str) -> zoneinfo.ZoneInfo:
    """Return the first time zone that exists, else that of the site."""
    for name in wanted:
        try:
            return zoneinfo.ZoneInfo(name)
        except (ValueError, zoneinfo.ZoneInfoNotFoundError, OSError):
            continue
    return zoneinfo.ZoneInfo(settings.TIME_ZONE)


def find_skip_reason(user: User) -> SkipReason | None:
    """Return why no mail can go to a person, or None."""
    if not user.is_active:
        return SkipReason.INACTIVE
    address = get_address(user)
    if problem := find_address_skip_reason(address):
        return problem
    chosen = _preferences(user)
    refused = chosen.refused_address == address and chosen.refused_at is not None
    if refused and chosen.refused_at > timezone.now() - REFUSED_FOR:  # type: ignore[operator]
        return SkipReason.REFUSED_ADDRESS
    return None


def find_address_skip_reason(address: str) -> SkipReason | None:
    """Return why no mail can go to an address, or None."""
    if not address:
        return SkipReason.NO_ADDRESS
    local_part = address.rpartition("@")[0]
    # Without SMTPUTF8, which few servers offer, only the domain may have other letters.
    if len(address) > LONGEST or not local_part.isascii():
        return SkipReason.BAD_ADDRESS
    try:
        validate_email(address)
    except ValidationError:
        return SkipReason.BAD_ADDRESS
    return None


def remember_refusal(user: User, address: str) -> None:
    """Note that the mail server refused a person's address."""
    HelpdeskPreferences.objects.update_or_create(
        user=user, defaults={"refused_address": address, "refused_at": timezone.now()}
    )
