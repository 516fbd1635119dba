"""The people on a ticket: guests, requester, followers, and who muted it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Action, Role, Status
from wagtail_helpdesk.models import Event, Guest, Subscription, Ticket
from wagtail_helpdesk.names import get_display_name

from .errors import NotPossible, NotYours, refuse_inactive
from .registry import Form, verb
from .transition import Change, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb(lifecycle.INVITE)
def invite(ticket: Ticket, *, by: User, users: Sequence[User], **form: Unpack[Form]) -> Event:
    """Invite people to follow the ticket (guide I.7).

    People who are on the ticket already are left out. Raises ``NotPossible("users", …)`` when none
    remains, or when an account is not active.
    """

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if not users:
            raise NotPossible("users", _("Enter at least one person."))
        for user in users:
            refuse_inactive("users", user)
        present = {now.requester_id, *now.guests.values_list("user", flat=True)}
        new = [user for user in dict.fromkeys(users) if user.pk not in present]
        if not new:
            names = ", ".join(get_display_name(user) for user in users)
            raise NotPossible("users", _("%(name)s is already invited.") % {"name": names})
        return Change(facts=add_guests(now, new))

    return transition(lifecycle.INVITE, ticket, by, compute_change, **form)


def add_guests(ticket: Ticket, users: Iterable[User], *, permanent: bool = False) -> dict[str, Any]:
    """Add guests to a locked ticket; return the fact that the event records."""
    rows = [Guest(ticket=ticket, user=user, permanent=permanent) for user in users]
    Guest.objects.bulk_create(rows)
    return {"guests": [row.user_id for row in rows]}


@verb(lifecycle.REMOVE_GUEST)
def remove_guest(ticket: Ticket, *, by: User | None, user: User, **form: Unpack[Form]) -> Event:
    """Remove a guest; guests may remove only themselves."""

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if user != by and access.roles.isdisjoint({Role.MANAGER, Role.REQUESTER}):
            raise NotYours
        if not now.guests.filter(user=user).delete()[0]:
            raise NotPossible(
                "user", _("%(name)s is not a guest.") % {"name": get_display_name(user)}
            )
        return Change(facts={"removed": [user.pk]})

    return transition(lifecycle.REMOVE_GUEST, ticket, by, compute_change, **form)


@verb(lifecycle.CHANGE_REQUESTER)
def change_requester(
    ticket: Ticket,
    *,
    by: User,
    to: User,
    keep_as_guest: bool = False,
    **form: Unpack[Form],
) -> Event:
    """Make another person the requester; ``keep_as_guest`` makes the former one a guest."""

    def compute_change(now: Ticket, access: TicketAccess) -> Change:
        if to.pk == now.requester_id:
            raise NotPossible(
                "to", _("%(name)s is already the requester.") % {"name": get_display_name(to)}
            )
        refuse_inactive("to", to)
        now.guests.filter(user=to).delete()
        kept = add_guests(now, [now.requester]) if keep_as_guest else {}
        return Change({"requester": to}, facts=kept)

    return transition(lifecycle.CHANGE_REQUESTER, ticket, by, compute_change, **form)


@verb(lifecycle.FOLLOW)
def follow(ticket: Ticket, *, by: User) -> Subscription:
    """Follow the ticket: be notified of it without being on it."""
    return _subscribe(lifecycle.FOLLOW, ticket, by, following=True)


@verb(lifecycle.UNFOLLOW)
def unfollow(ticket: Ticket, *, by: User) -> Subscription:
    """Stop following the ticket."""
    return _subscribe(lifecycle.UNFOLLOW, ticket, by, following=False)


@verb(lifecycle.MUTE)
def mute(ticket: Ticket, *, by: User) -> Subscription:
    """Mute the ticket: only questions to this person are still sent."""
    return _subscribe(lifecycle.MUTE, ticket, by, muted=True)


@verb(lifecycle.UNMUTE)
def unmute(ticket: Ticket, *, by: User) -> Subscription:
    """Be notified of a muted ticket again."""
    return _subscribe(lifecycle.UNMUTE, ticket, by, muted=False)


def _subscribe(action: Action, ticket: Ticket, by: User, **values: bool) -> Subscription:
    access = ticket.access_of(by)
    if not action.rule_for(access.roles, access.privileges, Status(ticket.status)):
        raise NotYours
    return Subscription.objects.update_or_create(ticket=ticket, user=by, defaults=values)[0]
