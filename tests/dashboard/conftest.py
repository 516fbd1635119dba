"""The helpdesk page and the people of the pages’ tests."""

from tests.portal.conftest import (  # noqa: F401
    closed,
    dsi,
    general,
    heating,
    helpdesk,
    network,
    people,
    taken,
    ticket,
)
