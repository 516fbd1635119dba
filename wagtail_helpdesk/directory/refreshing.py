"""Accounts brought up to date with what the directory says of their owners."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db import IntegrityError, transaction

from wagtail_helpdesk.models import DirectoryIdentity

from .errors import DirectoryUnavailable
from .protocol import Profile

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from .protocol import Directory

logger = logging.getLogger(__name__)

#: Set while the directory does not answer: pages that can do without it do not wait again.
DOWN = "wagtail_helpdesk.directory.down"
DOWN_SECONDS = 60


class TakenIdentifier(Exception):
    """The directory's new identifier of a person is that of another account."""

    def __init__(self, user: User, identifier: str) -> None:
        super().__init__(
            f"{user.get_username()} is called {identifier} now, and another account has this"
            " identifier: give that one another identifier or delete it, then run this again"
        )


def profiles(directory: Directory, users: Iterable[User]) -> list[Profile]:
    """Return what the directory knows of these people; nothing, if it is of a kind that cannot tell."""
    ask = getattr(directory, "profiles", None)
    return list(ask(users)) if ask else []


def changes_of(profile: Profile) -> dict[str, tuple[str, str]]:
    """Return the fields of an account that differ from the directory, each before and after."""
    user = profile.user
    wanted = {name: _fitting(name, value) for name, value in profile.values.items()}
    if profile.identifier:
        wanted[get_user_model().USERNAME_FIELD] = profile.identifier
    return {
        name: (str(getattr(user, name)), value)
        for name, value in wanted.items()
        if str(getattr(user, name)) != value
    }


def refresh(profile: Profile) -> list[str]:
    """Write what the directory knows to the account; return the names of the fields that changed.

    Raises ``TakenIdentifier``, and changes nothing then.
    """
    user, changes = profile.user, changes_of(profile)
    model: Any = get_user_model()
    name = model.USERNAME_FIELD
    with transaction.atomic():
        if name in changes:
            taken = model._default_manager.filter(**{f"{name}__iexact": profile.identifier})
            if taken.exclude(pk=user.pk).exists():
                raise TakenIdentifier(user, profile.identifier)
        for field, (_before, after) in changes.items():
            setattr(user, field, after)
        if changes:
            user.save(update_fields=list(changes))
        remember(user, profile.stable_id)
    return list(changes)


def remember(user: User, stable_id: str) -> None:
    """Note which entry of the directory an account belongs to, unless it belongs to another account."""
    if not stable_id:
        return
    others = DirectoryIdentity.objects.filter(stable_id=stable_id).exclude(user=user)
    if others.exists():
        logger.warning("Two accounts belong to the entry %s of the directory", stable_id)
        return
    try:
        with transaction.atomic():
            DirectoryIdentity.objects.update_or_create(user=user, defaults={"stable_id": stable_id})
    except IntegrityError:
        # Another request was faster, with this account or with another one.
        logger.info("The entry %s of the directory was noted meanwhile", stable_id)


def follow(stable_id: str, identifier: str) -> None:
    """Give the account of an entry the identifier that the entry has now, unless another account has it."""
    if not stable_id:
        return
    recorded = DirectoryIdentity.objects.filter(stable_id=stable_id).select_related("user").first()
    if recorded is None or recorded.user.get_username().casefold() == identifier.casefold():
        return
    try:
        refresh(Profile(recorded.user, {}, stable_id, identifier))
    except TakenIdentifier as error:
        logger.warning("%s", error)


def refresh_known(directory: Directory, user: User) -> User:
    """Return an account that was looked up, as the directory has it, or as it is if that is down."""
    if cache.get(DOWN):
        return user
    try:
        for profile in profiles(directory, [user]):
            refresh(profile)
    except DirectoryUnavailable as error:
        logger.warning("User %s is not refreshed: %s", user.pk, error.detail)
        cache.set(DOWN, True, DOWN_SECONDS)
    except TakenIdentifier as error:
        logger.warning("%s", error)
    return user


def _fitting(name: str, value: str) -> str:
    longest = getattr(get_user_model()._meta.get_field(name), "max_length", None)
    return value[:longest] if longest else value
