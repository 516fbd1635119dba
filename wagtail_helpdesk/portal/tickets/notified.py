"""The page that shows managers who was notified of an event, why and by which mail, or why not."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.event_text import EventDescriber
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Event, Ticket
from wagtail_helpdesk.notifications import delivery_log
from wagtail_helpdesk.parsing import parse_user_key
from wagtail_helpdesk.portal import paging
from wagtail_helpdesk.portal.request import HelpdeskRequest


def show_notified(request: HelpdeskRequest, number: int, event: int) -> HttpResponse:
    """Show the delivery log of one event. Raises ``Http404`` for readers who do not manage the ticket."""
    ticket = request.get_ticket(number)
    about = _get_event(request, ticket, event)
    after = parse_user_key(request.http.GET.get("after", ""))
    page = delivery_log.get_delivery_log(about.pk, after)
    is_kept = delivery_log.is_complete(about)
    return request.render(
        "notified.html",
        ticket=ticket,
        here=f"{request.base}tickets/{ticket.pk}/",
        event=about,
        sentence=EventDescriber(ticket, [about], request.user).describe(about),
        notified=[record for record in page.records if record.is_sent],
        others=[record for record in page.records if not record.is_sent],
        page_of_rows=paging.Page(page.records, str(page.next or ""), continued=after is not None),
        # On the last page, after all recipients.
        not_alerted=delivery_log.find_not_notified(about) if is_kept and not page.next else [],
        is_kept=is_kept,
    )


def _get_event(request: HelpdeskRequest, ticket: Ticket, pk: int) -> Event:
    readable = ticket.events.visible_to(request.user).select_related("actor", "ticket")
    about = readable.filter(pk=pk).first()
    if about is None or Role.MANAGER not in ticket.access.roles:
        raise Http404(_("This ticket does not exist or is not visible to you."))
    return about
