"""The ticket page: panels, actions, history, and the forms to reply."""

from __future__ import annotations

from typing import Any

from django.forms import BoundField
from django.http import HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import availability, buttons, history, panels
from .forms import ActionForm, get_form_classes


def show_ticket(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show a ticket to a user who may read it."""
    ticket = request.ticket(number)
    before = parse_number(request.http.GET.get("before", ""))
    shown = history.load_history(ticket, request.user, before)
    bar = buttons.ActionBar(request, ticket, shown.last)
    banner = availability.build_banner(ticket, request.user, bar.available)
    comment = build_composer("comment", request, ticket, shown, bar.available)
    return request.render(
        "ticket.html",
        ticket=ticket,
        panels=panels.collect_panels(request, ticket),
        history=shown,
        buttons=bar.build_groups(),
        available={action.name for action in bar.available},
        subscription_buttons=buttons.build_subscription_buttons(ticket, request.user),
        banner=banner,
        banner_url=_get_banner_url(bar, banner),
        question=build_question(ticket, request.user, shown),
        comment=comment,
        note=build_composer("note", request, ticket, shown, bar.available),
        alternatives=comment.find_alternatives(bar.available) if comment else [],
        one_click=build_one_click(request, ticket, shown, bar.available),
        me=request.user,
        manages=Role.MANAGER in ticket.access.roles,
    )


def _get_banner_url(bar: buttons.ActionBar, banner: availability.AbsenceBanner | None) -> str:
    if banner is None or banner.action is None:
        return ""
    return bar.get_url(banner.action, to=banner.assignee.pk if banner.assignee else None)


def build_question(ticket: Ticket, reader: Any, shown: history.History) -> str:
    """Return the question that the ticket asks its requester, or an empty string."""
    if ticket.requester_id != reader.pk:
        return ""
    if ticket.status == Status.CLOSED:
        return _("This ticket has been closed. Is your problem solved?")
    if ticket.status == Status.INCOMPLETE:
        asked = _find_last(shown, lifecycle.ASK_INFORMATION)
        name = asked.author if asked else _("The manager")
        return _("%(name)s has a question for you. Please reply below.") % {"name": name}
    return ""


def _find_last(shown: history.History, action: lifecycle.Action) -> history.HistoryEntry | None:
    entries = (entry for entry in reversed(shown.entries) if entry.event.action == action.name)
    return next(entries, None)


def build_one_click(
    request: HelpdeskRequest,
    ticket: Ticket,
    shown: history.History,
    available: list[lifecycle.Action],
) -> list[BoundField]:
    """Return the hidden fields of the button that takes the ticket at once."""
    form = build_composer("take", request, ticket, shown, available)
    return form.hidden_fields() if form else []


def build_composer(
    name: str,
    request: HelpdeskRequest,
    ticket: Ticket,
    shown: history.History,
    available: list[lifecycle.Action],
) -> ActionForm | None:
    """Return the form of an action for the ticket page, or None when it is not available."""
    if lifecycle.ACTIONS[name] not in available:
        return None
    form_class = get_form_classes()[name]
    return form_class(user=request.user, ticket=ticket, initial={"seen": shown.last})
