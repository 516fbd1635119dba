"""Opening a ticket: choosing where, filling in the form, sending it once."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import NotPossible, SentBefore
from wagtail_helpdesk.models import Category, Ticket
from wagtail_helpdesk.typed import number, words

from . import browser_drafts, catalogue, finding, limits, origin, unfinished
from .act import SeeOther
from .forms.attaching import put_aside
from .forms.opening import Opening, refilled
from .visit import Visit, takes_forms

logger = logging.getLogger(__name__)

#: In characters; nothing in the catalogue has a longer name.
LONGEST = 100


def choose(visit: Visit) -> HttpResponse:
    """Show the catalogue, or what is called so in it; a single category needs no choice."""
    asked = visit.request.GET
    service, wanted = number(asked.get("service", "")), words(asked.get("q", ""), LONGEST)
    services, page = None if service is None else [service], origin.page_named(visit.request)
    if wanted:
        shown = finding.find(visit.user, wanted, services)
    else:
        shown = catalogue.read(visit.user, services)
        if only := _only_way(shown, service, page):
            return SeeOther(origin.with_page(f"{visit.base}{only}", page))
    return _choice(visit, shown, wanted=wanted, service=service, page_asked=page)


def _choice(
    visit: Visit, shown: catalogue.Catalogue, status: int = 200, **context: Any
) -> HttpResponse:
    # One service alone is described in full.
    whole = len(shown.shelves) == 1
    return visit.render(
        "choose.html",
        status=status,
        catalogue=shown,
        whole=whole,
        related=catalogue.related_pages(shown.shelves[0].text, visit.request) if whole else [],
        **context,
    )


def _only_way(shown: catalogue.Catalogue, service: int | None, page: str) -> str:
    """Return where one is led without choosing, below the helpdesk; empty where there is a choice."""
    choices = {line.pk for shelf in shown.shelves for line in shelf.choices}
    if len(choices) == 1 and not shown.is_cut:
        return f"new/{choices.pop()}/"
    # The link of a page is the same for every reader: who may not ask that service sees the others.
    return "new/" if page and service is not None and not shown.shelves else ""


@takes_forms
def fill_in(visit: Visit, category: int) -> HttpResponse:
    """Show the form of a category, refill it for another one, or open the ticket."""
    if not visit.posted:
        return _blank(visit, category)
    posted = visit.request.POST
    try:
        chosen = category_in(visit, posted.get("category", category), otherwise=category)
    except Http404 as closed:
        return _elsewhere(visit, str(closed))
    if "refill" in posted or "find" in posted:
        return _page(visit, refilled_form(visit, chosen))
    form = form_in(visit, chosen, visit.request.POST)
    ticket = sent(visit, form)
    if ticket is None:
        return _page(visit, form, status=form.http_status)
    unfinished.forget(visit.request)
    message = _("Your ticket no. %(number)s has been opened.") % {"number": ticket.pk}
    messages.success(visit.request, message)
    done = SeeOther(f"{visit.base}tickets/{ticket.pk}/")
    browser_drafts.mark_accepted(visit.request, done, form.cleaned_data.get("submission"))
    return done


def _elsewhere(visit: Visit, refused: str) -> HttpResponse:
    """Offer the catalogue when the category was closed meanwhile; what was written goes along."""
    written = _written(visit.request.POST)
    written["kept"] = put_aside(visit.user, visit.request.POST, visit.request.FILES)
    is_kept = unfinished.put_aside(visit.request, f"{visit.base}new/", written)
    return _choice(
        visit,
        catalogue.read(visit.user, None),
        status=409,
        refused=refused,
        is_kept=is_kept,
        typed="" if is_kept else written.get("text", ""),
    )


def _blank(visit: Visit, category: int) -> HttpResponse:
    page = origin.page_named(visit.request)
    try:
        chosen = category_in(visit, category)
    except Http404:
        if page:  # its link is the same for every reader: who may not ask there chooses
            return SeeOther(origin.with_page(f"{visit.base}new/", page))
        raise
    given_back = unfinished.given_back(visit.request)
    return _page(visit, form_in(visit, chosen, initial={"page": page} | given_back))


def category_in(visit: Visit, pk: Any, otherwise: Any = None) -> Category:
    """Return a category in which the visitor may open a ticket."""
    for wanted in (pk, otherwise):
        found = _openable(visit).filter(pk=number(wanted)).first()
        if found is not None:
            return found
    raise Http404(_("This category does not exist or takes no tickets."))


def _openable(visit: Visit) -> Any:
    return Category.objects.open_to(visit.user).select_related("service")


def form_in(visit: Visit, category: Category, data: Any = None, **kwargs: Any) -> Opening:
    """Return the form of a category."""
    files = visit.request.FILES if data is not None else None
    return Opening(data, files, visit=visit, category=category, **kwargs)


def refilled_form(visit: Visit, category: Category) -> Opening:
    """Return the form again for another category; files already sent are kept."""
    posted = visit.request.POST
    source = number(posted.get("filled_from", ""))
    before = _openable(visit).filter(pk=source).first()
    form = form_in(visit, category, posted)
    form.is_valid()
    form.keep()
    again = form_in(visit, category, initial=refilled(_written(posted), before, category))
    again.kept_files = form.kept_files
    if "find" in posted and "query" in again.fields:
        again.find()
    return again


def _written(posted: QueryDict) -> dict[str, Any]:
    """Return what a form says whatever its category."""
    names = ("subject", "text", "requester", "query", origin.PARAMETER)
    written: dict[str, Any] = {name: posted[name] for name in names if name in posted}
    return written | {"chosen": posted.getlist("chosen")}


def sent(visit: Visit, form: Opening) -> Ticket | None:
    """Open the ticket a form asks for; None when it is to be corrected, its good files kept."""
    ticket = _opened(visit, form) if form.is_valid() else None
    if ticket is None:
        form.keep()
    else:
        form.forget()
    return ticket


def _opened(visit: Visit, form: Opening) -> Ticket | None:
    if not limits.may_open(visit.user):
        form.http_status = limits.refuse(form)
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


def _page(visit: Visit, form: Opening, status: int = 200) -> HttpResponse:
    category = form.shown_category
    [shelf] = catalogue.described([category.service])
    text = catalogue.text_about(category)
    return visit.render(
        "opening.html",
        status=status,
        form=form,
        category=category,
        shelf=shelf,
        text=text,
        related=catalogue.related_pages(text, visit.request),
        service=category.service,
        address=f"{visit.base}new/{category.pk}/",
        asked_from=form.asked_from,
    )
