"""The ticket page: state, properties, actions, conversation, and the box to reply."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal.desk.neighbours import find_neighbours
from wagtail_helpdesk.portal.desk.queues import DeskScope
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import availability, buttons, history, panels
from .canned_answers import find_answer
from .composer import MODES, build_composer
from .conversation import build_conversation
from .forms import get_form_classes
from .readers import Reader, get_reader
from .state import build_question, describe_state

#: The part of the desk for which a script asks instead of the page.
READING_PANE = "hd-pane"


def show_ticket(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show a ticket to a user who may read it."""
    ticket, asked = request.get_ticket(number), request.http.GET
    shown = history.load_history(ticket, request.user, parse_number(asked.get("before", "")))
    bar = buttons.ActionBar(request, ticket, shown.last)
    banner = availability.build_banner(ticket, request.user, bar.available)
    answer = find_answer(ticket, request.user, bar.available, asked.get("answer", ""))
    if answer and answer.action and answer.action.name not in MODES:
        return SeeOther(bar.get_url(answer.action, answer=answer.pk))
    composer = build_composer(
        ticket,
        request.user,
        bar.available,
        seen=shown.last,
        chosen=asked.get("mode", ""),
        answer=answer,
    )
    is_pane = request.http.headers.get("HX-Target") == READING_PANE
    render = (
        partial(request.render_part, "parts/pane.html")
        if is_pane
        else partial(request.render, "ticket.html")
    )
    return render(
        **build_conversation_context(request, ticket, shown),
        **build_desk_context(request, ticket, is_pane=is_pane),
        panels=[] if is_pane else panels.collect_panels(request, ticket),
        glance=build_properties_summary(ticket, request.user),
        state=describe_state(ticket, request.user, shown),
        buttons=bar.build(),
        available={action.name for action in bar.available},
        subscription_buttons=buttons.build_subscription_buttons(ticket, request.user),
        banner=banner,
        banner_url=_get_banner_url(bar, banner),
        question=build_question(ticket, request.user, shown),
        composer=composer,
        one_click=build_one_click(ticket, request.user, shown, bar.available),
        me=request.user,
    )


def build_desk_context(
    request: HelpdeskRequest, ticket: Ticket, *, is_pane: bool = False
) -> dict[str, Any]:
    """Return what the page shows a manager of the way to it, and of marks; empty for other people.

    The pane stands beside the list: it needs no way to it.
    """
    if get_reader(ticket) is not Reader.MANAGER:
        return {}
    scope = DeskScope(request.user)
    return {
        "marks": scope.load_marks(ticket.pk),
        "neighbours": None if is_pane else find_neighbours(request, ticket.pk),
        "keyboard_shortcuts": scope.preferences.keyboard_shortcuts,
    }


def build_conversation_context(
    request: HelpdeskRequest, ticket: Ticket, shown: history.History
) -> dict[str, Any]:
    """Return what the conversation needs, on the page of the ticket and on those of its actions."""
    reader = get_reader(ticket)
    return {
        "ticket": ticket,
        "history": shown,
        "conversation": build_conversation(ticket, shown, reader),
        "manages": reader is Reader.MANAGER,
        "is_requester": reader is Reader.REQUESTER,
    }


def build_properties_summary(ticket: Ticket, reader: Any) -> dict[str, str]:
    """Return the names on the button that opens the properties on a phone, empty for the reader."""
    return {
        "requester": "" if ticket.requester == reader else get_display_name(ticket.requester),
        "manager": "" if ticket.assignee in (None, reader) else get_display_name(ticket.assignee),
    }


def _get_banner_url(bar: buttons.ActionBar, banner: availability.AbsenceBanner | None) -> str:
    if banner is None or banner.action is None:
        return ""
    return bar.get_url(banner.action, to=banner.assignee.pk if banner.assignee else None)


def build_one_click(
    ticket: Ticket, user: Any, shown: history.History, available: list[lifecycle.Action]
) -> dict[str, Any]:
    """Return the hidden values of the button that takes the ticket at once, empty without it."""
    if lifecycle.TAKE not in available:
        return {}
    form_class = get_form_classes()[lifecycle.TAKE.name]
    form = form_class(user=user, ticket=ticket, initial={"seen": shown.last})
    # As names and values: the form of the same action, in the drawer, has the ids.
    return {field.name: field.value() for field in form.hidden_fields()}
