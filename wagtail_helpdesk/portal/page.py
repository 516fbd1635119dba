"""The mixin that makes a Wagtail page a helpdesk, and its routes."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import RichTextField

from .desk import bulk, bulk_undo, desk_page, display, marks, news, saved_views
from .http import FORM_METHODS
from .notifications import notification_list
from .preferences import absences, manager, own_answers, personal
from .request import handle_request
from .requests import home, incidents, my_tickets, opening
from .search import search_page
from .tickets import (
    action_view,
    answer_page,
    canned_answers,
    files,
    mentions,
    notified,
    presence,
    recipients,
    surroundings,
    ticket_page,
)

#: For routes that only read.
reads = method_decorator(require_safe)
#: For routes that also accept a form.
accepts_forms = method_decorator(require_http_methods(FORM_METHODS))


class HelpdeskPageMixin(RoutablePageMixin, models.Model):
    """Adds the helpdesk to a page model. ``wagtail_helpdesk.pages`` has a ready-made model.

    Override ``get_helpdesk_context`` to pass more to the templates.
    """

    #: ``links.py`` finds the pages that an e-mail can link to by this attribute.
    is_helpdesk_page = True
    subpage_types: list[str] = []

    introduction = RichTextField(
        _("introduction"),
        blank=True,
        features=["bold", "italic", "link", "document-link", "ol", "ul"],
        help_text=_("Shown at the top of the helpdesk’s home page."),
    )
    opening_text = RichTextField(
        _("text above the form"),
        blank=True,
        features=["bold", "italic", "link", "document-link", "ol", "ul"],
        help_text=_("Shown above the form of a new ticket, in every category."),
    )

    class Meta:
        abstract = True

    def get_helpdesk_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context that all templates of the helpdesk share."""
        return self.get_context(request)

    @path("", name="home")
    @reads
    def home_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, home.show_home)

    @path("new/", name="new")
    @reads
    def new_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, opening.choose_category)

    @path("new/<int:category>/", name="new_in")
    @accepts_forms
    def new_in_route(self, request: HttpRequest, category: int) -> HttpResponseBase:
        return handle_request(self, request, opening.show_opening_form, category=category)

    @path("new/opened/<int:number>/", name="opened")
    @reads
    def opened_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, opening.show_opened, number=number)

    @path("incidents/<int:incident>/", name="incident")
    @accepts_forms
    def incident_route(self, request: HttpRequest, incident: int) -> HttpResponseBase:
        return handle_request(self, request, incidents.show_incident, incident=incident)

    @path("tickets/", name="tickets")
    @reads
    def tickets_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, my_tickets.show_my_tickets)

    @path("tickets/<int:number>/", name="ticket")
    @reads
    def ticket_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, ticket_page.show_ticket, number=number)

    # Wagtail routes only words and hyphens, so the file name in the URL is a slug; the real name
    # is in the Content-Disposition header.
    @path("tickets/<int:number>/files/<int:file_id>/<str:name>/", name="file")
    @reads
    def file_route(
        self, request: HttpRequest, number: int, file_id: int, name: str
    ) -> HttpResponseBase:
        return handle_request(self, request, files.download_file, number=number, file_id=file_id)

    # Before the actions: their pattern matches this path too.
    @path("tickets/<int:number>/answers/", name="answers")
    @reads
    def answers_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, canned_answers.show_answers, number=number)

    @path("tickets/<int:number>/recipients/", name="recipients")
    @reads
    def recipients_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, recipients.show_recipients, number=number)

    @path("tickets/<int:number>/mentions/", name="mentions")
    @reads
    def mentions_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, mentions.show_completions, number=number)

    @path("tickets/<int:number>/presence/", name="presence")
    @accepts_forms
    def presence_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, presence.handle_ping, number=number)

    @path("tickets/<int:number>/surroundings/", name="surroundings")
    @reads
    def surroundings_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, surroundings.show_surroundings, number=number)

    @path("tickets/<int:number>/page/", name="answer_page")
    @accepts_forms
    def answer_page_route(self, request: HttpRequest, number: int) -> HttpResponseBase:
        return handle_request(self, request, answer_page.handle_answer_page, number=number)

    @path("tickets/<int:number>/<slug:action>/", name="action")
    @accepts_forms
    def action_route(self, request: HttpRequest, number: int, action: str) -> HttpResponseBase:
        return handle_request(self, request, action_view.handle_action, number=number, slug=action)

    @path("tickets/<int:number>/notified/<int:event>/", name="notified")
    @reads
    def notified_route(self, request: HttpRequest, number: int, event: int) -> HttpResponseBase:
        return handle_request(self, request, notified.show_notified, number=number, event=event)

    @path("desk/", name="desk")
    @reads
    def desk_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, desk_page.show_desk)

    @path("desk/marks/", name="desk_marks")
    @accepts_forms
    def desk_marks_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, marks.handle_marks)

    @path("desk/news/", name="desk_news")
    @reads
    def desk_news_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, news.show_news)

    @path("desk/display/", name="desk_display")
    @accepts_forms
    def desk_display_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, display.handle_display)

    @path("desk/views/", name="desk_views")
    @accepts_forms
    def desk_views_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, saved_views.handle_views)

    @path("desk/bulk/<slug:action>/", name="bulk")
    @accepts_forms
    def bulk_route(self, request: HttpRequest, action: str) -> HttpResponseBase:
        return handle_request(self, request, bulk.handle_bulk, slug=action)

    @path("desk/undo/", name="undo")
    @accepts_forms
    def undo_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, bulk_undo.undo_bulk)

    @path("notifications/", name="notifications")
    @accepts_forms
    def notifications_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, notification_list.show_notifications)

    @path("preferences/", name="preferences")
    @accepts_forms
    def preferences_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, personal.show_preferences)

    @path("preferences/manager/", name="manager_preferences")
    @accepts_forms
    def manager_preferences_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, manager.show_manager_preferences)

    @path("preferences/absences/", name="absences")
    @accepts_forms
    def absences_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, absences.show_absences)

    @path("preferences/answers/", name="own_answers")
    @accepts_forms
    def own_answers_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, own_answers.show_own_answers)

    @path("search/", name="search")
    @reads
    def search_route(self, request: HttpRequest) -> HttpResponseBase:
        return handle_request(self, request, search_page.show_search)
