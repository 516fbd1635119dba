"""The search for tickets in the Wagtail admin."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from wagtail.admin.search import SearchArea

from wagtail_helpdesk import access
from wagtail_helpdesk.portal.page_lookup import get_helpdesk_url, open_helpdesk_page

NAME = "wagtail_helpdesk_search"


class TicketSearchArea(SearchArea):
    """Leads managers to the helpdesk's search, which applies the access rules.

    For people who edit no pages it is also what the search box of the menu opens.
    """

    def __init__(self) -> None:
        super().__init__(
            _("Tickets"), url=reverse(NAME), name="tickets", icon_name="helpdesk", order=900
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user manages a service and can open the helpdesk page."""
        manages = bool(access.manager_rows_of(request.user))
        return manages and open_helpdesk_page(request) is not None


def open_search(request: HttpRequest) -> HttpResponse:
    """Redirect to the helpdesk's search with the same words.

    The page can move and has a URL per language, and Wagtail asks for the URL of a search area
    without a request.
    """
    if open_helpdesk_page(request) is None or not (url := get_helpdesk_url(request, "search")):
        raise Http404
    words = request.GET.get("q", "")
    return redirect(f"{url}?{urlencode({'q': words})}" if words else url)


def get_urls() -> list[URLPattern]:
    """Return the URL of the search (a ``register_admin_urls`` hook)."""
    return [path("helpdesk/search/", open_search, name=NAME)]
