"""The home page of the helpdesk: an introduction, a search box and panels."""

from __future__ import annotations

from django.http import HttpResponse

from wagtail_helpdesk.portal.request import HelpdeskRequest

from .home_panels import get_home_panels


def show_home(request: HelpdeskRequest) -> HttpResponse:
    """Show the home page."""
    return request.render("home.html", panels=get_home_panels(request))
