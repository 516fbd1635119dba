"""Merging a ticket into another about the same problem, with its people; its history leads there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.files import File
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.models import Event, Subscription, Ticket, end_lost_access

from .errors import NotPossible
from .idempotency import EventBatch, SubmissionId
from .linking import check_confidentiality, find_managed_ticket, lock_pair
from .participants import add_guests
from .registry import verb
from .transition import Change, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.MERGE)
def merge(
    ticket: Ticket,
    *,
    by: User,
    to: Ticket,
    text: str = "",
    files: Sequence[File] = (),
    submission: SubmissionId = None,
) -> Event:
    """Close the ticket in favour of another that goes on; return the event of the first.

    Requester and guests become guests of the other ticket, followers follow it. The author manages
    the services of both. Raises ``NotPossible("to", …)`` for a ticket that cannot receive this one.
    """
    assert isinstance(submission, EventBatch)  # noqa: S101 - given by @verb
    lock_pair(ticket, to)

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        check_target(now, to.pk, by)
        return Change({"merged_into": to})

    event = transition(
        lifecycle.MERGE, ticket, by, compute_change, text=text, files=files, submission=submission
    )
    target = Ticket.objects.get(pk=to.pk)
    receive_merged(target, by=None, merged=ticket, ordered_by=by, submission=submission)
    return event


def check_target(ticket: Ticket, number: int, by: User) -> Ticket:
    """Return the ticket with this number; raises ``NotPossible`` when it cannot receive the other."""
    if number == ticket.pk:
        raise NotPossible("to", _("A ticket cannot be merged into itself."))
    target = find_managed_ticket(number, by)
    if not target.is_open:
        raise NotPossible("to", _("This ticket is closed: nothing can be merged into it."))
    check_confidentiality(ticket, target)
    return target


def find_new_guests(ticket: Ticket, target: Ticket) -> list[Any]:
    """Return the active users who become guests of the target by a merge."""
    present = {target.requester_id, *target.guests.values_list("user", flat=True)}
    guests = [guest.user for guest in ticket.guests.select_related("user").order_by("pk")]
    people = {user.pk: user for user in [ticket.requester, *guests]}
    return [user for pk, user in people.items() if pk not in present and user.is_active]


@verb(lifecycle.RECEIVE_MERGED)
def receive_merged(
    ticket: Ticket,
    *,
    by: User | None,
    merged: Ticket,
    ordered_by: User | None = None,
    submission: SubmissionId = None,
) -> Event:
    """Take over the people of a ticket that is merged into this one; a step of ``merge``.

    ``by`` is None, ``ordered_by`` the person who merges.
    """

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        added = add_guests(now, find_new_guests(merged, now))
        _take_over_followers(merged, now)
        return Change(facts={"merged_from": merged.pk, **added})

    return transition(
        lifecycle.RECEIVE_MERGED, ticket, by, compute_change,
        submission=submission, ordered_by=ordered_by,
    )  # fmt: skip


def _take_over_followers(ticket: Ticket, target: Ticket) -> None:
    """Let the followers of a ticket follow the target, as far as they may see it."""
    followers = ticket.subscriptions.filter(following=True).values_list("user", flat=True)
    rows = [Subscription(ticket=target, user_id=user, following=True) for user in followers]
    Subscription.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=("user", "ticket"),
        update_fields=["following"],
    )
    end_lost_access(ticket=target)
