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

from . import paging, rows
from .visit import Visit

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


def show(visit: Visit) -> HttpResponse:
    """Show one of the three lists, open tickets first unless asked otherwise."""
    chosen = _chosen(visit, "list", LISTS)
    which = _chosen(visit, "show", FILTERS)
    page = rows.page_of_rows(
        rows.narrowed(tickets(visit.user, chosen), which),
        ORDERS[chosen],
        after=visit.request.GET.get("after", ""),
        reader=visit.user,
    )
    return visit.render(
        "my_tickets.html",
        lists=LISTS,
        chosen=chosen,
        filters=FILTERS,
        which=which,
        page_of_rows=page,
        parameters=urlencode({"list": chosen, "show": which}),
        caption=LISTS[chosen],
    )


def tickets(user: Any, name: str) -> QuerySet[Ticket]:
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


def _chosen(visit: Visit, parameter: str, names: dict[str, Any]) -> str:
    asked = visit.request.GET.get(parameter, "")
    return asked if asked in names else next(iter(names))
