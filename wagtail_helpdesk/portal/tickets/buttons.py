"""The buttons of the ticket page, derived from the registered forms and the available actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Action, Role, Status
from wagtail_helpdesk.models import Subscription, Ticket
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .forms import ActionForm, get_form_class, get_form_classes
from .forms.action_form import ButtonGroup, TextForm


@dataclass(frozen=True)
class Button:
    """A link to the form of an action, or the reason why it is disabled."""

    action: Action
    label: Any
    url: str
    is_primary: bool = False
    opens_dialog: bool = False
    disabled_reason: str = ""
    #: Whether the action takes a text, so that one typed elsewhere can be sent with it.
    takes_text: bool = False


@dataclass(frozen=True)
class ButtonGroups:
    """The buttons of a ticket page."""

    first: list[Button]
    second: list[Button]
    more: list[Button]


class ActionBar:
    """Builds the buttons of a ticket for one user."""

    def __init__(self, request: HelpdeskRequest, ticket: Ticket, seen: int) -> None:
        self.request, self.ticket, self.seen = request, ticket, seen
        self.available = _drop_duplicates(request.may(ticket))
        roles = ticket.access.roles
        self.is_for_requester = Role.REQUESTER in roles and Role.MANAGER not in roles

    def build_groups(self) -> ButtonGroups:
        """Return the buttons by group, each in its order."""
        return ButtonGroups(*(self.build_group(group) for group in ButtonGroup))

    def build_group(self, group: ButtonGroup) -> list[Button]:
        """Return the buttons of one group."""
        names = {action.name: action for action in self.available}
        classes = [
            (form_class.button.order, name, form_class)
            for name, form_class in get_form_classes().items()
            if name in names and form_class.button and form_class.button.group is group
        ]
        return [
            self._build_button(names[name], form_class)
            for _order, name, form_class in sorted(classes, key=lambda row: row[:2])
        ]

    def _build_button(self, action: Action, form_class: type[ActionForm]) -> Button:
        return Button(
            action=action,
            label=form_class.get_button_label(for_requester=self.is_for_requester),
            url=self.get_url(action),
            is_primary=action is self._find_primary(),
            opens_dialog=bool(form_class.button and form_class.button.opens_dialog),
            disabled_reason=form_class.get_disabled_reason(self.ticket, self.request.user),
            takes_text=issubclass(form_class, TextForm),
        )

    def get_url(self, action: Action, **query: Any) -> str:
        """Return where the form of an action is, with what the page showed."""
        guards = {"version": self.ticket.version, "seen": self.seen}
        return self.request.url("act", self.ticket.pk, action.slug, **guards, **query)

    def _find_primary(self) -> Action:
        if self.ticket.status == Status.FREE:
            return lifecycle.TAKE
        if Role.IN_CHARGE in self.ticket.access.roles:
            return lifecycle.CLOSE
        return lifecycle.APPROVE_CLOSURE


def _drop_duplicates(available: list[Action]) -> list[Action]:
    """Leave out reopening where rejecting the closure does the same."""
    if lifecycle.REJECT_CLOSURE in available:
        return [action for action in available if action is not lifecycle.REOPEN]
    return available


def build_subscription_buttons(ticket: Ticket, user: Any) -> list[tuple[str, str]]:
    """Return the slug and the label of the one-click buttons: follow or unfollow, mute or unmute."""
    row = Subscription.objects.filter(ticket=ticket, user=user).first() or Subscription()
    is_alerted_anyway = ticket.access.roles & {Role.REQUESTER, Role.GUEST, Role.IN_CHARGE}
    buttons = []
    if row.following:
        buttons.append(("unfollow", _("Stop following")))
    elif not is_alerted_anyway:
        buttons.append(("follow", pgettext("ticket", "Follow")))
    if row.muted:
        buttons.append(("unmute", _("Unmute")))
    else:
        buttons.append(("mute", _("Mute this ticket")))
    return buttons


def find_form_class(slug: str) -> type[ActionForm] | None:
    """Return the form class of the action with this slug, or None."""
    return None if "_" in slug else get_form_class(slug.replace("-", "_"))
