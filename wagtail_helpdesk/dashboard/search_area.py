"""The search area for tickets in the Wagtail admin."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from wagtail.admin.search import SearchArea

from wagtail_helpdesk import access
from wagtail_helpdesk.portal.page_lookup import open_helpdesk_page


class TicketSearchArea(SearchArea):
    """Links managers to the helpdesk's search, which applies the access rules."""

    def __init__(self) -> None:
        super().__init__(_("Tickets"), url="", name="tickets", icon_name="helpdesk", order=900)

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(access.manager_rows_of(request.user))

    def is_active(self, request: HttpRequest, current: str | None = None) -> bool:
        return False

    def render_html(self, request: HttpRequest, query: str, current: str | None = None) -> str:
        # The page can move and has a URL per language, so it is looked up on each request.
        page = open_helpdesk_page(request)
        url = page.get_url(request) if page else ""
        if not url:
            return ""
        context = {"name": self.name, "url": f"{url}search/", "icon_name": self.icon_name}
        context |= {"label": self.label, "query_string": query}
        return render_to_string(self.template, context, request=request)
