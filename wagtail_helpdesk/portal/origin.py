"""The page of the site that somebody asks from: named in addresses, kept with tickets, shown to whoever may see it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from wagtail_helpdesk.models import Routing, Ticket, TicketOrigin
from wagtail_helpdesk.typed import number

from .nearby import helpdesk_address

#: The parameter of addresses, and the field of forms, that holds the page's id.
PARAMETER = "page"


def routing_of(page: Any) -> Routing | None:
    """Return whom a page asks, read once for all that stands on it."""
    if not getattr(page, "pk", None) or not hasattr(page, "steplen"):
        return None
    if not hasattr(page, "_helpdesk_routing"):
        page._helpdesk_routing = Routing.objects.in_force(page)
    found: Routing | None = page._helpdesk_routing
    return found


def asking_address(
    request: HttpRequest | None, *, service: Any = None, category: Any = None, page: Any = None
) -> str:
    """Return where to ask a category, a service or nobody in particular, from a page.

    What is not given is inherited from the page's section. Empty where there is no helpdesk.
    """
    home = helpdesk_address(request)
    if not home:
        return ""
    if service is None and category is None and (routing := routing_of(page)):
        service, category = routing.service, routing.category
    query = {} if category or not service else {"service": service.pk}
    if getattr(page, "pk", None):
        query[PARAMETER] = page.pk
    where = f"{category.pk}/" if category else ""
    return f"{home}new/{where}" + (f"?{urlencode(query)}" if query else "")


def suffix(request: HttpRequest) -> str:
    """Return what keeps the page in an address that leads on to the form."""
    asked = number(request.GET.get(PARAMETER, ""))
    return "" if asked is None else f"?{PARAMETER}={asked}"


def page_asked(request: HttpRequest, pk: Any) -> Any:
    """Return the page with this id if whoever asks may read it, else None."""
    pages = TicketOrigin.page.field.related_model._default_manager
    page = pages.filter(pk=number(pk)).first()
    return page if page is not None and may_read(page, request) else None


def may_read(page: Any, request: HttpRequest | None) -> bool:
    """Tell whether whoever asks may read a page of the site, its title included.

    Without a request: whether everybody may.
    """
    if not page.live:
        return False
    restrictions = page.get_view_restrictions()
    return all(request is not None and each.accept_request(request) for each in restrictions)


def page_of(ticket: Ticket, request: HttpRequest) -> dict[str, str] | None:
    """Return title and address of the page a ticket was opened from, for whoever may read it."""
    origin = getattr(ticket, "origin", None)
    if origin is None or not may_read(origin.page, request):
        return None
    return {"title": origin.page.title, "address": origin.page.get_url(request) or ""}
