"""What the frames of personal blocks load: for one reader, and kept by no cache."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.shortcuts import render

from wagtail_helpdesk import access
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.portal import (
    browser_drafts,
    catalogue,
    desk,
    home,
    my_tickets,
    opening,
    origin,
    paging,
    rows,
)
from wagtail_helpdesk.portal.forms.opening import Opening
from wagtail_helpdesk.portal.nearby import helpdesk_page
from wagtail_helpdesk.portal.overview import Overview
from wagtail_helpdesk.portal.visit import READING, Visit, private, takes_forms
from wagtail_helpdesk.typed import number

from .card import card_of

Fragment = Callable[[Visit], HttpResponseBase]
#: The longest list a block shows.
MOST = 25


def fragment(view: Fragment) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let a reader in. To whoever is not logged in nothing is said (204): the link stays."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponseBase:
        methods = getattr(view, "methods", READING)
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        page = helpdesk_page(request) if access.is_somebody(request.user) else None
        if page is None:
            return private(HttpResponse(status=204))
        try:
            return private(view(Visit(page, request)))
        except Http404:
            return private(HttpResponse(status=404))
        except NotYours:
            return private(HttpResponse(status=403))

    return answer


def _show(visit: Visit, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(
        visit.request,
        f"wagtail_helpdesk/blocks/{template}",
        {"base": visit.base, "page_asked": origin.page_named(visit.request)} | context,
        status=status,
    )


def _nothing() -> HttpResponse:
    """Answer that there is nothing for this reader: the frame disappears."""
    return HttpResponse("")


def _number(visit: Visit, name: str, most: int) -> int | None:
    asked = number(visit.request.GET.get(name, ""))
    return None if asked is None else min(asked, most)


@fragment
def requests(visit: Visit) -> HttpResponse:
    """Show the reader's own tickets, what waits for them on top."""
    own = my_tickets.tickets(visit.user, "own").filter(is_open=True)
    page = rows.page_of_rows(
        own, paging.RECENT, after="", reader=visit.user, length=_number(visit, "count", MOST) or 5
    )
    return _show(visit, "requests.html", waiting=home.waiting(visit), requests=page)


@fragment
def queue(visit: Visit) -> HttpResponse:
    """Show a queue of the desk to a manager; the address takes what the desk's own takes."""
    if not visit.managed:
        return _nothing()
    chosen = desk.Desk(visit)
    if "service" in visit.request.GET and chosen.service is None:
        return _nothing()  # the block is for the managers of that service
    page = rows.page_of_rows(
        chosen.tickets(),
        desk.ORDERS[chosen.order][1],
        after="",
        reader=visit.user,
        length=_number(visit, "count", MOST) or 5,
    )
    return _show(visit, "queue.html", page_of_rows=page, parameters=urlencode(chosen.parameters))


@fragment
def panel(visit: Visit) -> HttpResponse:
    """Show a manager's day."""
    return _show(visit, "panel.html", overview=Overview(visit)) if visit.managed else _nothing()


@fragment
def services(visit: Visit) -> HttpResponse:
    """Show the services that the reader may ask: all, or those of the address that they may ask."""
    asked = map(number, visit.request.GET.getlist("service"))
    chosen = [pk for pk in asked if pk is not None][: catalogue.MOST_SERVICES]
    shown = catalogue.read(visit.user, chosen or None)
    shelves = shown.shelves
    if chosen:
        known = {shelf.service.pk: shelf for shelf in shelves}
        shelves = [known[pk] for pk in chosen if pk in known]
    if not shelves:
        return _nothing()
    return _show(
        visit,
        "catalogue.html",
        shelves=shelves,
        others=shown.others,
        most=_number(visit, "most", 50),
    )


@fragment
def card(visit: Visit) -> HttpResponse:
    """Show the card of a service that is not open to everybody, to whoever sees it."""
    asked = _number(visit, "service", 2**62)
    visible = Service.objects.visible_to(visit.user).filter(enabled=True)
    service = visible.filter(pk=asked).first() if asked is not None else None
    if service is None:
        return _nothing()
    page = origin.page_asked(visit.request, visit.request.GET.get(origin.PARAMETER))
    address = origin.asking_address(visit.request, service=service, page=page)
    shown = card_of(service, visit.request, delay="delay" in visit.request.GET)
    return _show(visit, "card.html", address=address, **shown)


@fragment
@takes_forms
def ask(visit: Visit) -> HttpResponse:
    """Show the short form of a category, the choice of one, or the ticket that was opened."""
    if visit.posted:
        return _answered(visit)
    asked = visit.request.GET
    # One that the block names is fixed; one that the reader chose, they may choose anew.
    category = asked.get("category") or asked.get("wanted")
    if category is None:
        service = _number(visit, "service", 2**62)
        shown = catalogue.read(visit.user, None if service is None else [service])
        if shown.is_cut:
            return HttpResponse(status=204)  # not all of it fits into a field: the link stays
        choices = {line.pk for shelf in shown.shelves for line in shelf.choices}
        if len(choices) != 1:
            return _choice(visit, shown.shelves, service) if choices else _nothing()
        category = choices.pop()
    chosen = opening.category_in(visit, category)
    page = origin.page_named(visit.request)
    return _form(visit, _with_own_ids(opening.form_in(visit, chosen, initial={"page": page})))


def _choice(visit: Visit, shelves: list[catalogue.Shelf], service: int | None) -> HttpResponse:
    here = visit.request.path
    return _show(visit, "ask_choice.html", shelves=shelves, service=service, here=here)


def _answered(visit: Visit) -> HttpResponse:
    category = opening.category_in(visit, visit.request.POST.get("category"))
    if "refill" in visit.request.POST:
        return _form(visit, _with_own_ids(opening.refilled_form(visit, category)))
    form = _with_own_ids(opening.form_in(visit, category, visit.request.POST))
    ticket = opening.sent(visit, form)
    if ticket is None:
        return _form(visit, form, status=form.http_status)
    here = visit.request.get_full_path()
    done = _show(visit, "ask_done.html", number=ticket.pk, here=here)
    browser_drafts.mark_accepted(visit.request, done, form.cleaned_data.get("submission"))
    return done


def _with_own_ids(form: Opening) -> Opening:
    """Tell a form from the others of its page; before it is checked, because its errors have ids too."""
    form.auto_id = f"hd-{uuid.uuid4().hex[:8]}-%s"
    return form


def _form(visit: Visit, form: Opening, status: int = 200) -> HttpResponse:
    return _show(
        visit,
        "ask_form.html",
        status=status,
        form=form,
        category=form.shown_category,
        fixed="category" in visit.request.GET,
        here=visit.request.get_full_path(),
        address=f"{visit.base}new/{form.shown_category.pk}/",
    )
