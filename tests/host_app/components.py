"""What the app adds to pages: a menu item, two panels and a tool."""

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal.menu import HelpdeskMenuItem
from wagtail_helpdesk.portal.requests.home_panels import HomePanel
from wagtail_helpdesk.portal.tickets.composer_tools import ComposerTool
from wagtail_helpdesk.portal.tickets.panels import TicketPanel

from .verbs import find_visits


class VisitPlanItem(HelpdeskMenuItem):
    """The menu item that leads managers to the plan of all visits."""

    def is_shown(self, request):
        """Return whether the user manages a service."""
        return bool(request.manager_rows)


def make_menu_item():
    """Return the menu item."""
    return VisitPlanItem("Visit plan", url="https://visits.example.org/", order=250)


class VisitPanel(TicketPanel):
    """The day of the visit, beside the conversation."""

    order = 150
    template_name = "visits/ticket_panel.html"

    def is_shown(self):
        """Return whether a visit is confirmed."""
        return self.day is not None

    @property
    def day(self):
        """The day of the visit, or None."""
        return find_visits([self.ticket.pk]).get(self.ticket.pk)


class VisitTool(ComposerTool):
    """A link to the plan above messages about a ticket."""

    order = 700
    template_name = "visits/composer_tool.html"

    def is_shown(self):
        """Return whether the author of the message manages the service of a ticket."""
        ticket = getattr(self.field.form, "ticket", None)
        return ticket is not None and Role.MANAGER in ticket.access.roles


class VisitsPanel(HomePanel):
    """The visits that the user expects, on the home page."""

    order = 150
    template_name = "visits/home_panel.html"


def make_home_panel(request):
    """Return the panel, None without visits."""
    own = Ticket.objects.visible_to(request.user, through=(Role.REQUESTER,))
    visits = find_visits(own.filter(requester=request.user, is_open=True).values("pk"))
    return VisitsPanel(request, visits=visits.items()) if visits else None
