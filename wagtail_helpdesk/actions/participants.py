"""Who is on a ticket: guests, requester, followers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Unpack

from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.access import TicketAccess
from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import Event, Guest, Subscription, Ticket
from wagtail_helpdesk.names import get_display_name

from .errors import NotPossible, NotYours, refuse_inactive
from .idempotency import Form, verb
from .transition import Changes, transition

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@verb
def invite(ticket: Ticket, *, by: User, users: Sequence[User], **form: Unpack[Form]) -> Event:
    """Invite people to follow the ticket (guide I.7).

    Whoever is on the ticket already is passed over; raises ``NotPossible("users", …)`` when
    nobody is left, or somebody's account is not active.
    """

    def welcome(now: Ticket, access: TicketAccess) -> Changes:
        if not users:
            raise NotPossible("users", _("Name at least one person."))
        for user in users:
            refuse_inactive("users", user)
        present = {now.requester_id, *now.guests.values_list("user", flat=True)}
        new = [user for user in dict.fromkeys(users) if user.pk not in present]
        if not new:
            names = ", ".join(get_display_name(user) for user in users)
            raise NotPossible("users", _("%(name)s is already invited.") % {"name": names})
        return add_guests(now, new)

    return transition(lifecycle.INVITE, ticket, by, welcome, **form)


def add_guests(ticket: Ticket, users: Iterable[User], *, permanent: bool = False) -> Changes:
    """Add guests to a locked ticket; return what the event records of it."""
    rows = [Guest(ticket=ticket, user=user, permanent=permanent) for user in users]
    Guest.objects.bulk_create(rows)
    return {"guests": [row.user_id for row in rows]}


@verb
def remove_guest(ticket: Ticket, *, by: User | None, user: User, **form: Unpack[Form]) -> Event:
    """Remove somebody from the list of guests; guests may remove only themselves."""

    def show_out(now: Ticket, access: TicketAccess) -> Changes:
        if user != by and access.roles.isdisjoint({Role.MANAGER, Role.REQUESTER}):
            raise NotYours
        if not now.guests.filter(user=user).delete()[0]:
            raise NotPossible(
                "user", _("%(name)s is not a guest.") % {"name": get_display_name(user)}
            )
        return {"removed": [user.pk]}

    return transition(lifecycle.REMOVE_GUEST, ticket, by, show_out, **form)


@verb
def change_requester(
    ticket: Ticket,
    *,
    by: User,
    to: User,
    keep_as_guest: bool = False,
    **form: Unpack[Form],
) -> Event:
    """Make somebody else the requester; the former one stays as a guest only if asked for."""

    def hand_on(now: Ticket, access: TicketAccess) -> Changes:
        if to.pk == now.requester_id:
            raise NotPossible(
                "to", _("%(name)s is already the requester.") % {"name": get_display_name(to)}
            )
        refuse_inactive("to", to)
        now.guests.filter(user=to).delete()
        kept = add_guests(now, [now.requester]) if keep_as_guest else {}
        return {"requester": to, **kept}

    return transition(lifecycle.CHANGE_REQUESTER, ticket, by, hand_on, **form)


def follow(ticket: Ticket, *, by: User) -> Subscription:
    """Ask to be told about a ticket that one may see."""
    return _subscribe(ticket, by, following=True)


def unfollow(ticket: Ticket, *, by: User) -> Subscription:
    """Stop being told about a ticket for following it."""
    return _subscribe(ticket, by, following=False)


def mute(ticket: Ticket, *, by: User) -> Subscription:
    """Hear nothing more of a ticket but the questions it puts to one."""
    return _subscribe(ticket, by, muted=True)


def unmute(ticket: Ticket, *, by: User) -> Subscription:
    """Hear of a ticket again."""
    return _subscribe(ticket, by, muted=False)


def _subscribe(ticket: Ticket, by: User, **wish: bool) -> Subscription:
    access = ticket.access_of(by)
    if not lifecycle.FOLLOW.rule_for(access.roles, access.privileges, Status(ticket.status)):
        raise NotYours
    return Subscription.objects.update_or_create(ticket=ticket, user=by, defaults=wish)[0]
