"""The categories of a service in the order in which people read a tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wagtail_helpdesk.models import Category


class Node(NamedTuple):
    """A category and how deep it stands."""

    category: Category
    depth: int
    first: bool
    last: bool


def walk_tree(categories: Iterable[Category]) -> Iterator[Node]:
    """Yield every category after its parent and before its parent's next neighbour."""
    below: defaultdict[int | None, list[Category]] = defaultdict(list)
    for category in categories:
        below[category.parent_id].append(category)
    yield from _walk(below, None, 0)


def _walk(
    below: dict[int | None, list[Category]], parent: int | None, depth: int
) -> Iterator[Node]:
    neighbours = below.pop(parent, [])
    for category in neighbours:
        yield Node(category, depth, category == neighbours[0], category == neighbours[-1])
        yield from _walk(below, category.pk, depth + 1)


def indent_name(category: Category, depth: int) -> str:
    """Return the name as it stands in a list of choices."""
    return f"{'— ' * depth}{category.name}"
