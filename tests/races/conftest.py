"""The tickets of the verbs' tests, written for good: other connections must see them."""

import pytest

from tests.actions.test_every_verb import (  # noqa: F401
    asked_twice,
    duplicate,
    linked,
    no_ticket,
    overdue,
    subject,
)


@pytest.fixture(autouse=True)
def _committed(transactional_db):
    """Commit what the fixtures write."""
