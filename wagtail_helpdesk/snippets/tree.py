"""The categories of a service in tree order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wagtail_helpdesk.models import Category


class Node(NamedTuple):
    """A category and its depth."""

    category: Category
    depth: int
    first: bool
    last: bool


def walk_tree(categories: Iterable[Category]) -> Iterator[Node]:
    """Yield the categories depth first, each after its parent."""
    below: defaultdict[int | None, list[Category]] = defaultdict(list)
    for category in categories:
        below[category.parent_id].append(category)
    yield from _walk(below, None, 0)


def _walk(
    below: dict[int | None, list[Category]], parent: int | None, depth: int
) -> Iterator[Node]:
    siblings = below.pop(parent, [])
    for category in siblings:
        yield Node(category, depth, category == siblings[0], category == siblings[-1])
        yield from _walk(below, category.pk, depth + 1)


def indent_name(category: Category, depth: int) -> str:
    """Return the name, indented by depth, for a list of choices."""
    return f"{'— ' * depth}{category.name}"
