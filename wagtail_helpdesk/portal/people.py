"""Turns the identifiers and e-mail addresses typed in a form into users."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from wagtail_helpdesk.directory import DirectoryError, find_people


def make_candidates(typed: str, *, external: bool = False, otherwise: Any = "") -> list[Any]:
    """Return the users named in a form by identifiers or e-mail addresses.

    Raises ``ValidationError`` when one is unknown, naming them, followed by ``otherwise``.
    """
    try:
        return list(find_people(typed, external=external))
    except DirectoryError as problem:
        raise ValidationError(" ".join(filter(None, [str(problem), str(otherwise)]))) from problem
