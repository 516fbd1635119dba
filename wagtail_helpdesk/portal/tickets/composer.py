"""The box at the end of a ticket page: one text, and the ways to send it that its reader has."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Action, Status, Visibility
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_name

from .canned_answers import FilledAnswer, insert
from .forms import ActionForm, get_form_classes
from .forms.action_form import Alternative, TextForm
from .guests import MAX_GUESTS, load_guests
from .readers import Reader, get_reader

#: The id of the composer, to which the buttons of its modes lead.
ANCHOR = "hd-reply"
#: The ways of writing by the name of their action, as ``?mode=`` selects them.
MODES = {
    lifecycle.COMMENT.name: "comment",
    lifecycle.ASK_INFORMATION.name: "ask",
    lifecycle.NOTE.name: "note",
}
_ACTIONS = {mode: action for action, mode in MODES.items()}
_ICONS = {"comment": "reply", "ask": "ask", "note": "lock"}


@dataclass(frozen=True)
class Mode:
    """One way of sending the text: its action, and who reads it."""

    name: str
    form: ActionForm
    label: Any
    submit_label: str
    #: The submit button and the readers when the message is for requester and managers only.
    narrow_label: str = ""
    readers: str = ""
    narrow_readers: str = ""
    icon: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class Composer:
    """The modes of the composer; the form of the first holds the fields that they share."""

    modes: list[Mode]
    alternatives: list[Alternative]
    #: Whether the button is the one filled button of the page.
    is_primary: bool
    #: Why the action of the answer that was inserted is not chosen.
    notice: str = ""

    @property
    def form(self) -> ActionForm:
        """The form whose fields are shown."""
        return self.modes[0].form

    @property
    def audience(self) -> Any:
        """The field that narrows who reads a comment, None when nobody would be left out."""
        form: Any = self.form
        return form["audience"] if "audience" in form.fields and form.has_other_readers else None


def get_action_of_mode(mode: str) -> str:
    """Return the name of the action of a mode, empty for an unknown one."""
    return _ACTIONS.get(mode, "")


def build_composer(
    ticket: Ticket,
    user: Any,
    available: Collection[Action],
    *,
    seen: int,
    chosen: str = "",
    answer: FilledAnswer | None = None,
) -> Composer | None:
    """Return the composer with one mode for each available action, None when there is none.

    ``answer`` is a canned answer to insert; the mode of its action is chosen.
    """
    if answer and answer.action:
        chosen = MODES.get(answer.action.name, chosen)
    initial = {"seen": seen} | (insert(answer, {}) if answer else {})
    names = [name for name in MODES if lifecycle.ACTIONS[name] in available]
    if get_reader(ticket) is not Reader.MANAGER:
        names = names[:1]
    if not names:
        return None
    default = chosen if chosen in [MODES[name] for name in names] else MODES[names[0]]
    modes = [_build_mode(ticket, user, name, initial, default) for name in names]
    question = ticket.status == Status.CLOSED and ticket.requester_id == user.pk
    return Composer(
        modes,
        alternatives=modes[0].form.find_alternatives(list(available)),
        is_primary=not question,
        notice=answer.notice if answer else "",
    )


def _build_mode(
    ticket: Ticket, user: Any, action_name: str, initial: dict[str, Any], chosen: str
) -> Mode:
    name = MODES[action_name]
    form = get_form_classes()[action_name](user=user, ticket=ticket, initial=initial)
    if isinstance(form, TextForm):
        form.offer_answers()
    # The placeholder is how the style sheet knows that the box is empty.
    form.fields["text"].widget.attrs |= {"rows": 3, "placeholder": _("Your message…")}
    is_narrow = name == "comment"
    return Mode(
        name=name,
        form=form,
        label=form.get_button_label(for_requester=get_reader(ticket) is Reader.REQUESTER),
        submit_label=_SUBMIT_LABELS[name](form),
        narrow_label=_label_for(form, guests=False) if is_narrow else "",
        readers=_describe_readers(form, name),
        narrow_readers=_list_readers(form, guests=False) if is_narrow else "",
        icon=_ICONS[name],
        is_chosen=name == chosen,
    )


# -- the buttons -----------------------------------------------------------------------------------


def _label_for(form: ActionForm, *, guests: bool = True) -> str:
    """Return the label of the button that sends a comment: managers read to whom it goes."""
    ticket = form.ticket
    if get_reader(ticket) is not Reader.MANAGER or ticket.requester_id == form.user.pk:
        return form.get_label("submit_label")
    name = get_display_name(ticket.requester)
    others = [guest for guest in load_guests(ticket) if guest.user_id != form.user.pk]
    if not others or not guests:
        return _("Send to %(name)s") % {"name": name}
    if len(others) > MAX_GUESTS:
        return _("Send to %(name)s and the guests") % {"name": name}
    label = ngettext(
        "Send to %(name)s and %(count)s guest", "Send to %(name)s and %(count)s guests", len(others)
    )
    return label % {"name": name, "count": len(others)}


def _label_question(form: ActionForm) -> str:
    return _("Ask %(name)s") % {"name": get_display_name(form.ticket.requester)}


_SUBMIT_LABELS: dict[str, Callable[[ActionForm], str]] = {
    "comment": _label_for,
    "ask": _label_question,
    "note": lambda form: form.get_label("submit_label"),
}


# -- who reads it ----------------------------------------------------------------------------------


def _describe_readers(form: ActionForm, mode: str) -> str:
    ticket = form.ticket
    service = {"service": str(ticket.service)}
    if mode == "note":
        return _("Read by the managers of %(service)s only.") % service
    if mode == "ask":
        name = get_display_name(ticket.requester)
        return _("The ticket will wait for the answer of %(name)s.") % {"name": name}
    if ticket.visibility == Visibility.PUBLIC:
        return _("Read by everybody who can see the service %(service)s.") % service
    return _list_readers(form)


def _list_readers(form: ActionForm, *, guests: bool = True) -> str:
    """Return who reads a comment besides its author."""
    ticket, user = form.ticket, form.user
    people = []
    if ticket.requester_id != user.pk:
        people.append(get_display_name(ticket.requester))
    elif ticket.assignee is not None and ticket.assignee_id != user.pk:
        people.append(get_display_name(ticket.assignee))
    if guests:
        people += _name_guests(ticket, user)
    people.append(_("the service %(service)s") % {"service": str(ticket.service)})
    return _("Read by %(people)s") % {
        "people": get_text_list(people, pgettext("before the last of a list", "and"))
    }


def _name_guests(ticket: Ticket, user: Any) -> list[str]:
    guests = [guest.user for guest in load_guests(ticket) if guest.user_id != user.pk]
    names = [
        _("%(name)s (guest)") % {"name": get_display_name(guest)} for guest in guests[:MAX_GUESTS]
    ]
    return [*names, _("other guests")] if len(guests) > MAX_GUESTS else names
