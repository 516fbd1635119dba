"""Opening a ticket: choosing where, filling in the form, sending it once."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import NotPossible
from wagtail_helpdesk.models import Category

from . import catalogue, unfinished
from .act import SeeOther
from .forms.opening import Opening, refilled
from .visit import Visit, takes_forms

logger = logging.getLogger(__name__)


def choose(visit: Visit) -> HttpResponse:
    """Show the whole catalogue; a single category needs no choice."""
    service = visit.request.GET.get("service", "")
    shelves = catalogue.shelves(visit.user, int(service) if service.isdecimal() else None)
    choices = {line.pk for shelf in shelves for line in shelf.choices}
    if len(choices) == 1:
        return SeeOther(f"{visit.base}new/{choices.pop()}/")
    return visit.render("choose.html", shelves=shelves)


@takes_forms
def fill_in(visit: Visit, category: int) -> HttpResponse:
    """Show the form of a category, refill it for another one, or open the ticket."""
    if not visit.posted:
        chosen = _category(visit, category)
        return _page(visit, _form(visit, chosen, initial=unfinished.given_back(visit.request)))
    posted = visit.request.POST
    chosen = _category(visit, posted.get("category", category), otherwise=category)
    if "refill" in posted:
        return _refill(visit, chosen)
    return _open(visit, chosen)


def _category(visit: Visit, pk: Any, otherwise: Any = None) -> Category:
    """Return a category in which the visitor may open a ticket."""
    for wanted in (pk, otherwise):
        if str(wanted).isdecimal():
            found = _openable(visit).filter(pk=wanted).first()
            if found is not None:
                return found
    raise Http404(_("This category does not exist or takes no tickets."))


def _openable(visit: Visit) -> Any:
    return Category.objects.open_to(visit.user).select_related("service")


def _form(visit: Visit, category: Category, data: Any = None, **kwargs: Any) -> Opening:
    files = visit.request.FILES if data is not None else None
    return Opening(data, files, visit=visit, category=category, **kwargs)


def _refill(visit: Visit, category: Category) -> HttpResponse:
    """Show the form again for another category; files already sent are kept."""
    posted = visit.request.POST
    source = posted.get("filled_from", "")
    before = _openable(visit).filter(pk=source).first() if source.isdecimal() else None
    sent = _form(visit, category, posted)
    sent.is_valid()
    sent.keep()
    typed = {name: posted[name] for name in ("subject", "text", "requester") if name in posted}
    form = _form(visit, category, initial=refilled(typed, before, category))
    form.kept_files = sent.kept_files
    return _page(visit, form)


def _open(visit: Visit, category: Category) -> HttpResponse:
    form = _form(visit, category, visit.request.POST)
    if not form.is_valid():
        return _rejected(visit, form)
    try:
        ticket = form.run()
    except NotPossible as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _rejected(visit, form)
    except OSError:
        logger.exception("The files of a form could not be stored.")
        form.add_error(None, _("The files could not be stored. Nothing was recorded."))
        return _rejected(visit, form)
    form.forget()
    unfinished.forget(visit.request)
    message = _("Your ticket no. %(number)s has been opened.") % {"number": ticket.pk}
    messages.success(visit.request, message)
    return SeeOther(f"{visit.base}tickets/{ticket.pk}/")


def _rejected(visit: Visit, form: Opening) -> HttpResponse:
    form.keep()
    return _page(visit, form, status=422)


def _page(visit: Visit, form: Opening, status: int = 200) -> HttpResponse:
    category = form.shown_category
    return visit.render(
        "opening.html",
        status=status,
        form=form,
        category=category,
        service=category.service,
        address=f"{visit.base}new/{category.pk}/",
    )
