"""People that are named in a form by identifier or e-mail address."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from wagtail_helpdesk.directory import DirectoryError, find_people


def find_named_people(typed: str, *, external: bool = False, otherwise: Any = "") -> list[Any]:
    """Return the users that a text names.

    Raises ``ValidationError`` if one of them is unknown: with the names, followed by ``otherwise``.
    """
    try:
        return list(find_people(typed, external=external))
    except DirectoryError as problem:
        raise ValidationError(" ".join(filter(None, [str(problem), str(otherwise)]))) from problem


def find_named_person(typed: str, *, default: Any = None) -> Any:
    """Return the one user that a text names, ``default`` for an empty text.

    Raises ``ValidationError`` for an unknown user and for several.
    """
    people = find_named_people(typed) if typed else [default]
    if len(people) != 1:
        raise ValidationError(_("Enter one person."))
    return people[0]
