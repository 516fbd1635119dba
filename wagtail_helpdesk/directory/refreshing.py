"""Updates accounts from the directory."""

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

#: Cache key set while the directory is down, so that pages do not wait for it again.
DOWN = "wagtail_helpdesk.directory.down"
DOWN_SECONDS = 60


class TakenIdentifier(Exception):
    """The new identifier of a person already belongs to another account."""

    def __init__(self, user: User, identifier: str) -> None:
        super().__init__(
            f"{user.get_username()} is now called {identifier}, and another account has this"
            " identifier: rename or delete that account, then run this again"
        )


def load_profiles(directory: Directory, users: Iterable[User]) -> list[Profile]:
    """Return the directory's data for these users; empty if the directory provides none."""
    ask = getattr(directory, "profiles", None)
    return list(ask(users)) if ask else []


def get_changes(profile: Profile) -> dict[str, tuple[str, str]]:
    """Return the changed fields of an account, each with its old and new value."""
    user = profile.user
    wanted = {name: _truncate(name, value) for name, value in profile.values.items()}
    if profile.identifier:
        wanted[get_user_model().USERNAME_FIELD] = profile.identifier
    return {
        name: (str(getattr(user, name)), value)
        for name, value in wanted.items()
        if str(getattr(user, name)) != value
    }


def update_account(profile: Profile) -> list[str]:
    """Update an account from the directory and return the names of the changed fields.

    Raises ``TakenIdentifier`` without changing anything.
    """
    user, changes = profile.user, get_changes(profile)
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
        record_identity(user, profile.stable_id)
    return list(changes)


def record_identity(user: User, stable_id: str) -> None:
    """Record the directory entry of an account, unless another account has it."""
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
        # Another request has recorded the entry.
        logger.info("The entry %s of the directory was recorded meanwhile", stable_id)


def rename_by_stable_id(stable_id: str, identifier: str) -> None:
    """Rename the account of an entry to its current identifier, unless another account has it."""
    if not stable_id:
        return
    recorded = DirectoryIdentity.objects.filter(stable_id=stable_id).select_related("user").first()
    if recorded is None or recorded.user.get_username().casefold() == identifier.casefold():
        return
    try:
        update_account(Profile(recorded.user, {}, stable_id, identifier))
    except TakenIdentifier as error:
        logger.warning("%s", error)


def update_known_account(directory: Directory, user: User) -> User:
    """Return an account after updating it from the directory, unchanged if the directory is down."""
    if cache.get(DOWN):
        return user
    try:
        for profile in load_profiles(directory, [user]):
            update_account(profile)
    except DirectoryUnavailable as error:
        logger.warning("User %s is not refreshed: %s", user.pk, error.detail)
        cache.set(DOWN, True, DOWN_SECONDS)
    except TakenIdentifier as error:
        logger.warning("%s", error)
    return user


def _truncate(name: str, value: str) -> str:
    longest = getattr(get_user_model()._meta.get_field(name), "max_length", None)
    return value[:longest] if longest else value
