"""The actions that somebody has on a ticket now, as the buttons of its page, in the guide's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Action, Role, Status
from wagtail_helpdesk.models import Subscription, Ticket
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.tickets.forms.assigning import has_colleagues

#: What a manager does first, and then: the order of the guide.
FIRST = (
    lifecycle.TAKE,
    lifecycle.TAKE_AND_CLOSE,
    lifecycle.TAKE_AND_ASK,
    lifecycle.COMMENT,
    lifecycle.ASK_INFORMATION,
    lifecycle.APPROVE_CLOSURE,
    lifecycle.REJECT_CLOSURE,
    lifecycle.CLOSE,
    lifecycle.RESUME,
    lifecycle.REOPEN,
)
THEN = (
    lifecycle.ASSIGN,
    lifecycle.RELEASE,
    lifecycle.MOVE,
    lifecycle.INVITE,
    lifecycle.NOTE,
    lifecycle.POSTPONE,
    lifecycle.REFUSE,
    lifecycle.CANCEL,
)
PROPERTIES = (
    lifecycle.CHANGE_PRIORITY,
    lifecycle.CHANGE_SUBJECT,
    lifecycle.CHANGE_VISIBILITY,
    lifecycle.CHANGE_REQUESTER,
    lifecycle.ATTACH,
)
IN_A_DIALOG = (
    lifecycle.CLOSE,
    lifecycle.CANCEL,
    lifecycle.TAKE_AND_CLOSE,
    lifecycle.APPROVE_CLOSURE,
    lifecycle.RELEASE,
    lifecycle.CHANGE_PRIORITY,
    lifecycle.CHANGE_SUBJECT,
    lifecycle.CHANGE_VISIBILITY,
)


@dataclass(frozen=True)
class Button:
    """A link to the form of an act, or the reason why there is none."""

    action: Action
    address: str
    primary: bool = False
    why_not: str = ""

    @property
    def label(self) -> Any:
        """The guide's words."""
        return self.action.label

    @property
    def opens_dialog(self) -> bool:
        """Whether the form opens above the page where there is JavaScript."""
        return self.action in IN_A_DIALOG


@dataclass(frozen=True)
class Buttons:
    """The buttons of a ticket page, in three groups."""

    first: list[Button]
    then: list[Button]
    properties: list[Button]


class ActionBar:
    """Makes the buttons of one reader of one ticket."""

    def __init__(self, request: HelpdeskRequest, ticket: Ticket, seen: int) -> None:
        self.request, self.ticket = request, ticket
        self.available = _without_doubles(request.may(ticket))
        self.guards = f"?version={ticket.version}&seen={seen}"

    def buttons(self) -> Buttons:
        """Return the groups. The first button of the first group is the one to press."""
        first = self._group(FIRST)
        return Buttons(first, self._group(THEN), self._group(PROPERTIES))

    def _group(self, actions: tuple[Action, ...]) -> list[Button]:
        return [self._button(action) for action in actions if action in self.available]

    def _button(self, action: Action) -> Button:
        why_not = ""
        if action is lifecycle.ASSIGN and not has_colleagues(self.ticket, self.request.user):
            why_not = _("No manager is available.")
        return Button(action, self.address(action), action in self._primary(), why_not)

    def address(self, action: Action) -> str:
        """Return where the form of an act is, with what this page showed."""
        return f"{action.slug}/{self.guards}"

    def _primary(self) -> tuple[Action, ...]:
        if self.ticket.status == Status.FREE:
            return (lifecycle.TAKE,)
        if Role.IN_CHARGE in self.ticket.access.roles:
            return (lifecycle.CLOSE,)
        return (lifecycle.APPROVE_CLOSURE,)


def _without_doubles(available: list[Action]) -> list[Action]:
    """Leave out reopening where refusing the closure says the same better."""
    if lifecycle.REJECT_CLOSURE in available:
        return [action for action in available if action is not lifecycle.REOPEN]
    return available


def build_subscription_buttons(ticket: Ticket, reader: Any) -> list[tuple[str, str]]:
    """Return the one-click wishes to hear of the ticket or not: path and label."""
    row = Subscription.objects.filter(ticket=ticket, user=reader).first() or Subscription()
    hears_anyway = ticket.access.roles & {Role.REQUESTER, Role.GUEST, Role.IN_CHARGE}
    found = []
    if row.following:
        found.append(("unfollow", _("Stop following")))
    elif not hears_anyway:
        found.append(("follow", pgettext("ticket", "Follow")))
    if row.muted:
        found.append(("unmute", _("Be alerted again about this ticket")))
    else:
        found.append(("mute", _("No more alerts about this ticket")))
    return found
