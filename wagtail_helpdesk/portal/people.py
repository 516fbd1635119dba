"""People as forms ask for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wagtail_helpdesk.directory import DirectoryError, find_people

#: Each name costs a question to the directory, within the request.
MOST_AT_ONCE = 50


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
