"""People as forms ask for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from wagtail_helpdesk.directory import DirectoryError, find_people


def found(typed: str, *, by: Any, external: bool = False, otherwise: Any = "") -> list[Any]:
    """Return the users named in a form by identifiers or addresses, all or nobody.

    ``by`` is who fills it in: how many people they may name is limited.

    Raises ``ValidationError`` naming whoever is unknown, followed by ``otherwise``.
    """
    try:
        return list(find_people(typed, external=external, by=by))
    except DirectoryError as problem:
        raise ValidationError(" ".join(filter(None, [str(problem), str(otherwise)]))) from problem
