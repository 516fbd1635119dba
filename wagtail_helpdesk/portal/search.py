"""Search: a number leads to its ticket."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect

from wagtail_helpdesk.models import Ticket

from .visit import Visit


def show(visit: Visit) -> HttpResponse:
    """Show the search form, or the ticket whose number was typed."""
    typed = visit.request.GET.get("q", "").strip()[:200]
    number = typed.lstrip("#").strip()
    if number.isdecimal() and len(number) < 19:
        found = Ticket.objects.visible_to(visit.user).filter(pk=int(number))
        if found.exists():
            return HttpResponseRedirect(f"{visit.base}tickets/{int(number)}/")
    return visit.render("search.html", typed=typed)
