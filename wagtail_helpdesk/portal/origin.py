"""The page of the site that somebody asks from: named in addresses, kept with tickets, shown to whoever may see it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.models import Category, Routing, Service, Ticket, TicketOrigin
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


def whom(
    page: Any, service: Service | None = None, category: Category | None = None
) -> tuple[Service | None, Category | None]:
    """Return the service and the category that are asked from a page; both may be open.

    If neither is given, those that its section names. What was taken out of use is open again.
    """
    if service is None and category is None and (routing := routing_of(page)):
        service, category = routing.service, routing.category
    service = service or (category.service if category else None)
    if service is None or not service.enabled:
        return None, None
    return service, category if category and category.takes_tickets else None


def asking_address(
    request: HttpRequest | None, *, service: Any = None, category: Any = None, page: Any = None
) -> str:
    """Return where to ask a category, a service or nobody in particular, from a page.

    What is not given is inherited from the page's section. Empty where there is no helpdesk.
    """
    home = helpdesk_address(request)
    if not home:
        return ""
    service, category = whom(page, service, category)
    where = f"{category.pk}/" if category else f"?service={service.pk}" if service else ""
    return with_page(f"{home}new/{where}", getattr(page, "pk", None))


def report_address(request: HttpRequest | None, page: Any) -> str:
    """Return where to report a problem with a page: nowhere for the helpdesk's own."""
    return "" if getattr(page, "is_helpdesk_page", False) else asking_address(request, page=page)


def page_named(request: HttpRequest) -> str:
    """Return the id of the page that an address names, empty for none."""
    asked = number(request.GET.get(PARAMETER, ""))
    return "" if asked is None else str(asked)


def with_page(address: str, page: Any) -> str:
    """Return an address that leads to the form, with the page one asks from if there is one."""
    return f"{address}{'&' if '?' in address else '?'}{PARAMETER}={page}" if page else address


def page_asked(request: HttpRequest, pk: Any) -> Any:
    """Return the page with this id if whoever asks may read it, else None."""
    pages = TicketOrigin.page.field.related_model._default_manager
    page = pages.filter(pk=number(pk)).first()
    return page if page is not None and may_read_page(page, request) else None


def page_of(ticket: Ticket, request: HttpRequest) -> dict[str, str] | None:
    """Return title and address of the page a ticket was opened from, for whoever may read it."""
    origin = getattr(ticket, "origin", None)
    if origin is None or not may_read_page(origin.page, request):
        return None
    return {"title": origin.page.title, "address": origin.page.get_url(request) or ""}
