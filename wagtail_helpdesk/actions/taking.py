"""Taking a ticket, alone or together with closing it or asking its requester for information."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.models import Event, Ticket

from .closing import close
from .idempotency import SubmissionId
from .registry import Form, verb
from .transition import Change, transition
from .waiting import ask_information

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import User
    from django.core.files import File


@verb(lifecycle.TAKE)
def take(ticket: Ticket, *, by: User, **form: Unpack[Form]) -> Event:
    """Become the manager in charge of the ticket (guide I.2)."""
    return transition(lifecycle.TAKE, ticket, by, Change({"assignee": by}), **form)


@verb(lifecycle.TAKE_AND_CLOSE)
def take_and_close(
    ticket: Ticket,
    *,
    by: User,
    text: str = "",
    files: Sequence[File] = (),
    seen: int | None = None,
    submission: SubmissionId = None,
) -> Event:
    """Take the ticket and close it (guide I.2); the message belongs to the closure."""
    take(ticket, by=by, submission=submission)
    return close(ticket, by=by, text=text, files=files, seen=seen, submission=submission)


@verb(lifecycle.TAKE_AND_ASK)
def take_and_ask(
    ticket: Ticket,
    *,
    by: User,
    text: str = "",
    files: Sequence[File] = (),
    submission: SubmissionId = None,
) -> Event:
    """Take the ticket and ask the requester for information (guide I.2)."""
    take(ticket, by=by, submission=submission)
    return ask_information(ticket, by=by, text=text, files=files, submission=submission)
