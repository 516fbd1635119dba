"""The buttons of the ticket page, derived from the registered forms and the available actions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Action, Role, Status
from wagtail_helpdesk.models import Subscription, Ticket
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .composer import ANCHOR, MODES
from .forms import ActionForm, get_form_class, get_form_classes
from .forms.action_form import ButtonGroup, TextForm
from .readers import Reader, get_reader

#: The three ways of taking a ticket, in the order of the guide.
_TAKING = (lifecycle.TAKE, lifecycle.TAKE_AND_CLOSE, lifecycle.TAKE_AND_ASK)
#: These are asked in the question above the conversation.
_ANSWERS = (lifecycle.APPROVE_CLOSURE, lifecycle.REJECT_CLOSURE)
#: Links beside the message of a requester; the other actions are behind “More”.
_REQUESTER_LINKS = (lifecycle.CLOSE, lifecycle.REOPEN, lifecycle.INVITE, lifecycle.CANCEL)
#: Buttons that a phone has in the menu.
_WIDE_ONLY = (lifecycle.ASK_INFORMATION, lifecycle.RESUME)
#: The keys of ``shortcuts.js``. Taking a free ticket has a button of its own.
_KEYS = {
    lifecycle.COMMENT.name: "r",
    lifecycle.NOTE.name: "n",
    lifecycle.ASK_INFORMATION.name: "i",
    lifecycle.TAKE_AND_ASK.name: "i",
    lifecycle.ASSIGN.name: "a",
    lifecycle.MOVE.name: "m",
    lifecycle.CLOSE.name: "c",
    lifecycle.TAKE_AND_CLOSE.name: "c",
}
#: Buttons of the second group for which there is room beside the ways of taking a free ticket.
_MAX_BESIDE_TAKING = 1


@dataclass(frozen=True)
class Button:
    """A link to the form of an action, or the reason why it is disabled."""

    action: Action
    label: Any
    url: str
    icon: str = ""
    #: The group of its place; the menu separates them.
    group: ButtonGroup = ButtonGroup.MORE
    #: The way of writing that the link selects in the composer, empty when it leads to a form.
    mode: str = ""
    is_primary: bool = False
    disabled_reason: str = ""
    #: Whether the action takes a text, so that one typed elsewhere can be sent with it.
    takes_text: bool = False
    #: Whether it stands in the bar where there is room, and in the menu elsewhere.
    is_wide_only: bool = False
    #: The key that presses it, empty without one.
    key: str = ""


@dataclass(frozen=True)
class Buttons:
    """The buttons of a ticket page."""

    #: The ways of taking a free ticket, the first of them the primary button.
    taking: list[Button] = field(default_factory=list)
    #: The others above the conversation; links beside the message for those who manage nothing.
    shown: list[Button] = field(default_factory=list)
    #: What is behind “More”.
    menu: list[Button] = field(default_factory=list)


class ActionBar:
    """Builds the buttons of a ticket for one user."""

    def __init__(self, request: HelpdeskRequest, ticket: Ticket, seen: int) -> None:
        self.request, self.ticket, self.seen = request, ticket, seen
        self.available = _drop_duplicates(request.get_available_actions(ticket))
        self.reader = get_reader(ticket)

    def build(self) -> Buttons:
        """Return the buttons by place, each in its order."""
        buttons = [button for button in self._build_all() if button.action not in _ANSWERS]
        if self.reader is not Reader.MANAGER:
            return self._build_for_others(buttons)
        if self.ticket.status == Status.FREE:
            return self._build_for_free(buttons)
        if self.ticket.is_open and Role.IN_CHARGE not in self.ticket.access.roles:
            # Nothing is taken from a colleague by mistake.
            return self._split(buttons, lambda button: button.action not in _TAKING)
        return self._split(buttons, lambda button: True)

    def build_group(self, group: ButtonGroup) -> list[Button]:
        """Return the buttons of one group."""
        return [button for button in self._build_all() if button.group is group]

    def _build_for_others(self, buttons: list[Button]) -> Buttons:
        # The composer is the button to reply and to attach files.
        rest = [b for b in buttons if b.action not in (lifecycle.COMMENT, lifecycle.ATTACH)]
        links = [b for action in _REQUESTER_LINKS for b in rest if b.action is action]
        return Buttons(shown=links, menu=[b for b in rest if b.action not in _REQUESTER_LINKS])

    def _build_for_free(self, buttons: list[Button]) -> Buttons:
        taking = [button for button in buttons if button.action in _TAKING]
        if not taking:
            return self._split(buttons, lambda button: True)
        rest = [button for button in buttons if button.action not in _TAKING]
        second = [button for button in rest if button.group is ButtonGroup.SECOND]
        beside = [button.action for button in second[:_MAX_BESIDE_TAKING]]
        marked = [replace(button, is_wide_only=button.action in beside) for button in rest]
        shown = [button for button in marked if button.is_wide_only]
        return Buttons(taking=taking, shown=shown, menu=marked)

    def _split(self, buttons: list[Button], is_shown: Any) -> Buttons:
        marked = [replace(b, is_wide_only=b.action in _WIDE_ONLY) for b in buttons]
        first = [b for b in marked if b.group is ButtonGroup.FIRST and is_shown(b)]
        return Buttons(shown=first, menu=[b for b in marked if b.is_wide_only or b not in first])

    def _build_all(self) -> list[Button]:
        names = {action.name: action for action in self.available}
        groups = list(ButtonGroup)
        classes = [
            (groups.index(form_class.button.group), form_class.button.order, name, form_class)
            for name, form_class in get_form_classes().items()
            if name in names and form_class.button
        ]
        return [
            self._build_button(names[name], form_class)
            for _group, _order, name, form_class in sorted(classes, key=lambda row: row[:3])
        ]

    def _build_button(self, action: Action, form_class: type[ActionForm]) -> Button:
        place = form_class.button
        mode = MODES.get(action.name, "") if self.reader is Reader.MANAGER else ""
        return Button(
            action=action,
            label=form_class.get_button_label(for_requester=self.reader is Reader.REQUESTER),
            url=f"{self._get_ticket_url(mode)}#{ANCHOR}" if mode else self.get_url(action),
            icon=place.icon if place else "",
            group=place.group if place else ButtonGroup.MORE,
            mode=mode,
            is_primary=action is self._find_primary(),
            disabled_reason=form_class.get_disabled_reason(self.ticket, self.request.user),
            takes_text=issubclass(form_class, TextForm),
            key=self._find_key(action),
        )

    def _find_key(self, action: Action) -> str:
        is_taking = action in (lifecycle.TAKE_AND_ASK, lifecycle.TAKE_AND_CLOSE)
        # Nothing is taken from a colleague by mistake.
        if self.reader is not Reader.MANAGER or (is_taking and self.ticket.status != Status.FREE):
            return ""
        return _KEYS.get(action.name, "")

    def _get_ticket_url(self, mode: str) -> str:
        return self.request.url("ticket", self.ticket.pk, mode=mode)

    def get_url(self, action: Action, **query: Any) -> str:
        """Return where the form of an action is, with what the page showed."""
        guards = {"version": self.ticket.version, "seen": self.seen}
        return self.request.url("action", self.ticket.pk, action.slug, **guards, **query)

    def _find_primary(self) -> Action:
        return lifecycle.TAKE if lifecycle.TAKE in self._get_first_ways() else lifecycle.COMMENT

    def _get_first_ways(self) -> list[Action]:
        return self.available if self.ticket.status == Status.FREE else []


def _drop_duplicates(available: list[Action]) -> list[Action]:
    """Leave out reopening where rejecting the closure does the same."""
    if lifecycle.REJECT_CLOSURE in available:
        return [action for action in available if action is not lifecycle.REOPEN]
    return available


def build_subscription_buttons(ticket: Ticket, user: Any) -> list[tuple[str, str, str]]:
    """Return slug, label and icon of the one-click buttons: follow or unfollow, mute or unmute."""
    row = Subscription.objects.filter(ticket=ticket, user=user).first() or Subscription()
    is_alerted_anyway = ticket.access.roles & {Role.REQUESTER, Role.GUEST, Role.IN_CHARGE}
    buttons = []
    if row.following:
        buttons.append(("unfollow", _("Stop following"), "star"))
    elif not is_alerted_anyway:
        buttons.append(("follow", pgettext("ticket", "Follow"), "star"))
    if row.muted:
        buttons.append(("unmute", _("Unmute"), "bell"))
    elif get_reader(ticket) is Reader.REQUESTER:
        buttons.append(("mute", _("Mute this request"), "mute"))
    else:
        buttons.append(("mute", _("Mute this ticket"), "mute"))
    return buttons


def find_form_class(slug: str) -> type[ActionForm] | None:
    """Return the form class of the action with this slug, or None."""
    return None if "_" in slug else get_form_class(slug.replace("-", "_"))
