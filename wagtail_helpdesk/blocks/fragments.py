"""The content of personal blocks, for one reader and kept out of caches."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial, wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from wagtail_helpdesk import access, languages
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.links import HelpdeskLocation
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.notifications.received import load_received
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal import browser_drafts
from wagtail_helpdesk.portal.desk import desk_page
from wagtail_helpdesk.portal.desk.overview import Overview
from wagtail_helpdesk.portal.http import FORM_METHODS, make_private
from wagtail_helpdesk.portal.incidents import load_incidents
from wagtail_helpdesk.portal.page_lookup import find_helpdesk_page
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.requests import catalogue, home_panels, opening, source_page
from wagtail_helpdesk.portal.requests.opening_form import OpeningForm

from .card import build_card, link_incidents

Fragment = Callable[[HelpdeskRequest], HttpResponseBase]
#: Length of the lists in blocks: at most, and unless the editor sets it.
MAX_BLOCK_TICKETS, DEFAULT_BLOCK_TICKETS = 25, 5
#: Categories shown of each service at most.
MAX_BLOCK_CATEGORIES = 50
#: The largest id of a row.
MAX_ID = 2**62


def make_fragment_view(
    view: Fragment, methods: Sequence[str] = ("GET", "HEAD")
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Return a view for logged-in readers who may open the helpdesk page.

    Anyone else gets an empty answer (204): the link in the frame stays, and leads to the login.
    """

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponseBase:
        page = find_helpdesk_page(request) if access.is_active_user(request.user) else None
        if page is None:
            return make_private(HttpResponse(status=204))
        if not access.may_read_page(page, request):
            return make_private(_answer_closed(request, page))
        try:
            with languages.use_shown_language():
                return make_private(view(HelpdeskRequest(page, request)))
        except Http404:
            return make_private(HttpResponse(status=404))
        except NotYours:
            return make_private(HttpResponse(status=403))

    return require_http_methods(list(methods))(answer)


def _render(
    request: HelpdeskRequest, template: str, status: int = 200, **context: Any
) -> HttpResponse:
    return render(
        request.http,
        f"wagtail_helpdesk/blocks/{template}",
        {
            "base": request.base,
            "helpdesk": request,
            "page_asked": source_page.get_page_parameter(request.http),
        }
        | context,
        status=status,
    )


def _render_nothing() -> HttpResponse:
    """Return the empty answer, at which the frame disappears."""
    return HttpResponse("")


def _answer_closed(request: HttpRequest, page: Any) -> HttpResponse:
    """Return the answer of a helpdesk page that this request may not open."""
    if request.method == "POST":
        return HttpResponse(status=403)
    # The link leads to where a shared password is asked for; other privacy leaves nothing to do.
    if HelpdeskLocation(page).is_open_to(request.user):
        return HttpResponse(status=204)
    return _render_nothing()


def _get_number(request: HelpdeskRequest, name: str, maximum: int) -> int | None:
    given = parse_number(request.http.GET.get(name, ""))
    return None if given is None else min(given, maximum)


def _get_length(request: HelpdeskRequest) -> int:
    return _get_number(request, "count", MAX_BLOCK_TICKETS) or DEFAULT_BLOCK_TICKETS


@make_fragment_view
def show_requests(request: HelpdeskRequest) -> HttpResponse:
    """Show the reader's open requests, those that wait for an answer first."""
    page = home_panels.read_open_requests(request, _get_length(request))
    return _render(
        request, "requests.html", waiting=home_panels.find_waiting_tickets(request), requests=page
    )


@make_fragment_view
def show_notifications(request: HelpdeskRequest) -> HttpResponse:
    """Show the tickets of the reader's last notifications."""
    received = load_received(request.user)
    shown = replace(received, tickets=received.tickets[: _get_length(request)])
    return _render(request, "notifications.html", received=shown)


@make_fragment_view
def show_queue(request: HelpdeskRequest) -> HttpResponse:
    """Show a queue of the desk to a manager; the parameters are those of the desk."""
    if not request.manager_rows:
        return _render_nothing()
    desk = desk_page.Desk(request)
    if "service" in request.http.GET and desk.chosen["service"] is None:
        return _render_nothing()  # the block is for the managers of that service
    page = desk.read_page("", _get_length(request))
    return _render(
        request,
        "queue.html",
        page_of_rows=page,
        parameters=desk.parameters,
        shows_columns=True,
    )


@make_fragment_view
def show_panel(request: HelpdeskRequest) -> HttpResponse:
    """Show the overview of a manager."""
    return (
        _render(request, "panel.html", overview=Overview(request))
        if request.manager_rows
        else _render_nothing()
    )


