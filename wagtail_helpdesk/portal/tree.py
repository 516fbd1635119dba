"""The tree of services and categories, flat and in reading order, as pages and forms show it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from wagtail_helpdesk.models import Category


@dataclass(frozen=True, slots=True)
class Node:
    """A category at its depth in the tree of its service (0: directly under the service)."""

    pk: Any
    service: Any
    parent: Any
    name: str
    depth: int
    takes_tickets: bool
    hidden: bool

    @property
    def indented(self) -> str:
        """The name as a line of a select shows it."""
        return "\N{NO-BREAK SPACE}" * 3 * self.depth + self.name


#: The fields that a node is made of: a category has many others, and a catalogue hundreds of nodes.
FIELDS = ("service", "parent", "name", "takes_tickets", "hidden")


def build_nodes(categories: Iterable[Category]) -> list[Node]:
    """Return the categories in reading order: services apart, parents before their children.

    A category whose parent is not among them is left out, with everything below it.
    """
    children: dict[Any, list[Category]] = defaultdict(list)
    for category in categories:
        children[category.parent_id].append(category)
    return list(_walk(children, None, 0))


def _walk(children: dict[Any, list[Category]], parent: Any, depth: int) -> Iterator[Node]:
    for category in children.get(parent, ()):
        yield Node(
            pk=category.pk,
            service=category.service_id,
            parent=category.parent_id,
            name=category.name,
            depth=depth,
            takes_tickets=category.takes_tickets,
            hidden=category.hidden,
        )
        yield from _walk(children, category.pk, depth + 1)


def get_branch(tree: list[Node], root: Any) -> list[Any]:
    """Return the ids of a category and of everything below it."""
    within = {root}
    for node in tree:
        if node.parent in within:
            within.add(node.pk)
    return list(within)


def prune_useless(tree: list[Node], holding: Iterable[Any] = ()) -> list[Node]:
    """Leave out the branches in which no category takes tickets, or is ``holding`` something else."""
    return find_path_to(tree, {*holding, *(node.pk for node in tree if node.takes_tickets)})


def find_path_to(tree: list[Node], wanted: Iterable[Any]) -> list[Node]:
    """Return the wanted categories and those above them."""
    kept: set[Any] = set(wanted)
    result = []
    for node in reversed(tree):
        if node.pk in kept:
            kept.add(node.parent)
            result.append(node)
    return result[::-1]


def format_path(tree: Iterable[Category], category: Any) -> list[str]:
    """Return the names from the root category down to this one."""
    by_pk = {node.pk: node for node in tree}
    names: list[str] = []
    while category in by_pk and len(names) < len(by_pk):
        names.insert(0, by_pk[category].name)
        category = by_pk[category].parent_id
    return names
