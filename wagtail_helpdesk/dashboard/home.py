"""The panel and the summary of managers on the home page of the Wagtail admin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.forms import Media
from django.forms.widgets import Script
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import cached_property
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.components import Component

from wagtail_helpdesk import access
from wagtail_helpdesk.maintenance import health
from wagtail_helpdesk.portal.desk.overview import (
    MailFailures,
    Overview,
    find_mail_failures,
    get_overview,
)

from .search_area import NAME


class HelpdeskPanel(Component):
    """The tickets waiting for a manager, the free tickets and the load of their services."""

    name = "helpdesk"
    # Before Wagtail's workflow panels (210).
    order = 120
    template_name = "wagtail_helpdesk/dashboard/panel.html"

    def __init__(self, overview: Overview) -> None:
        self.overview = overview

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "request": parent_context["request"],
            "helpdesk": self.overview.helpdesk,
            "overview": self.overview,
            "search": "" if user_has_any_page_permission(self.overview.user) else reverse(NAME),
        }

    @cached_property
    def media(self) -> Media:
        scripts: list[Any] = [Script(static("wagtail_helpdesk/js/home_search.js"), type="module")]
        style = versioned_static("wagtail_helpdesk/admin/panel.css")
        return Media(css={"all": [style]}, js=scripts)


class MailWarningPanel(Component):
    """The state of mails, when it is bad, for administrators who manage no service."""

    name = "helpdesk"
    order = 120
    template_name = "wagtail_helpdesk/dashboard/warning.html"

    def __init__(self, failures: MailFailures | None, *, is_silent: bool) -> None:
        self.failures, self.is_silent = failures, is_silent

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {"failures": self.failures, "is_silent": self.is_silent}

    @cached_property
    def media(self) -> Media:
        return Media(css={"all": [versioned_static("wagtail_helpdesk/admin/panel.css")]})


class TicketsSummaryItem(SummaryItem):
    """The numbers of waiting and free tickets in the site summary."""

    order = 400
    template_name = "wagtail_helpdesk/dashboard/summary.html"

    def is_shown(self) -> bool:
        return get_overview(self.request) is not None

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        overview = get_overview(self.request)
        return {"overview": overview, "helpdesk": overview.helpdesk if overview else None}


def add_panel(request: HttpRequest, panels: list[Component]) -> None:
    """Add the panel of managers, else the warning (a ``construct_homepage_panels`` hook)."""
    overview = get_overview(request)
    if overview is not None:
        panels.append(HelpdeskPanel(overview))
    elif access.administers_helpdesk(request.user):
        failures, is_silent = find_mail_failures(request.user), health.is_delivery_silent()
        if failures or is_silent:
            panels.append(MailWarningPanel(failures, is_silent=is_silent))


def add_summary(request: HttpRequest, items: list[SummaryItem]) -> None:
    """Add the summary for managers (a ``construct_homepage_summary_items`` hook)."""
    items.append(TicketsSummaryItem(request))
