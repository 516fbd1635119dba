"""The definition of a page.

In a body, "@key" is the page with that key, `Days(n)` a working day n days from now, and
`Asked(name)` the service or category with that name.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Days(NamedTuple):
    """A day, relative to the day when the demonstration is filled."""

    ahead: int


class Asked(NamedTuple):
    """A service or a category of the helpdesk, by its French name."""

    name: str


@dataclass(frozen=True)
class Text:
    """One page in one language."""

    title: str
    slug: str
    summary: str
    body: list[tuple[str, Any]] = field(default_factory=list)
