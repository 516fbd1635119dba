"""Walking the tree of categories: in reading order, downwards to a branch, upwards to the root.

Works on rows that are already loaded and needs nothing of them but ``pk`` and ``parent_id``, so
that the models can use it too. Why not treebeard: ``docs/decisions/category-tree.md``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

#: The fields that lists of categories show: pass them to ``only()``, a category has many others.
FIELDS = ("service", "parent", "name", "titles", "takes_tickets", "hidden")

Row = TypeVar("Row")
#: A row of the table of categories. Its model is above this layer and uses it.
Category = Any


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A category and its place in the tree of its service (depth 0: directly below the service)."""

    category: Category
    depth: int
    is_first: bool
    is_last: bool

    @property
    def pk(self) -> Any:
        """The id of the category."""
        return self.category.pk

    @property
    def parent(self) -> Any:
        """The id of the parent category, None at the top level."""
        return self.category.parent_id

    @property
    def service(self) -> Any:
        """The id of the service."""
        return self.category.service_id

    @property
    def name(self) -> str:
        """The name of the category, in the reader's language."""
        return str(self.category)

    @property
    def takes_tickets(self) -> bool:
        """Whether tickets can be opened in the category."""
        takes_tickets: bool = self.category.takes_tickets
        return takes_tickets

    @property
    def indented_name(self) -> str:
        """The name as an option of a select, indented by depth."""
        return "\N{NO-BREAK SPACE}" * 3 * self.depth + self.name


def build_tree(categories: Iterable[Category]) -> list[TreeNode]:
    """Return the categories in reading order: each parent directly before its children.

    Siblings keep the order in which they come. A category whose parent is not among the rows is
    left out together with everything below it.
    """
    children: defaultdict[Any, list[Category]] = defaultdict(list)
    for category in categories:
        children[category.parent_id].append(category)
    return list(_walk(children, None, 0))


def _walk(children: dict[Any, list[Category]], parent: Any, depth: int) -> Iterator[TreeNode]:
    siblings = children.pop(parent, [])
    last = len(siblings) - 1
    for place, category in enumerate(siblings):
        yield TreeNode(category, depth, place == 0, place == last)
        yield from _walk(children, category.pk, depth + 1)


def get_branch_ids(tree: Sequence[TreeNode], root: Any) -> list[Any]:
    """Return the ids of a category and of all its descendants."""
    ids = {root: None}
    for node in tree:
        if node.parent in ids:
            ids[node.pk] = None
    return list(ids)


def keep_with_ancestors(tree: Sequence[TreeNode], wanted: Iterable[Any]) -> list[TreeNode]:
    """Return the nodes with these ids and the nodes above them, in reading order."""
    kept = set(wanted)
    nodes = []
    for node in reversed(tree):
        if node.pk in kept:
            kept.add(node.parent)
            nodes.append(node)
    return nodes[::-1]


def prune_unusable(tree: Sequence[TreeNode], also_used: Iterable[Any] = ()) -> list[TreeNode]:
    """Return the tree without the branches that take no tickets.

    ``also_used`` are the ids of categories that are kept all the same, such as those that hold
    an alias.
    """
    usable = {node.pk for node in tree if node.takes_tickets}
    return keep_with_ancestors(tree, usable.union(also_used))


def iterate_lineage(category: Row, by_pk: Mapping[Any, Row]) -> Iterator[Row]:
    """Yield a category, its parent, and so on to the top level.

    Stops at a parent that is not in ``by_pk`` and at a cycle, which only damaged data can hold.
    """
    met = set()
    node: Any = category
    while node is not None and node.pk not in met:
        yield node
        met.add(node.pk)
        node = by_pk.get(node.parent_id)


def get_path_names(categories: Iterable[Category], pk: Any) -> list[str]:
    """Return the names from the top level down to a category, in the reader's language."""
    by_pk = {category.pk: category for category in categories}
    if pk not in by_pk:
        return []
    return [str(category) for category in iterate_lineage(by_pk[pk], by_pk)][::-1]
