"""Fixtures of the directory: local users, or a real LDAP server."""

from importlib.util import find_spec

import pytest
from django.core.cache import cache

# `make test-fast` runs without compiled packages, and without the tests that need them.
collect_ignore_glob = [] if find_spec("ldap") else ["test_ldap*.py"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Forget the cards, failures and counts of other tests."""
    cache.clear()
