"""Opening a ticket: choosing where, filling in the form, sending it once."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import NotPossible, SentBefore
from wagtail_helpdesk.models import Category, Ticket
from wagtail_helpdesk.parsing import number, words
from wagtail_helpdesk.portal import drafts, rate_limits
from wagtail_helpdesk.portal.forms.attachments import stage_uploads
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.search import matching

from . import catalogue, source_page
from .opening_form import OpeningForm, refill_from_template

logger = logging.getLogger(__name__)

#: In characters; nothing in the catalogue has a longer name.
LONGEST = 100


def choose_category(request: HelpdeskRequest) -> HttpResponse:
    """Show the catalogue, or what is called so in it; a single category needs no choice."""
    asked = request.http.GET
    service, wanted = number(asked.get("service", "")), words(asked.get("q", ""), LONGEST)
    services, page = (
        None if service is None else [service],
        source_page.get_page_parameter(request.http),
    )
    if wanted and rate_limits.may_search(request.user):
        shown = matching.find_matching(request.user, wanted, services)
    else:
        shown = catalogue.read_catalogue(request.user, services)
        if only := _only_way(shown, service, page):
            return SeeOther(source_page.add_page_parameter(f"{request.base}{only}", page))
    return _choice(request, shown, wanted=wanted, service=service, page_asked=page)


def _choice(
    request: HelpdeskRequest, shown: catalogue.Catalogue, status: int = 200, **context: Any
) -> HttpResponse:
    # One service alone is described in full.
    whole = len(shown.shelves) == 1
    return request.render(
        "choose.html",
        status=status,
        catalogue=shown,
        whole=whole,
        related=catalogue.find_related_pages(shown.shelves[0].text, request.http) if whole else [],
        **context,
    )


def _only_way(shown: catalogue.Catalogue, service: int | None, page: str) -> str:
    """Return where one is led without choosing, below the helpdesk; empty where there is a choice."""
    choices = {line.pk for shelf in shown.shelves for line in shelf.choices}
    if len(choices) == 1 and not shown.is_cut:
        return f"new/{choices.pop()}/"
    # The link of a page is the same for every reader: who may not ask that service sees the others.
    return "new/" if page and service is not None and not shown.shelves else ""


def show_opening_form(request: HelpdeskRequest, category: int) -> HttpResponse:
    """Show the form of a category, refill it for another one, or open the ticket."""
    if not request.posted:
        return _blank(request, category)
    posted = request.http.POST
    try:
        chosen = get_openable_category(
            request, posted.get("category", category), otherwise=category
        )
    except Http404 as closed:
        return _elsewhere(request, str(closed))
    if "refill" in posted or "find" in posted:
        return _page(request, build_refilled_form(request, chosen))
    form = build_opening_form(request, chosen, request.http.POST)
    ticket = submit_opening_form(request, form)
    if ticket is None:
        return _page(request, form, status=form.http_status)
    drafts.forget_draft(request.http)
    message = _("Your ticket no. %(number)s has been opened.") % {"number": ticket.pk}
    messages.success(request.http, message)
    return SeeOther(f"{request.base}tickets/{ticket.pk}/")


def _elsewhere(request: HelpdeskRequest, refused: str) -> HttpResponse:
    """Offer the catalogue when the category was closed meanwhile; what was written goes along."""
    written = _written(request.http.POST)
    written["kept"] = stage_uploads(request.user, request.http.POST, request.http.FILES)
    is_kept = drafts.store_draft(request.http, f"{request.base}new/", written)
    return _choice(
        request,
        catalogue.read_catalogue(request.user, None),
        status=409,
        refused=refused,
        is_kept=is_kept,
        typed="" if is_kept else written.get("text", ""),
    )


def _blank(request: HelpdeskRequest, category: int) -> HttpResponse:
    page = source_page.get_page_parameter(request.http)
    try:
        chosen = get_openable_category(request, category)
    except Http404:
        if page:  # its link is the same for every reader: who may not ask there chooses
            return SeeOther(source_page.add_page_parameter(f"{request.base}new/", page))
        raise
    given_back = drafts.pop_draft(request.http)
    return _page(request, build_opening_form(request, chosen, initial={"page": page} | given_back))


def get_openable_category(request: HelpdeskRequest, pk: Any, otherwise: Any = None) -> Category:
    """Return a category in which the visitor may open a ticket."""
    for wanted in (pk, otherwise):
        found = _openable(request).filter(pk=number(wanted)).first()
        if found is not None:
            return found
    raise Http404(_("This category does not exist or takes no tickets."))


def _openable(request: HelpdeskRequest) -> Any:
    return Category.objects.open_to(request.user).select_related("service")


def build_opening_form(
    request: HelpdeskRequest, category: Category, data: Any = None, **kwargs: Any
) -> OpeningForm:
    """Return the form of a category."""
    files = request.http.FILES if data is not None else None
    return OpeningForm(data, files, request=request, category=category, **kwargs)


def build_refilled_form(request: HelpdeskRequest, category: Category) -> OpeningForm:
    """Return the form again for another category; files already sent are kept."""
    posted = request.http.POST
    source = number(posted.get("filled_from", ""))
    before = _openable(request).filter(pk=source).first()
    form = build_opening_form(request, category, posted)
    form.is_valid()
    form.keep()
    again = build_opening_form(
        request, category, initial=refill_from_template(_written(posted), before, category)
    )
    again.kept_files = form.kept_files
    if "find" in posted and "query" in again.fields:
        again.find()
    return again


def _written(posted: QueryDict) -> dict[str, Any]:
    """Return what a form says whatever its category."""
    names = ("subject", "text", "requester", "query", source_page.PARAMETER)
    written: dict[str, Any] = {name: posted[name] for name in names if name in posted}
    return written | {"chosen": posted.getlist("chosen")}


def submit_opening_form(request: HelpdeskRequest, form: OpeningForm) -> Ticket | None:
    """Open the ticket a form asks for; None when it is to be corrected, its good files kept."""
    ticket = _opened(request, form) if form.is_valid() else None
    if ticket is None:
        if form.http_status == 422:
            form.http_status = rate_limits.status_of(form)
        form.keep()
    else:
        form.forget()
    return ticket


def _opened(request: HelpdeskRequest, form: OpeningForm) -> Ticket | None:
    if not rate_limits.allow_opening(request.user):
        form.http_status = rate_limits.refuse_form(form)
        return None
    try:
        return form.run()
    except SentBefore as problem:
        form.add_error(None, str(problem))
        form.renew()
    except NotPossible as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
    except OSError:
        logger.exception("The files of a form could not be stored.")
        form.add_error(None, _("The files could not be stored. Nothing was recorded."))
    return None


def _page(request: HelpdeskRequest, form: OpeningForm, status: int = 200) -> HttpResponse:
    category = form.shown_category
    [shelf] = catalogue.describe_category([category.service])
    text = catalogue.get_text(category)
    return request.render(
        "opening.html",
        status=status,
        form=form,
        category=category,
        shelf=shelf,
        text=text,
        related=catalogue.find_related_pages(text, request.http),
        service=category.service,
        address=f"{request.base}new/{category.pk}/",
        asked_from=form.asked_from,
    )
