"""The home page of the helpdesk: an introduction, a search box and panels."""

from __future__ import annotations

from django.http import HttpResponse

from wagtail_helpdesk.portal.request import HelpdeskRequest

from .home_panels import get_home_panels


def show_home(request: HelpdeskRequest) -> HttpResponse:
    """Show the home page."""
    panels = get_home_panels(request)
    main = [panel for panel in panels if getattr(panel, "is_main", False)]
    return request.render(
        "home.html", main=main, side=[panel for panel in panels if panel not in main]
    )
