"""People as forms ask for them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from wagtail_helpdesk.directory import DirectoryError, find_people


def make_candidates(typed: str, *, external: bool = False, otherwise: Any = "") -> list[Any]:
    """Return the users named in a form by identifiers or addresses, all or nobody.

    Raises ``ValidationError`` naming whoever is unknown, followed by ``otherwise``.
    """
    try:
        return list(find_people(typed, external=external))
    except DirectoryError as problem:
        raise ValidationError(" ".join(filter(None, [str(problem), str(otherwise)]))) from problem
