"""The report of ``helpdesk_doctor`` in the Wagtail admin, for those who administer the helpdesk."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_helpdesk import access
from wagtail_helpdesk.maintenance import doctor

from .mail_health import LEVELS

URL_NAME = "helpdesk_installation"


class InstallationReport(WagtailAdminTemplateMixin, TemplateView):
    """What the checks found, without connections to the mail server and the directory."""

    template_name = "wagtail_helpdesk/dashboard/installation.html"
    page_title = gettext_lazy("Helpdesk installation")
    header_icon = "helpdesk"
    _show_breadcrumbs = True
    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Raise ``PermissionDenied`` for users who do not administer the helpdesk."""
        if not access.administers_helpdesk(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """Return the path to the report."""
        return [*super().get_breadcrumbs_items(), {"url": "", "label": self.get_page_title()}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the results, the worst first."""
        found = doctor.examine_installation(probe=False)
        found.sort(key=lambda one: -one.level)
        results = [
            {"result": one, "area": doctor.AREAS[one.area], "level": LEVELS[one.level]}
            for one in found
        ]
        counts = {"results": results, "worst": doctor.get_worst_level(found)}
        return super().get_context_data(**kwargs) | counts


class InstallationMenuItem(MenuItem):
    """The entry of the report in the menu of reports."""

    def __init__(self) -> None:
        super().__init__(
            gettext_lazy("Helpdesk installation"),
            reverse(URL_NAME),
            name="helpdesk-installation",
            icon_name="helpdesk",
            order=1310,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether the user has access to the report."""
        return access.administers_helpdesk(request.user)


def get_urls() -> list[Any]:
    """Return the URL of the report (a ``register_admin_urls`` hook)."""
    return [path("helpdesk/installation/", InstallationReport.as_view(), name=URL_NAME)]
