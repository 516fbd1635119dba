"""The panels of the helpdesk's home page, those of the package included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from wagtail import hooks
from wagtail.admin.ui.components import Component

from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal import paging, ticket_rows
from wagtail_helpdesk.portal.desk import desk_page
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import catalogue, my_tickets
from .dispatching import find_dispatch_category

HOOK = "register_helpdesk_home_panel"
#: Tickets listed by a panel.
MAX_PANEL_TICKETS = 5


class HomePanel(Component):
    """A panel of the home page: one of Wagtail's components.

    The context of its template has ``helpdesk`` (the request), ``base``, ``page`` and
    ``request``, and what ``context`` holds.
    """

    #: Where the panel stands; those of the package have 100 to 400.
    order = 500
    #: Whether it stands in the wide column, beside the others, where there is room for two.
    is_main = False
    template_name = ""

    def __init__(self, request: HelpdeskRequest, **context: Any) -> None:
        self.helpdesk, self.context = request, context

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        helpdesk = self.helpdesk
        shared = {"helpdesk": helpdesk, "base": helpdesk.base, "page": helpdesk.page}
        return shared | {"request": helpdesk.http} | self.context


def get_home_panels(request: HelpdeskRequest) -> list[Component]:
    """Return the panels that have something for the user, in order.

    A hook is called with the ``HelpdeskRequest`` and returns a component, or None.
    """
    made = [make(request) for make in hooks.get_hooks(HOOK)]
    return sorted(
        (panel for panel in made if panel is not None), key=lambda panel: getattr(panel, "order", 0)
    )


class WaitingPanel(HomePanel):
    """The user's tickets that wait for the user's answer."""

    order = 100
    template_name = "wagtail_helpdesk/portal/home/waiting.html"


class DeskPanel(HomePanel):
    """The queues of a manager with their counters."""

    order = 200
    template_name = "wagtail_helpdesk/portal/home/desk.html"


class RequestsPanel(HomePanel):
    """The user's latest open requests."""

    order = 300
    template_name = "wagtail_helpdesk/portal/home/requests.html"


class CataloguePanel(HomePanel):
    """The services that the user can ask."""

    order = 400
    is_main = True
    template_name = "wagtail_helpdesk/portal/home/catalogue.html"


def register_waiting_panel(request: HelpdeskRequest) -> HomePanel | None:
    """Return the panel of what waits for the user, None when nothing does."""
    waiting = find_waiting_tickets(request)
    return WaitingPanel(request, waiting=waiting) if waiting else None


def register_desk_panel(request: HelpdeskRequest) -> HomePanel | None:
    """Return the panel of a manager's queues, None for everybody else."""
    if not request.manager_rows:
        return None
    return DeskPanel(request, queues=desk_page.count_tickets_of(request.user))


def register_requests_panel(request: HelpdeskRequest) -> HomePanel | None:
    """Return the panel of the user's open requests, None without any."""
    requests = read_open_requests(request)
    return RequestsPanel(request, requests=requests) if requests.rows else None


def register_catalogue_panel(request: HelpdeskRequest) -> HomePanel:
    """Return the panel of the catalogue."""
    shown = catalogue.read_catalogue(request.user)
    return CataloguePanel(request, catalogue=shown, dispatch=find_dispatch_category(request.user))


def read_open_requests(
    request: HelpdeskRequest, length: int = MAX_PANEL_TICKETS
) -> paging.Page[ticket_rows.TicketRow]:
    """Return the user's open requests that wait for others, latest activity first."""
    own = my_tickets.find_my_tickets(request.user, "own").filter(is_open=True)
    return ticket_rows.paginate_rows(
        own.exclude(status=Status.INCOMPLETE),
        paging.RECENT,
        after="",
        reader=request.user,
        length=length,
    )


def find_waiting_tickets(request: HelpdeskRequest) -> list[ticket_rows.TicketRow]:
    """Return the user's tickets with a question or a closure to answer, latest activity first."""
    waits = Q(is_open=True, status=Status.INCOMPLETE) | Q(awaiting_since__isnull=False)
    own = Ticket.objects.visible_to(request.user, through=(Role.REQUESTER,))
    page = ticket_rows.paginate_rows(
        own.filter(waits, requester=request.user),
        paging.RECENT,
        after="",
        reader=request.user,
        length=MAX_PANEL_TICKETS,
    )
    return page.rows
