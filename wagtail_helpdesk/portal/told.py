"""Who was told of an event of a ticket, by which mail and why, or why not: for its managers."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Event, Ticket
from wagtail_helpdesk.notify import trace
from wagtail_helpdesk.typed import number as number_in

from . import history, paging
from .visit import Visit


def show(visit: Visit, number: int, event: int) -> HttpResponse:
    """Show the trace of one event; for whoever does not manage the ticket there is none."""
    ticket = visit.ticket(number)
    about = _event(visit, ticket, event)
    after = number_in(visit.request.GET.get("after")) or 0
    page = trace.trace_of(about.pk, after)
    is_kept = trace.is_complete(about)
    return visit.render(
        "told.html",
        ticket=ticket,
        here=f"{visit.base}tickets/{ticket.pk}/",
        event=about,
        sentence=history.Names(ticket, [about], visit.user).sentence(about),
        told=[line for line in page.lines if line.told],
        others=[line for line in page.lines if not line.told],
        page_of_rows=paging.Page(page.lines, str(page.next or ""), continued=after > 0),
        # Whoever did not ask comes at the end.
        not_concerned=trace.not_concerned(about) if is_kept and not page.next else [],
        is_kept=is_kept,
    )


def _event(visit: Visit, ticket: Ticket, pk: int) -> Event:
    readable = ticket.events.visible_to(visit.user).select_related("actor", "ticket")
    about = readable.filter(pk=pk).first()
    if about is None or Role.MANAGER not in ticket.standing.roles:
        raise Http404(_("This ticket does not exist or is not visible to you."))
    return about
