"""Tickets that belong together: linking two, and making a message a ticket of its own."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Audience, Role, Visibility
from wagtail_helpdesk.models import Event, Service, Ticket, TicketLink

from .errors import NotPossible
from .idempotency import EventBatch, SubmissionId
from .locking import lock_rows
from .message_text import render_message
from .opening import build_ticket, check_opening, process_arrival
from .registry import verb
from .transition import Change, insert_ticket, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)


def find_managed_ticket(number: int, by: User) -> Ticket:
    """Return the ticket with this number, of a service that the user manages.

    Raises ``NotPossible("to", …)``, in the same words when there is none and when the user cannot
    see it.
    """
    visible = Ticket.objects.visible_to(by).with_access(by).select_related("service")
    found = visible.filter(pk=number).first()
    if found is None:
        raise NotPossible("to", _("There is no such ticket, or you cannot see it."))
    if Role.MANAGER not in found.access.roles:
        raise NotPossible("to", _("You do not manage the service of this ticket."))
    return found


def check_confidentiality(ticket: Ticket, other: Ticket) -> None:
    """Raise ``NotPossible`` when the service of one ticket alone is confidential."""
    if ticket.service.confidential != other.service.confidential:
        raise NotPossible("to", _("One of the two services is confidential, and the other is not."))


def lock_pair(ticket: Ticket, other: Ticket) -> None:
    """Lock two tickets in one order, so that two acts on the same two wait for each other."""
    list(lock_rows(Ticket.objects.filter(pk__in=[ticket.pk, other.pk]).order_by("pk")))


def find_ticket_to_link(ticket: Ticket, number: int, by: User) -> Ticket:
    """Return the ticket with this number; raises ``NotPossible`` when it cannot be linked."""
    if number == ticket.pk:
        raise NotPossible("to", _("A ticket cannot be linked to itself."))
    other = find_managed_ticket(number, by)
    check_confidentiality(ticket, other)
    return other


@verb(lifecycle.LINK)
def link(ticket: Ticket, *, by: User, to: Ticket, submission: SubmissionId = None) -> Event:
    """Link the ticket to another one; both histories lead to the other. Return the first event.

    The author manages the services of both. Raises ``NotPossible("to", …)`` for a ticket that
    cannot be linked, or is linked already.
    """
    lock_pair(ticket, to)

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        find_ticket_to_link(now, to.pk, by)
        if not TicketLink.objects.connect(now.pk, to.pk):
            raise NotPossible("to", _("The two tickets are linked already."))
        return Change(facts={"linked_to": to.pk})

    event = transition(lifecycle.LINK, ticket, by, compute_change, submission=submission)
    _record_on_other(lifecycle.LINK, to, by, {"linked_to": ticket.pk}, submission)
    return event


@verb(lifecycle.UNLINK)
def unlink(ticket: Ticket, *, by: User, to: Ticket, submission: SubmissionId = None) -> Event:
    """Remove the link to another ticket; return the event of the first.

    The author manages the services of both. Raises ``NotPossible("to", …)`` without such a link.
    """
    lock_pair(ticket, to)

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        find_managed_ticket(to.pk, by)
        if not TicketLink.objects.between(now.pk, to.pk).delete()[0]:
            raise NotPossible("to", _("The two tickets are not linked."))
        return Change(facts={"unlinked_from": to.pk})

    event = transition(lifecycle.UNLINK, ticket, by, compute_change, submission=submission)
    _record_on_other(lifecycle.UNLINK, to, by, {"unlinked_from": ticket.pk}, submission)
    return event


def _record_on_other(
    action: lifecycle.Action, other: Ticket, by: User, facts: dict[str, Any], batch: SubmissionId
) -> None:
    now = Ticket.objects.get(pk=other.pk)
    transition(action, now, by, Change(facts=facts), submission=batch)


@verb(lifecycle.SPLIT)
def split(
    ticket: Ticket,
    *,
    by: User,
    message: int,
    subject: str,
    submission: SubmissionId = None,
) -> Event:
    """Open a ticket from a message of this one, in the same category; return the event here.

    ``message`` is the id of the event. Its author becomes the requester of the new ticket; of a
    manager's message the requester stays. The new ticket is private, has the same priority and
    copies of the files, and the two are linked. The number is ``split_into`` in the event. Raises
    ``NotPossible("message", …)`` for a message that not everyone on the ticket reads, that was
    split before, or that opened the ticket.
    """
    assert isinstance(submission, EventBatch)  # noqa: S101 - given by @verb
    opened: list[Ticket] = []

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        source = find_message_to_split(now, message, by)
        new = _open_from_message(now, source, by, subject, submission)
        opened.append(new)
        TicketLink.objects.connect(now.pk, new.pk)
        return Change(facts={"split_into": new.pk, "split_message": source.pk})

    event = transition(lifecycle.SPLIT, ticket, by, compute_change, submission=submission)
    process_arrival(opened[0], by=by, submission=submission)
    return event


def list_messages_to_split(ticket: Ticket, user: User) -> Any:
    """Return the messages that everyone on the ticket reads, but the first, newest first."""
    readable = ticket.events.visible_to(user).filter(audience=Audience.EVERYONE).exclude(text="")
    newest = readable.exclude(action=lifecycle.OPEN_TICKET.name).order_by("-pk")
    return newest.select_related("actor").defer("text")


def find_message_to_split(ticket: Ticket, message: int, by: User) -> Event:
    """Return the event whose message becomes a ticket; raises ``NotPossible("message", …)``."""
    source = ticket.events.visible_to(by).filter(pk=message).exclude(text="").first()
    if source is None:
        raise NotPossible("message", _("There is no such message on this ticket."))
    if source.action == lifecycle.OPEN_TICKET.name:
        raise NotPossible("message", _("This message opened the ticket: it stays here."))
    if source.audience != Audience.EVERYONE:
        raise NotPossible(
            "message",
            _("Only a message that everyone on the ticket can read becomes a ticket of its own."),
        )
    splits = ticket.events.filter(action=lifecycle.SPLIT.name).values_list("after", flat=True)
    for facts in splits:
        if facts.get("split_message") == source.pk:
            raise NotPossible(
                "message",
                _("This message is ticket #%(number)s already.") % {"number": facts["split_into"]},
            )
    return source


def _open_from_message(
    ticket: Ticket, source: Event, by: User, subject: str, batch: EventBatch
) -> Ticket:
    requester = _choose_requester(ticket, source)
    check_opening(ticket.category, by, requester)
    new = build_ticket(ticket.category, by, requester, subject, ticket.priority, Visibility.PRIVATE)
    with ExitStack() as opened:
        insert_ticket(
            lifecycle.OPEN_TICKET, new, by, batch,
            message=render_message(source.text), files=_open_files(source, opened),
            facts={"split_from": ticket.pk},
        )  # fmt: skip
    return new


def _open_files(source: Event, opened: ExitStack) -> list[File]:
    """Return the files of a message, open until the end of the stack."""
    files = []
    for attachment in source.attachments.all():
        try:
            content = opened.enter_context(attachment.file.open("rb"))
        except OSError as error:
            logger.warning("The file of attachment %s is missing.", attachment.pk)
            raise NotPossible(
                "message",
                _("The file “%(name)s” of this message cannot be read.")
                % {"name": attachment.name},
            ) from error
        files.append(File(content, name=attachment.name))
    return files


def _choose_requester(ticket: Ticket, source: Event) -> User:
    author = source.actor
    if author is None or Service.objects.managed_by(author).filter(pk=ticket.service_id).exists():
        return ticket.requester
    return author
