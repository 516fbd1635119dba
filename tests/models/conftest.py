"""The tickets of the verbs' tests."""

from tests.actions.conftest import (  # noqa: F401
    approved,
    closed,
    dsi,
    general,
    heating,
    invited,
    network,
    people,
    plumbing,
    postponed,
    taken,
    ticket,
)
