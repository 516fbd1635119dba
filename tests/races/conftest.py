"""The tickets of the verbs' tests, written for good: other connections must see them."""

import pytest

from tests.actions.test_every_verb import duplicate, no_ticket, overdue, subject  # noqa: F401


@pytest.fixture(autouse=True)
def _committed(transactional_db):
    """Commit what the fixtures write."""
