"""What every page of the helpdesk does: who is here, the gate to tickets, and the private answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from wagtail_helpdesk import access, lifecycle
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Service, ServiceManager, Ticket

from . import menu

View = Callable[..., HttpResponseBase]
READ_METHODS = ("GET", "HEAD")


class HelpdeskRequest:
    """One request of somebody who is logged in, to one helpdesk page."""

    def __init__(self, page: Any, http: HttpRequest) -> None:
        self.page = page
        self.http = http
        self.user: Any = http.user

    @cached_property
    def base(self) -> str:
        """The address of the helpdesk page, to which every other address is appended."""
        address = self.page.get_url(self.http) if self.page.pk else None
        return address or "/"

    def url(self, route: str, *args: Any, **query: Any) -> str:
        """Return the path of a route of the helpdesk page: ``url("ticket", 1042)``.

        ``query`` becomes the query string; parameters that are None are left out.
        """
        path = f"{self.base}{self.page.reverse_subpage(route, args=args)}"
        given = {name: value for name, value in query.items() if value is not None}
        return f"{path}?{urlencode(given, doseq=True)}" if given else path

    @property
    def managed(self) -> list[ServiceManager]:
        """The visitor's rows as manager, with their services: used by every list."""
        return access.manager_rows_of(self.user)

    @property
    def services(self) -> list[Service]:
        """The services the visitor manages."""
        return [row.service for row in self.managed]

    @property
    def posted(self) -> bool:
        """Whether a form was sent."""
        return self.http.method == "POST"

    def ticket(self, number: int) -> Ticket:
        """Return a ticket with what the visitor is to it; what they may not read does not exist."""
        found = (
            Ticket.objects.visible_to(self.user)
            .with_access(self.user)
            .select_related("service", "category", "origin__page")
            .filter(pk=number)
            .first()
        )
        if found is None:
            raise Http404(_("This ticket does not exist or is not visible to you."))
        return found.with_people()

    def may(self, ticket: Ticket) -> list[lifecycle.Action]:
        """Return the actions that the visitor has on a ticket fetched with ``ticket()``."""
        ticket_access = ticket.access
        return lifecycle.find_available_actions(
            ticket_access.roles, ticket_access.privileges, lifecycle.Status(ticket.status)
        )

    def render(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Answer with one of the helpdesk's templates."""
        shared = self.page.get_helpdesk_context(self.http) | {
            "helpdesk_base": helpdesk_settings.BASE_TEMPLATE,
            "base": self.base,
            "helpdesk": self,
            "menu": menu.build_menu(self),
        }
        return TemplateResponse(
            self.http, f"wagtail_helpdesk/portal/{template}", shared | context, status=status
        )


def handle_request(page: Any, http: HttpRequest, view: View, **kwargs: Any) -> HttpResponseBase:
    """Let a visitor in and answer them: login first, then the view, refusals as pages."""
    if not access.is_active_user(http.user):
        return make_private(_to_login(http))
    methods = getattr(view, "methods", READ_METHODS)
    if http.method not in methods:
        return HttpResponseNotAllowed(methods)
    request = HelpdeskRequest(page, http)
    try:
        return make_private(view(request, **kwargs))
    except Http404 as missing:
        refused: dict[str, Any] = {
            "template": "not_found.html",
            "status": 404,
            "message": str(missing),
        }
    except NotYours:
        refused = {"template": "forbidden.html", "status": 403, "number": kwargs.get("number")}
    return make_private(request.render(**refused, typed=_typed(http)))


def _typed(request: HttpRequest) -> str:
    """Return the text of a form that is refused: whoever lost the right keeps their words."""
    limit = helpdesk_settings.MESSAGE_MAX_LENGTH
    return str(request.POST.get("text", ""))[:limit] if request.method == "POST" else ""


def accept_post(view: View) -> View:
    """Mark a view that accepts POST besides reading."""
    view.methods = (*READ_METHODS, "POST")  # type: ignore[attr-defined]
    return view


def login_url() -> str:
    """Return where whoever is not logged in is sent, as the site set it: an address or a name."""
    return getattr(settings, "WAGTAIL_FRONTEND_LOGIN_URL", None) or settings.LOGIN_URL


def _to_login(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path(), resolve_url(login_url()))


def make_private(response: HttpResponseBase) -> HttpResponseBase:
    """Keep an answer out of every cache, the browser's included."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers.setdefault("Referrer-Policy", "same-origin")
    patch_vary_headers(response, ["Cookie"])
    return response
