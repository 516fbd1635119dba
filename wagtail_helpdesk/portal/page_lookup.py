"""Finding the helpdesk page for a request: on its site, in its reader's language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail.models import Site

from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.languages import get_reader_language
from wagtail_helpdesk.links import find_helpdesk_pages, find_in_language, find_location, is_on_site


def find_helpdesk_page(request: HttpRequest) -> Any:
    """Return the helpdesk page, or None without any; looked up once per request."""
    if not hasattr(request, "_helpdesk_page"):
        request._helpdesk_page = _find_nearest(request)  # type: ignore[attr-defined]
    return request._helpdesk_page  # type: ignore[attr-defined]


def _find_nearest(request: HttpRequest) -> Any:
    pages = find_helpdesk_pages()
    if not pages:
        return None
    site = Site.find_for_request(request)
    here = [page for page in pages if site is not None and is_on_site(page, site)]
    return find_in_language(here or pages, get_reader_language())


def open_helpdesk_page(request: HttpRequest) -> Any:
    """Return the page if this request may open it, or None."""
    page = find_helpdesk_page(request)
    return page if page is not None and may_read_page(page, request) else None


def get_helpdesk_url(request: HttpRequest | None, route: str = "home", *args: Any) -> str:
    """Return the URL of a route of the helpdesk page, empty without a page.

    It is absolute where there is no request, as in an e-mail or a task.
    """
    if request is None:
        place = find_location(None, get_reader_language())
        page = place.page if place else None
        base = page.full_url if page else None
    else:
        page = find_helpdesk_page(request)
        base = page.get_url(request) if page else None
    return f"{base}{page.reverse_subpage(route, args=args)}" if page and base else ""
