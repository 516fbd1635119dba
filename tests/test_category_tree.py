"""Walking the tree of categories."""

from types import SimpleNamespace

import pytest

from wagtail_helpdesk import category_tree


class Row(SimpleNamespace):
    def __str__(self):
        return f"c{self.pk}"


def category(pk, parent=None, takes_tickets=True):
    return Row(pk=pk, parent_id=parent, service_id=1, takes_tickets=takes_tickets)


@pytest.fixture
def rows():
    """Categories 1 (2 (4), 3) and 5, not in reading order."""
    return [category(4, 2), category(2, 1), category(1), category(5), category(3, 1)]


def test_a_tree_lists_each_category_directly_before_its_children(rows):
    nodes = category_tree.build_tree(rows)
    assert [(n.pk, n.depth) for n in nodes] == [(1, 0), (2, 1), (4, 2), (3, 1), (5, 0)]


def test_a_tree_marks_the_first_and_the_last_of_siblings(rows):
    nodes = category_tree.build_tree(rows)
    assert [n.pk for n in nodes if n.is_first] == [1, 2, 4]
    assert [n.pk for n in nodes if n.is_last] == [4, 3, 5]


def test_a_tree_leaves_out_categories_whose_parent_is_missing(rows):
    nodes = category_tree.build_tree([*rows, category(7, 6), category(8, 7)])
    assert {n.pk for n in nodes} == {1, 2, 3, 4, 5}


def test_a_tree_leaves_out_categories_that_are_their_own_ancestors(rows):
    nodes = category_tree.build_tree([*rows, category(7, 8), category(8, 7)])
    assert {n.pk for n in nodes} == {1, 2, 3, 4, 5}


def test_a_branch_holds_a_category_and_all_its_descendants(rows):
    tree = category_tree.build_tree(rows)
    assert sorted(category_tree.get_branch_ids(tree, 2)) == [2, 4]
    assert category_tree.get_branch_ids(tree, 5) == [5]


def test_wanted_categories_are_kept_with_their_ancestors(rows):
    tree = category_tree.build_tree(rows)
    assert [n.pk for n in category_tree.keep_with_ancestors(tree, [4])] == [1, 2, 4]


def test_branches_that_take_no_tickets_are_pruned_unless_used_otherwise():
    rows = [
        category(1, takes_tickets=False),
        category(2, 1, False),
        category(3, takes_tickets=True),
    ]
    tree = category_tree.build_tree(rows)
    assert [n.pk for n in category_tree.prune_unusable(tree)] == [3]
    assert [n.pk for n in category_tree.prune_unusable(tree, also_used=[2])] == [1, 2, 3]


def test_a_lineage_goes_from_the_category_to_the_top(rows):
    by_pk = {row.pk: row for row in rows}
    assert [c.pk for c in category_tree.iterate_lineage(by_pk[4], by_pk)] == [4, 2, 1]


def test_a_lineage_ends_where_it_would_repeat_itself():
    by_pk = {1: category(1, 2), 2: category(2, 1)}
    assert [c.pk for c in category_tree.iterate_lineage(by_pk[1], by_pk)] == [1, 2]


def test_a_path_names_the_ancestors_from_the_top(rows):
    assert category_tree.get_path_names(rows, 4) == ["c1", "c2", "c4"]
    assert category_tree.get_path_names(rows, 99) == []
