"""What managers see beside the conversation: held mails, what was cut, addresses that fail."""

from __future__ import annotations

from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.mailqueue.addresses import REFUSED_FOR, get_email
from wagtail_helpdesk.models import HelpdeskPreferences
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.requests.home_panels import HomePanel
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


class UndeliverablePanel(HomePanel):
    """Says to a person that mails to their address come back, on the home page."""

    order = 50
    is_main = True
    template_name = "wagtail_helpdesk/mail_in/undeliverable.html"


def make_undeliverable_panel(request: HelpdeskRequest) -> UndeliverablePanel | None:
    """Return the panel, None for a person whose address works as far as is known."""
    if not helpdesk_settings.MAIL_IN_ADDRESS:
        return None
    email = get_email(request.user)
    marked = HelpdeskPreferences.objects.filter(
        user=request.user, refused_email=email, refused_at__gt=timezone.now() - REFUSED_FOR
    )
    return UndeliverablePanel(request, email=email) if email and marked.exists() else None
