"""People as a sentence names them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model


def get_display_name(user: Any) -> str:
    """Return what a person is called: the identifier, where nobody entered a name."""
    return str(user.get_full_name() or user.get_username())


def get_display_names(ids: Iterable[Any]) -> dict[Any, str]:
    """Return the names of these users, in one statement; none at all when there are no ids."""
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    users = get_user_model()._default_manager.filter(pk__in=wanted)
    return {user.pk: get_display_name(user) for user in users}
