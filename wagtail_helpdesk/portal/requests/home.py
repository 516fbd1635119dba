"""The home of the helpdesk: what waits for its reader, their requests, the catalogue."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpResponse

from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal import paging, ticket_rows
from wagtail_helpdesk.portal.desk import desk_page, queues
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import catalogue, my_tickets

#: Own requests shown, and requests that wait for an answer.
MOST_REQUESTS = 5


def show_home(request: HelpdeskRequest) -> HttpResponse:
    """Show the home to anybody who is logged in."""
    requests = ticket_rows.paginate_rows(
        my_tickets.find_my_tickets(request.user, "own").filter(is_open=True),
        paging.RECENT,
        after="",
        reader=request.user,
        length=MOST_REQUESTS,
    )
    return request.render(
        "home.html",
        waiting=find_waiting_tickets(request),
        requests=requests,
        catalogue=catalogue.read_catalogue(request.user),
        queues=desk_page.QUEUES if request.managed else {},
        counts=desk_page.Desk(request).counts() if request.managed else {},
        most=queues.MOST,
    )


def find_waiting_tickets(request: HelpdeskRequest) -> list[ticket_rows.TicketRow]:
    """Return the tickets that ask their requester something: closures, information wanted."""
    asks = Q(is_open=True, status=Status.INCOMPLETE) | Q(awaiting_since__isnull=False)
    own = Ticket.objects.visible_to(request.user, through=(Role.REQUESTER,))
    found = own.filter(asks, requester=request.user)
    page = ticket_rows.paginate_rows(
        found, paging.RECENT, after="", reader=request.user, length=MOST_REQUESTS
    )
    return page.rows
