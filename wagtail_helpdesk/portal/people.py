"""People as pages name them, and people as forms ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wagtail_helpdesk.directory import DirectoryError, find_people

#: Each name costs a question to the directory, within the request.
MOST_AT_ONCE = 50


def name_of(user: Any) -> str:
    """Return the name that pages show of a user."""
    return user.get_full_name() or user.get_username()


def names_of(ids: Iterable[Any]) -> dict[Any, str]:
    """Return the names of these users, in one statement; none at all when there are no ids."""
    wanted = {pk for pk in ids if pk is not None}
    if not wanted:
        return {}
    users = get_user_model()._default_manager.filter(pk__in=wanted)
    return {user.pk: name_of(user) for user in users}


def how_many(typed: str) -> int:
    """Return how many people a form names at most."""
    return len(typed.replace(";", ",").replace("\n", ",").split(","))


def found(typed: str, *, external: bool = False, otherwise: Any = "") -> list[Any]:
    """Return the users named in a form by identifiers or addresses, all or nobody.

    Raises ``ValidationError`` naming whoever is unknown, followed by ``otherwise``.
    """
    if how_many(typed) > MOST_AT_ONCE:
        raise ValidationError(_("Name at most %(most)d people at once.") % {"most": MOST_AT_ONCE})
    try:
        return list(find_people(typed, external=external))
    except DirectoryError as problem:
        raise ValidationError(" ".join(filter(None, [str(problem), str(otherwise)]))) from problem
