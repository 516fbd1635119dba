"""The helpdesk page as a mixin: its routes, each answered by a view of its own."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField

from .desk import desk_page
from .preferences import absences, manager, personal
from .request import handle_request
from .requests import home, my_tickets, opening
from .search import search_page
from .tickets import action_view, files, notified, ticket_page


class HelpdeskPageMixin(RoutablePageMixin, models.Model):
    """Makes a page model the helpdesk of its site. ``wagtail_helpdesk.pages`` has a ready one.

    A subclass overrides ``get_helpdesk_context`` to give the templates more.
    """

    #: How ``links.py`` recognises the pages that a mail can lead to.
    is_helpdesk_page = True
    subpage_types: list[str] = []

    introduction = RichTextField(
        _("introduction"),
        blank=True,
        features=["bold", "italic", "link", "document-link", "ol", "ul"],
        help_text=_("Shown at the top of the helpdesk’s home page."),
    )

    class Meta:
        abstract = True

    def get_helpdesk_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what every template of the helpdesk gets besides its own context."""
        return self.get_context(request)

    @path("", name="home")
    def home_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, home.show_home)

    @path("new/", name="new")
    def new_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, opening.choose_category)

    @path("new/<int:category>/", name="new_in")
    def new_in_route(self, request: HttpRequest, category: int) -> HttpResponseBase:
        return handle_request(self, request, opening.show_opening_form, category=category)

    @path("tickets/", name="tickets")
    def tickets_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, my_tickets.show_my_tickets)

    @path("tickets/<int:number>/", name="ticket")
    def ticket_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, ticket_page.show_ticket, number=number)

    # Wagtail routes words and hyphens only, so the name in the address of a file is a slug; the
    # true name travels in the header of the answer.
    @path("tickets/<int:number>/files/<int:file_id>/<str:name>/", name="file")
    def file_route(
        self, request: HttpRequest, number: int, file_id: int, name: str
    ) -> HttpResponseBase:
        return handle_request(self, request, files.download_file, number=number, file_id=file_id)

    @path("tickets/<int:number>/<slug:action>/", name="act")
    def act_route(self, request: HttpRequest, number: int, action: str) -> HttpResponseBase:
        return handle_request(self, request, action_view.handle_action, number=number, slug=action)

    @path("tickets/<int:number>/told/<int:event>/", name="told")
    def told_route(self, request: HttpRequest, number: int, event: int) -> HttpResponseBase:
        return handle_request(self, request, notified.show_notified, number=number, event=event)

    @path("desk/", name="desk")
    def desk_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, desk_page.show_desk)

    @path("preferences/", name="preferences")
    def preferences_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, personal.show_preferences)

    @path("preferences/manager/", name="manager_preferences")
    def manager_preferences_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, manager.show_manager_preferences)

    @path("preferences/absences/", name="absences")
    def absences_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, absences.show_absences)

    @path("search/", name="search")
    def search_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, search_page.show_search)
