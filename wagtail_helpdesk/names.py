"""The display names of users."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model


def get_display_name(user: Any) -> str:
    """Return the full name of a user, or the identifier if there is none."""
    return str(user.get_full_name() or user.get_username())


def get_display_names(ids: Iterable[Any]) -> dict[Any, str]:
    """Return the names of users by id, in one statement; in none if there are no ids."""
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    users = get_user_model()._default_manager.filter(pk__in=wanted)
    return {user.pk: get_display_name(user) for user in users}
