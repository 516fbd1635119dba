"""What managers see beside the conversation: held mails, what was cut, addresses that fail."""

from __future__ import annotations

from functools import cached_property

from django.db.models import Q

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.portal.tickets.panels import TicketPanel

from .models import IncomingMail, IncomingState

#: Mails shown, newest first.
MAX_SHOWN = 20


class IncomingMailsPanel(TicketPanel):
    """The incoming mails of a ticket that its conversation does not show, or not whole."""

    order = 900
    template_name = "wagtail_helpdesk/mail_in/panel.html"

    def is_shown(self) -> bool:
        """Return whether a manager of the service has something to see."""
        is_manager = Role.MANAGER in self.ticket.access.roles
        return bool(helpdesk_settings.MAIL_IN_ADDRESS) and is_manager and bool(self.mails)

    @cached_property
    def mails(self) -> list[IncomingMail]:
        """The mails that were held, that came back, or of which something was cut."""
        shown = Q(state__in=[IncomingState.HELD, IncomingState.BOUNCE])
        shown |= Q(state=IncomingState.DONE) & ~Q(cut="")
        mails = self.ticket.incoming_mails.filter(shown)
        return list(mails.select_related("user").defer("raw")[:MAX_SHOWN])
