"""The lists of a person's own tickets, invitations and followed tickets."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal import paging, ticket_rows
from wagtail_helpdesk.portal.query_form import QueryForm
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.ticket_columns import MANAGER, REQUESTER

LISTS = {
    "own": _("My requests"),
    "invited": _("My invitations"),
    "followed": _("Followed requests"),
}
FILTERS = {
    "open": pgettext_lazy("tickets", "Open"),
    "ended": pgettext_lazy("tickets", "Ended"),
    "all": pgettext_lazy("tickets", "All"),
}
# A person may be a guest of thousands of tickets: only the order by number follows an index there.
ORDERS = {"own": paging.RECENT, "invited": paging.NEWEST, "followed": paging.NEWEST}


class MyTicketsQuery(QueryForm):
    """Which list is shown, and which of its tickets."""

    list = forms.ChoiceField(choices=LISTS.items(), initial="own", required=False)
    show = forms.ChoiceField(choices=FILTERS.items(), initial="open", required=False)


def show_my_tickets(request: HelpdeskRequest) -> HttpResponse:
    """Show one of the three lists; by default the user's own open tickets."""
    query = MyTicketsQuery(request.http.GET).read()
    name, shown = query["list"], query["show"]
    page = ticket_rows.paginate_rows(
        ticket_rows.filter_by_status(find_my_tickets(request.user, name), shown),
        ORDERS[name],
        after=request.http.GET.get("after", ""),
        reader=request.user,
        columns=(MANAGER,) if name == "own" else (REQUESTER, MANAGER),
    )
    return request.render(
        "my_tickets.html",
        lists=LISTS,
        chosen=name,
        filters=FILTERS,
        which=shown,
        page_of_rows=page,
        parameters=urlencode(query),
        caption=LISTS[name],
        never_asked=not page.rows and name == "own" and not has_asked(request.user),
    )


def find_my_tickets(user: Any, name: str) -> QuerySet[Ticket]:
    """Return one of the lists. Each is a query of its own: no OR of them is fast for everybody."""
    if name == "invited":
        return Ticket.objects.visible_to(user, through=(Role.GUEST,)).filter(guests__user=user)
    if name == "followed":
        return Ticket.objects.visible_to(user).filter(
            subscriptions__user=user, subscriptions__following=True
        )
    return Ticket.objects.visible_to(user, through=(Role.REQUESTER,)).filter(requester=user)


def has_asked(user: Any) -> bool:
    """Return whether the user is the requester of any ticket, open or ended."""
    return find_my_tickets(user, "own").exists()
