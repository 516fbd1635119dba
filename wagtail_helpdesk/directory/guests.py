"""External guests: people whom only their e-mail address names, where the site invites such people."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from wagtail_helpdesk.conf import helpdesk_settings

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser


def may_be_invited(typed: str) -> bool:
    """Return whether this is a well-formed address of a domain from which the site invites strangers."""
    if not helpdesk_settings.EXTERNAL_GUESTS or not looks_like_address(typed):
        return False
    domains = [domain.lower() for domain in helpdesk_settings.EXTERNAL_GUEST_DOMAINS]
    if domains and typed.rpartition("@")[2].lower() not in domains:
        return False
    # Somebody deactivated, or an account that the directory refused, is not let in by a side door.
    user_model = get_user_model()
    return not user_model._default_manager.filter(
        **{f"{user_model.USERNAME_FIELD}__iexact": typed}
    ).exists() and (
        not user_model._default_manager.filter(
            **{f"{user_model.get_email_field_name()}__iexact": typed}
        ).exists()
    )


def looks_like_address(typed: str) -> bool:
    """Return whether this is a well-formed e-mail address."""
    try:
        validate_email(typed)
    except ValidationError:
        return False
    return True


def create(address: str) -> AbstractUser:
    """Make the account of an external guest: active, without a password that could ever fit.

    The group that ``EXTERNAL_GUEST_GROUP`` names tells such accounts from those of the directory,
    for the site's administrators and for the search for leavers.
    """
    user_model = get_user_model()
    identifier = address.lower()
    with transaction.atomic():
        user = user_model(
            **{user_model.USERNAME_FIELD: identifier, user_model.get_email_field_name(): address}
        )
        user.set_unusable_password()
        user.save()
        group, _created = Group.objects.get_or_create(name=helpdesk_settings.EXTERNAL_GUEST_GROUP)
        cast("AbstractUser", user).groups.add(group)
    return cast("AbstractUser", user)


def is_external(user: AbstractUser) -> bool:
    """Return whether an account was made for an external guest."""
    return user.groups.filter(name=helpdesk_settings.EXTERNAL_GUEST_GROUP).exists()