@make_fragment_view
def show_services(request: HelpdeskRequest) -> HttpResponse:
    """Show the services that the reader can ask, all or those in the query string."""
    asked = map(parse_number, request.http.GET.getlist("service"))
    chosen = [pk for pk in asked if pk is not None][: catalogue.MAX_CATALOGUE_SERVICES]
    shown = catalogue.read_catalogue(request.user, chosen or None)
    sections = shown.sections
    if chosen:
        known = {section.service.pk: section for section in sections}
        sections = [known[pk] for pk in chosen if pk in known]
    if not sections:
        return _render_nothing()
    return _render(
        request,
        "catalogue.html",
        sections=sections,
        others=shown.others,
        most=_get_number(request, "most", MAX_BLOCK_CATEGORIES),
    )


@make_fragment_view
def show_card(request: HelpdeskRequest) -> HttpResponse:
    """Show the card of a service that is not open to everybody to a reader who can see it."""
    asked = _get_number(request, "service", MAX_ID)
    visible = Service.objects.visible_to(request.user).filter(enabled=True)
    service = visible.filter(pk=asked).first() if asked is not None else None
    if service is None:
        return _render_nothing()
    page = source_page.find_asked_page(request.http, request.http.GET.get(source_page.PARAMETER))
    url = source_page.get_asking_url(request.http, service=service, page=page)
    shown = build_card(service, request.http, delay="delay" in request.http.GET)
    incidents = link_incidents(service, request.http)
    return _render(request, "card.html", url=url, incidents=incidents, **shown)


@make_fragment_view
def show_incidents(request: HelpdeskRequest) -> HttpResponse:
    """Show the current incidents of the services asked, or of the sections above a page.

    Each with “Me too”, after which the reader comes back to the page.
    """
    page = source_page.find_asked_page(request.http, request.http.GET.get(source_page.PARAMETER))
    services = {parse_number(key) for key in request.http.GET.getlist("service")}
    found = [
        each
        for each in load_incidents(request.user, page)
        if (not each.services.isdisjoint(services) if services else each.is_here)
    ]
    if not found:
        return _render_nothing()
    next_url = page.get_url(request.http) if page else request.base
    language = languages.get_shown_language()
    return _render(
        request,
        "incidents_content.html",
        helpdesk_language=language,
        incidents=found,
        next=next_url,
    )


@partial(make_fragment_view, methods=FORM_METHODS)
def ask(request: HelpdeskRequest) -> HttpResponse:
    """Show the short form of a category, a choice of categories, or the ticket just opened."""
    if request.is_post:
        return _submit(request)
    if not request.base.startswith("/"):
        return HttpResponse(status=204)  # on another host, which takes no form from here
    asked = request.http.GET
    # A category that the block names is fixed; one that the reader chose can be changed.
    category = asked.get("category") or asked.get("wanted")
    if category is None:
        service = _get_number(request, "service", MAX_ID)
        shown = catalogue.read_catalogue(request.user, None if service is None else [service])
        if shown.is_cut:
            return HttpResponse(status=204)  # too many for a select: the link stays
        choices = {line.pk for section in shown.sections for line in section.choices}
        if len(choices) != 1:
            return (
                _render_choice(request, shown.sections, service) if choices else _render_nothing()
            )
        category = choices.pop()
    chosen = opening.get_openable_category(request, category)
    page = source_page.get_page_parameter(request.http)
    return _render_form(
        request, _with_own_ids(opening.build_opening_form(request, chosen, initial={"page": page}))
    )


def _render_choice(
    request: HelpdeskRequest, sections: list[catalogue.CatalogueSection], service: int | None
) -> HttpResponse:
    here = request.http.path
    return _render(request, "ask_choice.html", sections=sections, service=service, here=here)


def _submit(request: HelpdeskRequest) -> HttpResponse:
    category = opening.get_openable_category(request, request.http.POST.get("category"))
    if "refill" in request.http.POST:
        return _render_form(request, _with_own_ids(opening.build_refilled_form(request, category)))
    form = _with_own_ids(opening.build_opening_form(request, category, request.http.POST))
    ticket = opening.submit_opening_form(request, form)
    if ticket is None:
        return _render_form(request, form, status=form.http_status)
    here = request.http.get_full_path()
    done = _render(request, "ask_done.html", number=ticket.pk, here=here)
    browser_drafts.mark_accepted(request.http, done)
    return done


def _with_own_ids(form: OpeningForm) -> OpeningForm:
    """Give the fields ids of their own, because a page may hold several forms.

    Before validation, because the lists of errors have ids too.
    """
    form.auto_id = f"hd-{uuid.uuid4().hex[:8]}-%s"
    return form


def _render_form(request: HelpdeskRequest, form: OpeningForm, status: int = 200) -> HttpResponse:
    return _render(
        request,
        "ask_form.html",
        status=status,
        form=form,
        category=form.shown_category,
        fixed="category" in request.http.GET,
        here=request.http.get_full_path(),
        url=request.url("new_in", form.shown_category.pk),
    )
