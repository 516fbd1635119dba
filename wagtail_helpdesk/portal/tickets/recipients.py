"""Who will be alerted of a message before it is sent, for its author: a part of a page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.actions.mentions import find_mentions
from wagtail_helpdesk.lifecycle import Audience, Role
from wagtail_helpdesk.notifications.forecast import Forecast, foresee_recipients
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .composer import get_action_of_mode
from .forms import ActionForm


def show_recipients(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show who will be alerted of an action. Raises ``Http404`` for readers who do not manage the ticket."""
    ticket, asked = request.get_ticket(number), request.http.GET
    if Role.MANAGER not in ticket.access.roles:
        raise Http404(_("This ticket does not exist or is not visible to you."))
    name = get_action_of_mode(asked.get("mode", "")) or asked.get("action", "").replace("-", "_")
    return request.render_part(
        "parts/recipients.html",
        forecast=_foresee(ticket, request.user, name, asked),
    )


def foresee_for_form(request: HelpdeskRequest, form: ActionForm) -> Forecast | None:
    """Return who will be alerted when a form is sent, None for readers who do not manage the ticket."""
    if Role.MANAGER not in form.ticket.access.roles:
        return None
    return _foresee(form.ticket, request.user, form.action_name, request.http.POST)


def _foresee(ticket: Any, user: Any, name: str, values: Any) -> Forecast | None:
    action = lifecycle.ACTIONS.get(name)
    narrowed = values.get("audience") == Audience.REQUESTER
    if action is None:
        return None
    mentioned = []
    if action in (lifecycle.COMMENT, lifecycle.NOTE):
        audience = (
            Audience.REQUESTER if narrowed and action is lifecycle.COMMENT else action.audience
        )
        text = values.get("text") or values.get("named", "")
        mentioned = [reader.pk for reader in find_mentions(ticket, user, text, audience).readers]
    return foresee_recipients(
        action,
        ticket,
        user,
        audience=Audience.REQUESTER if narrowed else Audience.EVERYONE,
        release=bool(values.get("release")),
        mentioned=mentioned,
    )
