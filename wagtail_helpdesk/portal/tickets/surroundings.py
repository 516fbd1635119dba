"""What managers may want to know around a ticket: its requester, and tickets that have to do with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.mailqueue.addresses import get_email
from wagtail_helpdesk.models import Ticket, TicketLink
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.ticket_rows import FIELDS, TicketRow, build_rows
from wagtail_helpdesk.search import (
    QueryTooBroad,
    SearchFilters,
    SearchUnavailable,
    find_tickets,
)

from .answer_page import may_make_page
from .panels import TicketPanel, get_requester_card

#: Tickets in each list.
MAX_SHOWN = 5
#: Messages in which similar tickets are looked for.
_MAX_SIMILAR_MESSAGES = 40
#: Shorter words of a subject say little; the longest words say most.
_MIN_WORD_LENGTH = 4


class SurroundingsPanel(TicketPanel):
    """A fold that loads the requester's card, linked and similar tickets when it is opened."""

    order = 300
    template_name = "wagtail_helpdesk/portal/parts/surroundings_panel.html"

    def is_shown(self) -> bool:
        return Role.MANAGER in self.ticket.access.roles


@dataclass(frozen=True)
class Surroundings:
    """The requester as the directory knows them, and other tickets that the reader manages."""

    name: str
    email: str
    card: Mapping[str, str]
    linked: list[TicketRow]
    open: list[TicketRow]
    ended: list[TicketRow]
    similar: list[TicketRow]


def show_surroundings(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show what is around a ticket. Raises ``Http404`` for readers who do not manage the ticket."""
    ticket = request.get_ticket(number)
    if Role.MANAGER not in ticket.access.roles:
        raise Http404(_("This ticket does not exist or is not visible to you."))
    context: dict[str, Any] = {
        "ticket": ticket,
        "around": load_surroundings(request, ticket),
        "may_make_page": may_make_page(request.user, ticket),
    }
    if "HX-Request" in request.http.headers:
        return request.render_part("parts/surroundings.html", **context)
    return request.render("surroundings.html", **context)


def load_surroundings(request: HelpdeskRequest, ticket: Ticket) -> Surroundings:
    """Return the requester's card, their other tickets, and linked and similar ones.

    Only tickets of services that the user manages; the number of statements does not depend on
    how many there are.
    """
    managed = Ticket.objects.visible_to(request.user, through=(Role.MANAGER,)).exclude(pk=ticket.pk)
    own = managed.filter(requester=ticket.requester_id).order_by("-last_activity_at")
    linked = managed.filter(pk__in=TicketLink.objects.find_other_numbers(ticket.pk)[:50])
    rows = {
        "linked": _load(request, linked.order_by("-last_activity_at"), 50),
        "open": _load(request, own.filter(is_open=True)),
        "ended": _load(request, own.filter(is_open=False)),
    }
    known = {row.number for some in rows.values() for row in some}
    similar = _find_similar(ticket, request.user, known | {ticket.pk})
    rows["similar"] = _load(request, managed.filter(pk__in=similar).order_by("-pk"))
    return Surroundings(
        get_display_name(ticket.requester),
        get_email(ticket.requester),
        get_requester_card(ticket),
        **rows,
    )


def _load(
    request: HelpdeskRequest, tickets: QuerySet[Ticket], most: int = MAX_SHOWN
) -> list[TicketRow]:
    managed = [service.pk for service in request.services]
    return build_rows(
        tickets.values(*FIELDS)[:most], reader=request.user, managed_service_ids=managed
    )


def _find_similar(ticket: Ticket, user: Any, known: Collection[int]) -> list[int]:
    """Return other tickets of the service whose messages have the longest words of the subject.

    Fewer words are looked for while too few tickets have them all.
    """
    words = dict.fromkeys(w for w in ticket.subject.split() if w.isalpha())
    longest = sorted((w for w in words if len(w) >= _MIN_WORD_LENGTH), key=len, reverse=True)
    filters = SearchFilters(service=ticket.service_id)
    found: dict[int, None] = {}
    for count in (3, 2, 1):
        if len(longest) < count or len(found) >= MAX_SHOWN:
            continue
        try:
            hits = find_tickets(
                user, " ".join(longest[:count]), filters, most=_MAX_SIMILAR_MESSAGES
            )
        except (QueryTooBroad, SearchUnavailable):
            continue
        new = sorted(hits.numbers - set(known) - set(found), reverse=True)
        found |= dict.fromkeys(new)
    return list(found)[:MAX_SHOWN]
