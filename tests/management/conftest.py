"""The tickets of the verbs' tests."""

from tests.actions.conftest import (  # noqa: F401
    a_day_to_come,
    closed,
    general,
    heating,
    people,
    postponed,
    taken,
    ticket,
    travel,
)
