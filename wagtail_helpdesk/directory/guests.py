"""External guests: accounts identified only by their e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q

from wagtail_helpdesk import access
from wagtail_helpdesk.conf import helpdesk_settings

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def may_invite_address(typed: str) -> bool:
    """Return whether this is an e-mail address that the site allows as an external guest."""
    if not helpdesk_settings.EXTERNAL_GUESTS or not is_email_address(typed):
        return False
    domains = [domain.lower() for domain in helpdesk_settings.EXTERNAL_GUEST_DOMAINS]
    if domains and typed.rpartition("@")[2].lower() not in domains:
        return False
    return _fits_identifier(typed) and not _belongs_to_account(typed)


def _fits_identifier(address: str) -> bool:
    """Return whether the e-mail address fits the identifier field of the user model."""
    model = get_user_model()
    longest = getattr(model._meta.get_field(model.USERNAME_FIELD), "max_length", None)
    return longest is None or len(address) <= longest


def _belongs_to_account(address: str) -> bool:
    """Return whether an account has this e-mail address, also a deactivated one."""
    model = get_user_model()
    named = Q(**{f"{model.USERNAME_FIELD}__iexact": address})
    if hasattr(model, email := model.get_email_field_name()):
        named |= Q(**{f"{email}__iexact": address})
    return model._default_manager.filter(named).exists()


def is_email_address(typed: str) -> bool:
    """Return whether this is a well-formed e-mail address."""
    try:
        validate_email(typed)
    except ValidationError:
        return False
    return True


def create_external_guest(address: str) -> User:
    """Make the account of an external guest: active, without a password that could ever fit.

    The group that ``EXTERNAL_GUEST_GROUP`` names distinguishes these accounts from those of the directory,
    for the site's administrators and for the search for leavers.
    """
    model = get_user_model()
    with transaction.atomic():
        # Two forms can invite the same person at once.
        user, _new = model._default_manager.get_or_create(
            **{model.USERNAME_FIELD: address.lower()},
            defaults=_build_email_value(address) | {"password": make_password(None)},
        )
        group, _new = Group.objects.get_or_create(name=helpdesk_settings.EXTERNAL_GUEST_GROUP)
        user.groups.add(group)
    return user


def _build_email_value(address: str) -> dict[str, str]:
    """Return the e-mail address as a value of the user model, which need not have one."""
    model = get_user_model()
    field = model.get_email_field_name()
    return {field: address} if hasattr(model, field) else {}


def is_external(user: User) -> bool:
    """Return whether an account was made for an external guest."""
    return bool(access.get_external_groups(user).exists())
