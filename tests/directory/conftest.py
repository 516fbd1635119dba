"""The directory's tests: the cast among the site's own users, or a real LDAP server."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache

from tests import cast

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# `make test-fast` runs without compiled packages, and without the tests that need them.
collect_ignore_glob = [] if find_spec("ldap") else ["test_ldap*.py"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Forget the cards, failures and counts of other tests."""
    cache.clear()


@pytest.fixture
def people(db) -> dict[str, User]:
    """The cast, in the site's own users."""
    return cast.people()
