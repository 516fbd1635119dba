"""What the frames of personal blocks load: for one reader, and kept by no cache."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from wagtail_helpdesk import access
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.links import HelpdeskLocation
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.parsing import number
from wagtail_helpdesk.portal import paging, ticket_rows
from wagtail_helpdesk.portal.desk import desk_page
from wagtail_helpdesk.portal.desk.overview import Overview
from wagtail_helpdesk.portal.http import FORM_METHODS, make_private
from wagtail_helpdesk.portal.page_lookup import find_helpdesk_page
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.requests import catalogue, home, my_tickets, opening, source_page
from wagtail_helpdesk.portal.requests.opening_form import OpeningForm

from .card import build_card

Fragment = Callable[[HelpdeskRequest], HttpResponseBase]
#: The longest list a block shows.
MOST = 25


def fragment(
    view: Fragment, methods: Sequence[str] = ("GET", "HEAD")
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer people who may open the helpdesk page.

    The others get an empty answer (204): the link of the frame stays, and leads to the login.
    """

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponseBase:
        page = find_helpdesk_page(request) if access.is_active_user(request.user) else None
        if page is None:
            return make_private(HttpResponse(status=204))
        if not access.may_read_page(page, request):
            return make_private(_closed(request, page))
        try:
            return make_private(view(HelpdeskRequest(page, request)))
        except Http404:
            return make_private(HttpResponse(status=404))
        except NotYours:
            return make_private(HttpResponse(status=403))

    return require_http_methods(list(methods))(answer)


def _show(
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


def _nothing() -> HttpResponse:
    """Answer that there is nothing for this reader: the frame disappears."""
    return HttpResponse("")


def _closed(request: HttpRequest, page: Any) -> HttpResponse:
    """Answer on behalf of a page that this request may not open."""
    if request.method == "POST":
        return HttpResponse(status=403)
    # The link leads to where a shared password is asked for; other privacy leaves nothing to do.
    return (
        HttpResponse(status=204) if HelpdeskLocation(page).is_open_to(request.user) else _nothing()
    )


def _number(request: HelpdeskRequest, name: str, most: int) -> int | None:
    asked = number(request.http.GET.get(name, ""))
    return None if asked is None else min(asked, most)


@fragment
def requests(request: HelpdeskRequest) -> HttpResponse:
    """Show the reader's own tickets, what waits for them on top."""
    own = my_tickets.find_my_tickets(request.user, "own").filter(is_open=True)
    page = ticket_rows.paginate_rows(
        own,
        paging.RECENT,
        after="",
        reader=request.user,
        length=_number(request, "count", MOST) or 5,
    )
    return _show(
        request, "requests.html", waiting=home.find_waiting_tickets(request), requests=page
    )


@fragment
def queue(request: HelpdeskRequest) -> HttpResponse:
    """Show a queue of the desk to a manager; the address takes what the desk's own takes."""
    if not request.managed:
        return _nothing()
    chosen = desk_page.Desk(request)
    if "service" in request.http.GET and chosen.service is None:
        return _nothing()  # the block is for the managers of that service
    page = ticket_rows.paginate_rows(
        chosen.tickets(),
        desk_page.ORDERS[chosen.order][1],
        after="",
        reader=request.user,
        length=_number(request, "count", MOST) or 5,
    )
    return _show(request, "queue.html", page_of_rows=page, parameters=urlencode(chosen.parameters))


@fragment
def panel(request: HelpdeskRequest) -> HttpResponse:
    """Show a manager's day."""
    return (
        _show(request, "panel.html", overview=Overview(request)) if request.managed else _nothing()
    )


@fragment
def services(request: HelpdeskRequest) -> HttpResponse:
    """Show the services that the reader may ask: all, or those of the address that they may ask."""
    asked = map(number, request.http.GET.getlist("service"))
    chosen = [pk for pk in asked if pk is not None][: catalogue.MOST_SERVICES]
    shown = catalogue.read_catalogue(request.user, chosen or None)
    shelves = shown.shelves
    if chosen:
        known = {shelf.service.pk: shelf for shelf in shelves}
        shelves = [known[pk] for pk in chosen if pk in known]
    if not shelves:
        return _nothing()
    return _show(
        request,
        "catalogue.html",
        shelves=shelves,
        others=shown.others,
        most=_number(request, "most", 50),
    )


@fragment
def card(request: HelpdeskRequest) -> HttpResponse:
    """Show the card of a service that is not open to everybody, to whoever sees it."""
    asked = _number(request, "service", 2**62)
    visible = Service.objects.visible_to(request.user).filter(enabled=True)
    service = visible.filter(pk=asked).first() if asked is not None else None
    if service is None:
        return _nothing()
    page = source_page.find_asked_page(request.http, request.http.GET.get(source_page.PARAMETER))
    address = source_page.get_asking_url(request.http, service=service, page=page)
    shown = build_card(service, request.http, delay="delay" in request.http.GET)
    return _show(request, "card.html", address=address, **shown)


@partial(fragment, methods=FORM_METHODS)
def ask(request: HelpdeskRequest) -> HttpResponse:
    """Show the short form of a category, the choice of one, or the ticket that was opened."""
    if request.posted:
        return _answered(request)
    asked = request.http.GET
    # One that the block names is fixed; one that the reader chose, they may choose anew.
    category = asked.get("category") or asked.get("wanted")
    if category is None:
        service = _number(request, "service", 2**62)
        shown = catalogue.read_catalogue(request.user, None if service is None else [service])
        if shown.is_cut:
            return HttpResponse(status=204)  # not all of it fits into a field: the link stays
        choices = {line.pk for shelf in shown.shelves for line in shelf.choices}
        if len(choices) != 1:
            return _choice(request, shown.shelves, service) if choices else _nothing()
        category = choices.pop()
    chosen = opening.get_openable_category(request, category)
    page = source_page.get_page_parameter(request.http)
    return _form(
        request, _with_own_ids(opening.build_opening_form(request, chosen, initial={"page": page}))
    )


def _choice(
    request: HelpdeskRequest, shelves: list[catalogue.Shelf], service: int | None
) -> HttpResponse:
    here = request.http.path
    return _show(request, "ask_choice.html", shelves=shelves, service=service, here=here)


def _answered(request: HelpdeskRequest) -> HttpResponse:
    category = opening.get_openable_category(request, request.http.POST.get("category"))
    if "refill" in request.http.POST:
        return _form(request, _with_own_ids(opening.build_refilled_form(request, category)))
    form = _with_own_ids(opening.build_opening_form(request, category, request.http.POST))
    ticket = opening.submit_opening_form(request, form)
    if ticket is None:
        return _form(request, form, status=form.http_status)
    here = request.http.get_full_path()
    return _show(request, "ask_done.html", number=ticket.pk, here=here)


def _with_own_ids(form: OpeningForm) -> OpeningForm:
    """Tell a form from the others of its page; before it is checked, because its errors have ids too."""
    form.auto_id = f"hd-{uuid.uuid4().hex[:8]}-%s"
    return form


def _form(request: HelpdeskRequest, form: OpeningForm, status: int = 200) -> HttpResponse:
    return _show(
        request,
        "ask_form.html",
        status=status,
        form=form,
        category=form.shown_category,
        fixed="category" in request.http.GET,
        here=request.http.get_full_path(),
        address=f"{request.base}new/{form.shown_category.pk}/",
    )
