"""The home of the helpdesk: what waits for its reader, their requests, the catalogue."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse

from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import Ticket

from . import catalogue, desk, my_tickets, paging, queues, rows
from .visit import Visit

#: Own requests shown, and requests that wait for an answer.
MOST_REQUESTS = 5


def show(visit: Visit) -> HttpResponse:
    """Show the home to anybody who is logged in."""
    requests = rows.page_of_rows(
        my_tickets.tickets(visit.user, "own").filter(is_open=True),
        paging.RECENT,
        after="",
        reader=visit.user,
        length=MOST_REQUESTS,
    )
    return visit.render(
        "home.html",
        waiting=waiting(visit),
        requests=requests,
        catalogue=catalogue.read(visit.user),
        queues=desk.QUEUES if visit.managed else {},
        counts=desk.Desk(visit).counts() if visit.managed else {},
        most=queues.MOST,
    )


def waiting(visit: Visit) -> list[rows.Row]:
    """Return the tickets that ask their requester something: closures, information wanted."""
    asks = Q(is_open=True, status=Status.INCOMPLETE) | Q(awaiting_since__isnull=False)
    own = Ticket.objects.visible_to(visit.user, through=(Role.REQUESTER,))
    found = own.filter(asks, requester=visit.user)
    page = rows.page_of_rows(
        found, paging.RECENT, after="", reader=visit.user, length=MOST_REQUESTS
    )
    return page.rows
