"""The guard that lets nothing but ``actions.transition`` write to the table of tickets.

Two ways lead past it: SQL, and Django's deserialisers, which call ``Model.save_base()`` itself. So
``loaddata`` restores a dump, with the events that belong to its tickets.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_writes_allowed: ContextVar[bool] = ContextVar("helpdesk_ticket_writes_allowed", default=False)


class DirectWriteError(TypeError):
    """Code wrote to a ticket without performing an action."""

    def __init__(self, operation: str) -> None:
        super().__init__(
            f"{operation} would change tickets without an action: no rule, no event, no alert. Call a"
            " verb of wagtail_helpdesk.actions, or actions.transition.transition() from a verb of"
            " your own. Loaders of test data use wagtail_helpdesk.models.guards.unguarded()."
        )


@contextmanager
def unguarded() -> Iterator[None]:
    """Allow direct writes to tickets within the block.

    For ``actions.transition``, and for code that loads made-up or imported tickets. Rows written
    like this leave no event: nobody is notified, and the history does not show them.
    """
    token = _writes_allowed.set(True)
    try:
        yield
    finally:
        _writes_allowed.reset(token)


def refuse_direct_write(operation: str) -> None:
    """Raise ``DirectWriteError`` unless the code runs within ``unguarded()``."""
    if not _writes_allowed.get():
        raise DirectWriteError(operation)
