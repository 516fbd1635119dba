"""The panels beside the conversation on the ticket page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component

from wagtail_helpdesk import category_tree
from wagtail_helpdesk.directory import get_directory_card
from wagtail_helpdesk.lifecycle import Priority, Role, Visibility
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal.avatars import make_avatar
from wagtail_helpdesk.portal.extensions import collect
from wagtail_helpdesk.portal.requests import source_page

from .guests import MAX_GUESTS, load_guests
from .readers import get_reader, get_status_words
from .state import get_tone

if TYPE_CHECKING:
    from wagtail_helpdesk.portal.request import HelpdeskRequest


class TicketPanel(Component):
    """A panel about one ticket, for one user: what ``register_helpdesk_ticket_panel`` returns.

    The function registered is called with the request and the ticket; a subclass of this class
    can be registered itself.
    """

    order = 1000

    def __init__(self, request: HelpdeskRequest, ticket: Ticket) -> None:
        self.request = request
        self.ticket = ticket

    def is_shown(self) -> bool:
        """Return whether the user sees the panel."""
        return True

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Return the context of the page with that of the panel."""
        shared = parent_context.flatten() if parent_context is not None else {}
        return shared | {"panel": self, "ticket": self.ticket}


class PropertiesPanel(TicketPanel):
    """Requester, manager, status, category, priority and visibility (guide I.1)."""

    order = 100
    template_name = "wagtail_helpdesk/portal/parts/properties.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return super().get_context_data(parent_context) | {
            "properties": build_properties(self.ticket, self.request.user),
            "asked_from": source_page.get_source_page(self.ticket, self.request.http),
        }


class GuestsPanel(TicketPanel):
    """The guests, and the ways to add and remove them (guide I.7)."""

    order = 200
    template_name = "wagtail_helpdesk/portal/parts/guests.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        guests = load_guests(self.ticket)
        return super().get_context_data(parent_context) | {
            "guests": [
                (guest, make_avatar(guest.user_id, get_display_name(guest.user)))
                for guest in guests[:MAX_GUESTS]
            ],
            "has_more_guests": len(guests) > MAX_GUESTS,
        }


def collect_panels(request: HelpdeskRequest, ticket: Ticket) -> list[Any]:
    """Return the panels that the user sees beside the conversation, in order."""
    panels = collect("register_helpdesk_ticket_panel", request, ticket)
    return [panel for panel in panels if panel.is_shown()]


def build_properties(ticket: Ticket, reader: Any) -> dict[str, Any]:
    """Return the values of the properties, worded for their reader."""
    kind = get_reader(ticket)
    categories = ticket.service.categories.only(*category_tree.FIELDS)
    names = category_tree.get_path_names(categories, ticket.category_id)
    return {
        "requester": _name(ticket.requester, reader),
        "card": get_requester_card(ticket),
        "opened_by": get_display_name(ticket.creator) if ticket.creator != ticket.requester else "",
        "manager": _name(ticket.assignee, reader) if ticket.assignee else "",
        "status": get_status_words(ticket, kind),
        "tone": get_tone(ticket, kind),
        "path": [str(ticket.service), *names],
        "priority": Priority(ticket.priority).label,
        "is_urgent": ticket.priority > Priority.NORMAL,
        "visibility": Visibility(ticket.visibility).label,
    }


def _name(person: Any, reader: Any) -> str:
    name = get_display_name(person)
    return _("%(name)s (you)") % {"name": name} if person == reader else name


def get_requester_card(ticket: Ticket) -> Mapping[str, str]:
    """Return what the directory knows about the requester; empty for all but managers."""
    return get_directory_card(ticket.requester) if Role.MANAGER in ticket.access.roles else {}
