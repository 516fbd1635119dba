"""Who was told of an event of a ticket, by which mail and why, or why not: for its managers."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Event, Ticket
from wagtail_helpdesk.notifications import delivery_log
from wagtail_helpdesk.parsing import number as number_in
from wagtail_helpdesk.portal import paging
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import history


def show_notified(request: HelpdeskRequest, number: int, event: int) -> HttpResponse:
    """Show the trace of one event; for whoever does not manage the ticket there is none."""
    ticket = request.ticket(number)
    about = _event(request, ticket, event)
    after = number_in(request.http.GET.get("after")) or 0
    page = delivery_log.get_delivery_log(about.pk, after)
    is_kept = delivery_log.is_complete(about)
    return request.render(
        "told.html",
        ticket=ticket,
        here=f"{request.base}tickets/{ticket.pk}/",
        event=about,
        sentence=history.EventNames(ticket, [about], request.user).sentence(about),
        told=[line for line in page.lines if line.told],
        others=[line for line in page.lines if not line.told],
        page_of_rows=paging.Page(page.lines, str(page.next or ""), continued=after > 0),
        # Whoever did not ask comes at the end.
        not_concerned=delivery_log.find_not_notified(about) if is_kept and not page.next else [],
        is_kept=is_kept,
    )


def _event(request: HelpdeskRequest, ticket: Ticket, pk: int) -> Event:
    readable = ticket.events.visible_to(request.user).select_related("actor", "ticket")
    about = readable.filter(pk=pk).first()
    if about is None or Role.MANAGER not in ticket.access.roles:
        raise Http404(_("This ticket does not exist or is not visible to you."))
    return about
