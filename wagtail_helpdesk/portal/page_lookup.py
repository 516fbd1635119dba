"""The helpdesk page nearest to a request: on its site, in its reader's language."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Site

from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.links import find_in_language, find_location, helpdesk_pages, is_on_site


def find_helpdesk_page(request: HttpRequest) -> Any:
    """Return the page, or None where there is none; one statement, however often it is asked."""
    if not hasattr(request, "_helpdesk_page"):
        request._helpdesk_page = _nearest(request)  # type: ignore[attr-defined]
    return request._helpdesk_page  # type: ignore[attr-defined]


def _nearest(request: HttpRequest) -> Any:
    pages = helpdesk_pages()
    if not pages:
        return None
    site = Site.find_for_request(request)
    here = [page for page in pages if site is not None and is_on_site(page, site)]
    return find_in_language(here or pages, get_language() or "")


def open_helpdesk_page(request: HttpRequest) -> Any:
    """Return the page if this request may open it, or None."""
    page = find_helpdesk_page(request)
    return page if page is not None and may_read_page(page, request) else None


def get_helpdesk_url(request: HttpRequest | None) -> str:
    """Return the address of the helpdesk for links, empty where there is none.

    Without a request, as in a mail or a task, an absolute one.
    """
    if request is None:
        place = find_location(None, get_language() or "")
        return str(place.page.full_url) if place else ""
    page = find_helpdesk_page(request)
    return (page.get_url(request) or "") if page else ""
