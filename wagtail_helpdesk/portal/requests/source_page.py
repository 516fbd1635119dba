"""The page of the site that somebody asks from: named in addresses, kept with tickets, shown to whoever may see it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.models import Category, Routing, Service, Ticket, TicketOrigin
from wagtail_helpdesk.parsing import number
from wagtail_helpdesk.portal.page_lookup import get_helpdesk_url

#: The parameter of addresses, and the field of forms, that holds the page's id.
PARAMETER = "page"


def find_routing(page: Any) -> Routing | None:
    """Return whom a page asks, read once for all that stands on it."""
    if not getattr(page, "pk", None) or not hasattr(page, "steplen"):
        return None
    if not hasattr(page, "_helpdesk_routing"):
        page._helpdesk_routing = Routing.objects.in_force(page)
    found: Routing | None = page._helpdesk_routing
    return found


def find_target(
    page: Any, service: Service | None = None, category: Category | None = None
) -> tuple[Service | None, Category | None]:
    """Return the service and the category that are asked from a page; both may be open.

    If neither is given, those that its section names. What was taken out of use is open again.
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
    """Return where to ask a category, a service or nobody in particular, from a page.

    What is not given is inherited from the page's section. Empty where there is no helpdesk.
    """
    home = get_helpdesk_url(request)
    if not home:
        return ""
    service, category = find_target(page, service, category)
    where = f"{category.pk}/" if category else f"?service={service.pk}" if service else ""
    return add_page_parameter(f"{home}new/{where}", getattr(page, "pk", None))


def get_report_url(request: HttpRequest | None, page: Any) -> str:
    """Return where to report a problem with a page: nowhere for the helpdesk's own."""
    return "" if getattr(page, "is_helpdesk_page", False) else get_asking_url(request, page=page)


def get_page_parameter(request: HttpRequest) -> str:
    """Return the id of the page that an address names, empty for none."""
    asked = number(request.GET.get(PARAMETER, ""))
    return "" if asked is None else str(asked)


def add_page_parameter(address: str, page: Any) -> str:
    """Return an address that leads to the form, with the page one asks from if there is one."""
    return f"{address}{'&' if '?' in address else '?'}{PARAMETER}={page}" if page else address


def find_asked_page(request: HttpRequest, pk: Any) -> Any:
    """Return the page with this id if whoever asks may read it, else None."""
    pages = TicketOrigin.page.field.related_model._default_manager
    page = pages.filter(pk=number(pk)).first()
    return page if page is not None and may_read_page(page, request) else None


def get_source_page(ticket: Ticket, request: HttpRequest) -> dict[str, str] | None:
    """Return title and address of the page a ticket was opened from, for whoever may read it."""
    origin = getattr(ticket, "origin", None)
    if origin is None or not may_read_page(origin.page, request):
        return None
    return {"title": origin.page.title, "address": origin.page.get_url(request) or ""}
