"""The helpdesk of the tests in a real browser."""

from tests.portal.conftest import (  # noqa: F401
    closed,
    dsi,
    general,
    heating,
    helpdesk,
    network,
    people,
    plumbing,
    taken,
    ticket,
)
