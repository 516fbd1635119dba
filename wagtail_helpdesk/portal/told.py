"""Who was told of an event of a ticket, by which mail and why, or why not: for its managers."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Event, Ticket
from wagtail_helpdesk.notify import trace

from . import history
from .visit import Visit


def show(visit: Visit, number: int, event: int) -> HttpResponse:
    """Show the trace of one event; for whoever does not manage the ticket there is none."""
    ticket = visit.ticket(number)
    about = _event(visit, ticket, event)
    lines = trace.trace_of([about.pk])[about.pk]
    is_kept = trace.is_complete(about)
    return visit.render(
        "told.html",
        ticket=ticket,
        here=f"{visit.base}tickets/{ticket.pk}/",
        event=about,
        sentence=history.Names([about]).sentence(about),
        told=[line for line in lines if line.told],
        others=[line for line in lines if not line.told],
        not_concerned=list(trace.not_concerned(about)) if is_kept else [],
        is_kept=is_kept,
    )


def _event(visit: Visit, ticket: Ticket, pk: int) -> Event:
    readable = ticket.events.visible_to(visit.user).select_related("actor", "ticket")
    about = readable.filter(pk=pk).first()
    if about is None or Role.MANAGER not in ticket.standing.roles:
        raise Http404(_("This ticket does not exist or is not visible to you."))
    return about
