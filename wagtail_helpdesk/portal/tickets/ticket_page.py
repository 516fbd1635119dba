"""The ticket page: its properties, what one can do, its history, and the place to answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import BoundField
from django.http import HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk import category_tree, lifecycle
from wagtail_helpdesk.directory import get_directory_card
from wagtail_helpdesk.lifecycle import Priority, Role, Status, Visibility
from wagtail_helpdesk.models import Guest, Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.parsing import number as number_in
from wagtail_helpdesk.portal import labels
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.requests import source_page
from wagtail_helpdesk.portal.tickets.forms.action_form import Way

from . import availability, buttons, history
from .forms import FORMS, ActForm

#: More guests than this are named on a page of their own.
MOST_GUESTS = 8


def show_ticket(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show a ticket to somebody who may read it."""
    ticket = request.ticket(number)
    before = request.http.GET.get("before", "")
    shown = history.load_history(ticket, request.user, number_in(before))
    bar = buttons.ActionBar(request, ticket, shown.last)
    return request.render(
        "ticket.html",
        ticket=ticket,
        here=f"{request.base}tickets/{ticket.pk}/",
        properties=build_properties(ticket, request.user),
        asked_from=source_page.get_source_page(ticket, request.http),
        guests=list_guests(ticket),
        history=shown,
        bar=bar.buttons(),
        available={action.name for action in bar.available},
        guards=bar.guards,
        wishes=buttons.build_subscription_buttons(ticket, request.user),
        presence=availability.build_banner(ticket, request.user, bar.available),
        question=build_question(ticket, request.user, shown),
        comment=build_composer("comment", request, ticket, shown, bar.available),
        note=build_composer("note", request, ticket, shown, bar.available),
        ways=_ways(request, ticket, bar.available),
        one_click=build_one_click(request, ticket, shown, bar.available),
        me=request.user,
        manages=Role.MANAGER in ticket.access.roles,
    )


def build_properties(ticket: Ticket, reader: Any) -> dict[str, Any]:
    """Return what the frame says, in the reader's words."""
    access = ticket.access
    plain = ticket.requester_id == reader.pk and Role.MANAGER not in access.roles
    categories = ticket.service.categories.only(*category_tree.FIELDS)
    names = category_tree.get_path_names(categories, ticket.category_id)
    return {
        "requester": get_display_name(ticket.requester),
        "card": build_requester_card(ticket),
        "opened_by": get_display_name(ticket.creator) if ticket.creator != ticket.requester else "",
        "manager": get_display_name(ticket.assignee) if ticket.assignee else "",
        "status": labels.get_status_label(ticket.status, plain=plain, resume_on=ticket.resume_on),
        "path": [ticket.service.name, *names],
        "priority": Priority(ticket.priority).label,
        "visibility": Visibility(ticket.visibility).label,
        "is_public": ticket.visibility == Visibility.PUBLIC,
    }


def build_requester_card(ticket: Ticket) -> Mapping[str, str]:
    """Return what the directory says of the requester, for those who manage the service alone."""
    return get_directory_card(ticket.requester) if Role.MANAGER in ticket.access.roles else {}


def list_guests(ticket: Ticket) -> list[Guest]:
    """Return the guests whom the page names, and one more when there are others."""
    return list(ticket.guests.select_related("user")[: MOST_GUESTS + 1])


def build_question(ticket: Ticket, reader: Any, shown: history.History) -> str:
    """Return what the ticket waits for from its reader, or nothing."""
    if ticket.requester_id != reader.pk:
        return ""
    if ticket.status == Status.CLOSED:
        return _("This ticket has been closed. Do you approve the closure?")
    if ticket.status == Status.INCOMPLETE:
        asked = _last(shown, lifecycle.ASK_INFORMATION)
        who = asked.author if asked else _("The manager")
        return _("%(who)s asks you for information: please answer below.") % {"who": who}
    return ""


def _last(shown: history.History, action: lifecycle.Action) -> history.HistoryEntry | None:
    entries = (entry for entry in reversed(shown.entries) if entry.event.action == action.name)
    return next(entries, None)


def build_one_click(
    request: HelpdeskRequest,
    ticket: Ticket,
    shown: history.History,
    available: list[lifecycle.Action],
) -> list[BoundField]:
    """Return the hidden fields of the button that takes the ticket without another word."""
    form = build_composer("take", request, ticket, shown, available)
    return form.hidden_fields() if form else []


def _ways(request: HelpdeskRequest, ticket: Ticket, available: list[lifecycle.Action]) -> list[Way]:
    form = FORMS["comment"](request=request, ticket=ticket)
    return form.other_ways(available)


def build_composer(
    name: str,
    request: HelpdeskRequest,
    ticket: Ticket,
    shown: history.History,
    available: list[lifecycle.Action],
) -> ActForm | None:
    """Return one of the two forms below the history, for those who may use it."""
    if lifecycle.ACTIONS[name] not in available:
        return None
    return FORMS[name](request=request, ticket=ticket, initial={"seen": shown.last})
