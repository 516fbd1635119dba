"""My tickets: one's own, those one is invited to, those one follows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal import paging, ticket_rows
from wagtail_helpdesk.portal.request import HelpdeskRequest

LISTS = {
    "own": _("My requests"),
    "invited": _("My invitations"),
    "followed": _("Followed tickets"),
}
FILTERS = {
    "open": pgettext_lazy("tickets", "Open"),
    "ended": pgettext_lazy("tickets", "Ended"),
    "all": pgettext_lazy("tickets", "All"),
}


def show_my_tickets(request: HelpdeskRequest) -> HttpResponse:
    """Show one of the three lists, open tickets first unless asked otherwise."""
    chosen = _chosen(request, "list", LISTS)
    which = _chosen(request, "show", FILTERS)
    page = ticket_rows.paginate_rows(
        ticket_rows.filter_rows(find_my_tickets(request.user, chosen), which),
        ORDERS[chosen],
        after=request.http.GET.get("after", ""),
        reader=request.user,
    )
    return request.render(
        "my_tickets.html",
        lists=LISTS,
        chosen=chosen,
        filters=FILTERS,
        which=which,
        page_of_rows=page,
        parameters=urlencode({"list": chosen, "show": which}),
        caption=LISTS[chosen],
    )


def find_my_tickets(user: Any, name: str) -> QuerySet[Ticket]:
    """Return one of the lists. Three queries and no OR: no single one is fast for everybody."""
    if name == "invited":
        return Ticket.objects.visible_to(user, through=(Role.GUEST,)).filter(guests__user=user)
    if name == "followed":
        return Ticket.objects.visible_to(user).filter(
            subscriptions__user=user, subscriptions__following=True
        )
    return Ticket.objects.visible_to(user, through=(Role.REQUESTER,)).filter(requester=user)


# Somebody may be guest of thousands: only the order by number follows an index there.
ORDERS = {"own": paging.RECENT, "invited": paging.NEWEST, "followed": paging.NEWEST}


def _chosen(request: HelpdeskRequest, parameter: str, names: dict[str, Any]) -> str:
    asked = request.http.GET.get(parameter, "")
    return asked if asked in names else next(iter(names))
