"""The page of the site from which a request is made: passed on in URLs and kept with the ticket."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.models import Category, Routing, Service, Ticket, TicketOrigin
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal.page_lookup import get_helpdesk_url

#: The query parameter, and the field of forms, that holds the id of the page.
PARAMETER = "page"


def find_routing(page: Any) -> Routing | None:
    """Return the routing in force for a page, read once per page object."""
    if not getattr(page, "pk", None) or not hasattr(page, "steplen"):
        return None
    if not hasattr(page, "_helpdesk_routing"):
        page._helpdesk_routing = Routing.objects.in_force(page)
    routing: Routing | None = page._helpdesk_routing
    return routing


def find_target(
    page: Any, service: Service | None = None, category: Category | None = None
) -> tuple[Service | None, Category | None]:
    """Return the service and the category to which requests from a page go; either may be None.

    Without a service and a category, those of the page's routing. A disabled service and a
    category that takes no tickets count as None.
    """
    if service is None and category is None and (routing := find_routing(page)):
        service, category = routing.service, routing.category
    service = service or (category.service if category else None)
    if service is None or not service.enabled:
        return None, None
    return service, category if category and category.takes_tickets else None


def get_asking_url(
    request: HttpRequest | None, *, service: Any = None, category: Any = None, page: Any = None
) -> str:
    """Return the URL where a request is made from a page, empty without a helpdesk page.

    It leads to the form of the category, else to the categories of the service, else to the whole
    catalogue. What is not given comes from the page's routing.
    """
    service, category = find_target(page, service, category)
    if category:
        url = get_helpdesk_url(request, "new_in", category.pk)
    else:
        url = get_helpdesk_url(request, "new")
        if url and service:
            url += f"?service={service.pk}"
    return add_page_parameter(url, getattr(page, "pk", None)) if url else ""


def get_report_url(request: HttpRequest | None, page: Any) -> str:
    """Return the URL to report a problem with a page, empty for the helpdesk's own pages."""
    return "" if getattr(page, "is_helpdesk_page", False) else get_asking_url(request, page=page)


def get_page_parameter(request: HttpRequest) -> str:
    """Return the id of the page in the query string, empty without a valid one."""
    given = parse_number(request.GET.get(PARAMETER, ""))
    return "" if given is None else str(given)


def add_page_parameter(url: str, page: Any) -> str:
    """Return a URL with the id of the page as a query parameter; unchanged without one."""
    return f"{url}{'&' if '?' in url else '?'}{PARAMETER}={page}" if page else url


def find_asked_page(request: HttpRequest, pk: Any) -> Any:
    """Return the page with this id, None when the user may not read it."""
    pages = TicketOrigin.page.field.related_model._default_manager
    page = pages.filter(pk=parse_number(pk)).first()
    return page if page is not None and may_read_page(page, request) else None


def get_source_page(ticket: Ticket, request: HttpRequest) -> dict[str, str] | None:
    """Return title and URL of the page from which a ticket was opened, None if unreadable."""
    origin = getattr(ticket, "origin", None)
    if origin is None or not may_read_page(origin.page, request):
        return None
    return {"title": origin.page.title, "url": origin.page.get_url(request) or ""}
