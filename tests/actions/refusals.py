"""Checks that a refused action leaves nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from wagtail_helpdesk.actions import NotNow, NotPossible
from wagtail_helpdesk.models import Attachment, Guest, Ticket


def history(ticket: Ticket) -> list[str]:
    """The names of what happened to the ticket, oldest first."""
    return list(ticket.events.order_by("pk").values_list("action", flat=True))


def row(ticket: Ticket) -> dict[str, Any]:
    """The ticket as an instance shows it."""
    return {field.attname: getattr(ticket, field.attname) for field in ticket._meta.concrete_fields}


def recorded(ticket: Ticket) -> dict[str, Any]:
    """Everything the database knows of the ticket."""
    return {
        "row": row(Ticket.objects.get(pk=ticket.pk)),
        "events": list(ticket.events.values()),
        "guests": list(Guest.objects.filter(ticket=ticket).values()),
        "files": list(Attachment.objects.filter(event__ticket=ticket).values()),
    }


@contextmanager
def nothing_done(ticket: Ticket) -> Iterator[None]:
    """Demand that the block leaves the ticket and the instance as they are."""
    shown, known = row(ticket), recorded(ticket)
    yield
    assert recorded(ticket) == known
    assert row(ticket) == shown


@contextmanager
def refused(ticket: Ticket, why: type[Exception], field: str | None = None) -> Iterator[Any]:
    """Demand that the block is refused, for this reason and at this field, and does nothing."""
    with nothing_done(ticket), pytest.raises(why) as refusal:
        yield refusal
    if why is NotPossible:
        assert refusal.value.field == field
        assert str(refusal.value)
    if why is NotNow:
        assert refusal.value.ticket.version == Ticket.objects.get(pk=ticket.pk).version
