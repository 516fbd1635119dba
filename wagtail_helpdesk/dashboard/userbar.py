"""The item “Report a problem with this page” of Wagtail's user bar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from wagtail.admin.userbar import BaseItem

from wagtail_helpdesk.portal.requests.source_page import get_report_url


class ReportItem(BaseItem):
    """A link to the ticket form of the service that is set for the page."""

    template_name = "wagtail_helpdesk/dashboard/userbar_report.html"

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {**super().get_context_data(parent_context), "url": self.url}


def add_report(request: HttpRequest, items: list[Any], page: Any) -> None:
    """Add the item on published pages of the site (a ``construct_wagtail_userbar`` hook)."""
    if not getattr(page, "pk", None) or not hasattr(page, "steplen"):
        return
    if getattr(request, "is_preview", False):
        return
    if url := get_report_url(request, page):
        items.append(ReportItem(url))
