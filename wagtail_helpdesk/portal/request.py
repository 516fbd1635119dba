"""The request as the views of the helpdesk use it: the user, their tickets, URLs, responses."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk import access, languages, lifecycle
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.characters import join_line_ends
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Notification, Service, ServiceManager, Ticket
from wagtail_helpdesk.parsing import clean_request

from . import list_query, menu
from .http import make_private
from .incidents import ShownIncident, load_incidents

#: URLs of a ticket keep the list that the user came from.
_KEEPS_LIST = frozenset({"ticket", "action"})

View = Callable[..., HttpResponseBase]


class HelpdeskRequest:
    """A request by a logged-in user to a page of one helpdesk."""

    def __init__(self, page: Any, http: HttpRequest) -> None:
        clean_request(http)
        self.page = page
        self.http = http
        self.user: Any = http.user

    @cached_property
    def base(self) -> str:
        """The path of the helpdesk page; every other path of the helpdesk begins with it."""
        path = self.page.get_url(self.http) if self.page.pk else None
        return path or "/"

    def url(self, route: str, *args: Any, **query: Any) -> str:
        """Return the path of a route of the helpdesk page: ``url("ticket", 1042)``.

        ``query`` becomes the query string; parameters that are None are left out.
        """
        path = f"{self.base}{self.page.reverse_subpage(route, args=args)}"
        if route in _KEEPS_LIST and self.list_query:
            query.setdefault(list_query.PARAMETER, self.list_query)
        given = {name: value for name, value in query.items() if value is not None}
        return f"{path}?{urlencode(given, doseq=True)}" if given else path

    @cached_property
    def list_query(self) -> str:
        """The query string of the list that the user came from to a ticket, empty without one."""
        return list_query.clean_list_query(self.http.GET.get(list_query.PARAMETER, ""))

    def get_desk_url(self, query: str = "", anchor: str = "") -> str:
        """Return the URL of a list of the desk, given its query string."""
        path = self.url("desk")
        return f"{path}{'?' if query else ''}{query}{'#' if anchor else ''}{anchor}"

    @property
    def manager_rows(self) -> list[ServiceManager]:
        """The manager rows of the user, with their services."""
        return access.manager_rows_of(self.user)

    @property
    def services(self) -> list[Service]:
        """The services that the user manages."""
        return [row.service for row in self.manager_rows]

    @cached_property
    def incidents(self) -> list[ShownIncident]:
        """The current incidents of the services that the user can see, and of the page's sections."""
        return load_incidents(self.user, self.page)

    @property
    def is_post(self) -> bool:
        """Whether a form was sent."""
        return self.http.method == "POST"

    def get_ticket(self, number: int) -> Ticket:
        """Return a ticket with the user's access to it, and whether it has unread notifications.

        Raises ``Http404`` when the user may not see it, just as when it does not exist.
        """
        unread = Notification.objects.unread_by(self.user)
        ticket = (
            Ticket.objects.visible_to(self.user)
            .with_access(self.user)
            .annotate(has_notifications=Exists(unread.filter(event__ticket=OuterRef("pk"))))
            .select_related("service", "category", "origin__page")
            .filter(pk=number)
            .first()
        )
        if ticket is None:
            raise Http404(_("This ticket does not exist or is not visible to you."))
        return ticket.with_people()

    def get_available_actions(self, ticket: Ticket) -> list[lifecycle.Action]:
        """Return the actions available to the user on a ticket fetched with ``get_ticket()``."""
        ticket_access = ticket.access
        return lifecycle.find_available_actions(
            ticket_access.roles, ticket_access.privileges, lifecycle.Status(ticket.status)
        )

    def render(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        """Return a response made of one of the helpdesk's templates."""
        shared = self.page.get_helpdesk_context(self.http) | {
            "helpdesk_base": helpdesk_settings.BASE_TEMPLATE,
            "helpdesk": self,
            "base": self.base,
            "menu": menu.build_menu(self),
            "helpdesk_language": languages.get_shown_language(),
        }
        return TemplateResponse(
            self.http, f"wagtail_helpdesk/portal/{template}", shared | context, status=status
        )

    def render_part(self, template: str, **context: Any) -> HttpResponse:
        """Return a part of a page, made of one of the helpdesk's templates, for a script."""
        shared = {"helpdesk": self, "base": self.base, "page": self.page}
        return TemplateResponse(self.http, f"wagtail_helpdesk/portal/{template}", shared | context)


def handle_request(page: Any, http: HttpRequest, view: View, **kwargs: Any) -> HttpResponseBase:
    """Return the response of a view, a redirect to the login, or a page about the refusal."""
    if not access.is_active_user(http.user):
        return make_private(_redirect_to_login(http))
    request = HelpdeskRequest(page, http)
    with languages.use_shown_language():
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
        return make_private(request.render(**refused, unsent_text=get_posted_text(http)))


def get_posted_text(request: HttpRequest) -> str:
    """Return the text of a refused form, so that the user does not lose it with their access."""
    limit = helpdesk_settings.MESSAGE_MAX_LENGTH
    return join_line_ends(request.POST.get("text", ""))[:limit] if request.method == "POST" else ""


def get_login_url() -> str:
    """Return the login page that the site configured: a path, a URL or the name of a URL pattern."""
    return getattr(settings, "WAGTAIL_FRONTEND_LOGIN_URL", None) or settings.LOGIN_URL


def _redirect_to_login(request: HttpRequest) -> HttpResponse:
    return redirect_to_login(request.get_full_path(), resolve_url(get_login_url()))
