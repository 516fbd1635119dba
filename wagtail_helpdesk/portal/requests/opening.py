"""The pages that open a ticket: choosing a category, filling in its form, sending it once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Category, Ticket
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal import browser_drafts, form_limits, session_drafts
from wagtail_helpdesk.portal.forms.attachments import stage_uploads
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.query_form import QueryForm, RowIdField, SearchTextField
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.search import matching, outcomes
from wagtail_helpdesk.portal.submissions import compute_form_digest, find_outcome_of_same_form

from . import catalogue, source_page
from .dispatching import find_dispatch_category
from .expectations import describe_usual_time, find_readers
from .incidents import filter_concerned
from .opening_form import OpeningForm, is_untouched, refill_from_template
from .suggestions import suggest_pages

#: In characters: the longest name in the catalogue.
MAX_NAME_LENGTH = 100


class CatalogueQuery(QueryForm):
    """What narrows the catalogue."""

    q = SearchTextField(max_chars=MAX_NAME_LENGTH)
    service = RowIdField()


def choose_category(request: HelpdeskRequest) -> HttpResponse:
    """Show the catalogue or what matches a name in it; skip the choice of the only category."""
    query = CatalogueQuery(request.http.GET).read()
    service, wanted, status = query["service"], query["q"], 200
    services = None if service is None else [service]
    page = source_page.get_page_parameter(request.http)
    if wanted and not form_limits.allow_search(request.user):
        messages.error(request.http, form_limits.get_search_limit_message())
        shown, status = catalogue.read_catalogue(request.user, services), 429
    elif wanted:
        shown = matching.find_matching(request.user, wanted, services)
    else:
        shown = catalogue.read_catalogue(request.user, services)
        if url := _find_only_url(request, shown, service, page):
            return SeeOther(source_page.add_page_parameter(url, page))
    return _render_choice(request, shown, status, wanted=wanted, service=service, page_asked=page)


def _render_choice(
    request: HelpdeskRequest, shown: catalogue.Catalogue, status: int = 200, **context: Any
) -> HttpResponse:
    # A service alone is described in full.
    whole = len(shown.sections) == 1
    return request.render(
        "choose.html",
        status=status,
        catalogue=shown,
        whole=whole,
        dispatch=find_dispatch_category(request.user),
        related=catalogue.find_related_pages(shown.sections[0].text, request.http) if whole else [],
        **context,
    )


def _find_only_url(
    request: HelpdeskRequest, shown: catalogue.Catalogue, service: int | None, page: str
) -> str:
    """Return the URL that needs no choice, empty where there is one."""
    choices = {line.pk for section in shown.sections for line in section.choices}
    if len(choices) == 1 and not shown.is_cut:
        return request.url("new_in", choices.pop())
    # All readers of a page share its link: those to whom the service is closed see the others.
    return request.url("new") if page and service is not None and not shown.sections else ""


def show_opening_form(request: HelpdeskRequest, category: int) -> HttpResponse:
    """Show the form of a category, fill it for another one, or open the ticket."""
    if not request.is_post:
        return _show_empty_form(request, category)
    posted = request.http.POST
    if "elsewhere" in posted:
        return _choose_again(request)
    if "solved" in posted:
        return _end_solved(request, category)
    try:
        chosen = get_openable_category(
            request, posted.get("category", category), otherwise=category
        )
    except Http404 as closed:
        return _offer_others(request, str(closed))
    if "suggest" in posted:
        return _render_suggestions(request, chosen)
    if "refill" in posted or "find" in posted:
        form = build_refilled_form(request, chosen)
        return _render_form(request, form, status=form.found.status if form.found else 200)
    form = build_opening_form(request, chosen, request.http.POST)
    ticket = submit_opening_form(request, form)
    if ticket is None:
        return _render_form(request, form, status=form.http_status)
    session_drafts.forget_draft(request.http)
    _count_suggestions(request, chosen.pk)
    done = SeeOther(request.url("opened", ticket.pk))
    browser_drafts.mark_accepted(request.http, done)
    return done


def _render_suggestions(request: HelpdeskRequest, category: Category) -> HttpResponse:
    """Show the pages that may answer the subject typed so far, as a part of the form."""
    subject = request.http.POST.get("subject", "")[: helpdesk_settings.SUBJECT_MAX_LENGTH]
    if not form_limits.allow_live_search(request.user):
        return HttpResponse(status=429)
    return request.render_part(
        "parts/suggestions.html", suggestions=suggest_pages(request, category, subject)
    )


def _end_solved(request: HelpdeskRequest, category: int) -> HttpResponse:
    """Drop a form that a page made superfluous, and count the page."""
    _count_suggestions(request, category)
    session_drafts.forget_draft(request.http)
    messages.success(request.http, _("Good. Nothing has been sent."))
    done = SeeOther(request.url("home"))
    browser_drafts.mark_accepted(request.http, done)
    return done


def _count_suggestions(request: HelpdeskRequest, category: int) -> None:
    posted = request.http.POST
    if "suggested" in posted and _get_openable(request).filter(pk=category).exists():
        outcomes.count_suggestions(
            category,
            suggested=posted.getlist("suggested"),
            opened=posted.getlist("read"),
            solved=posted.get("solved"),
        )


def show_opened(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Show the number of a ticket that was just opened, and what happens next."""
    ticket = request.get_ticket(number)
    if request.user.pk not in (ticket.creator_id, ticket.requester_id):
        return SeeOther(request.url("ticket", number))
    return request.render(
        "opened.html",
        ticket=ticket,
        path=catalogue.get_path(ticket.category),
        readers=find_readers(ticket.service),
        delay=describe_usual_time(ticket.service),
        expiry_days=helpdesk_settings.EXPIRY_DAYS,
        address=request.user.email if ticket.requester_id == request.user.pk else "",
    )


def _choose_again(request: HelpdeskRequest) -> HttpResponse:
    """Lead to the catalogue and keep what was written for the form of the next category."""
    if not _keep_written(request):
        # Too long for the session: it is given back on the page.
        shown = catalogue.read_catalogue(request.user, None)
        text = request.http.POST.get("text", "")
        return _render_choice(request, shown, status=409, typed=text)
    page = parse_number(request.http.POST.get(source_page.PARAMETER, ""))
    return SeeOther(source_page.add_page_parameter(request.url("new"), page))


def _offer_others(request: HelpdeskRequest, refused: str) -> HttpResponse:
    """Offer the catalogue when a category was closed meanwhile, and keep what was written."""
    is_kept = _keep_written(request)
    return _render_choice(
        request,
        catalogue.read_catalogue(request.user, None),
        status=409,
        refused=refused,
        is_kept=is_kept,
        typed="" if is_kept else request.http.POST.get("text", ""),
    )


def _keep_written(request: HelpdeskRequest) -> bool:
    """Keep the fields and files of a form for the form of another category; return whether it fits."""
    posted = request.http.POST
    written = _read_written(posted)
    former = _find_filled_from(request)
    written = {
        name: value for name, value in written.items() if not is_untouched(name, value, former)
    }
    written["kept"] = stage_uploads(request.user, posted, request.http.FILES)
    return session_drafts.store_draft(request.http, request.url("new"), written)


def _show_empty_form(request: HelpdeskRequest, category: int) -> HttpResponse:
    page = source_page.get_page_parameter(request.http)
    try:
        chosen = get_openable_category(request, category)
    except Http404:
        if page:  # All readers of a page share its link: those without access choose.
            return SeeOther(source_page.add_page_parameter(request.url("new"), page))
        raise
    draft = session_drafts.pop_draft(request.http)
    return _render_form(
        request, build_opening_form(request, chosen, initial={"page": page} | draft)
    )


def get_openable_category(request: HelpdeskRequest, pk: Any, otherwise: Any = None) -> Category:
    """Return a category in which the user can open a ticket. Raises ``Http404``."""
    for wanted in (pk, otherwise):
        found = _get_openable(request).filter(pk=parse_number(wanted)).first()
        if found is not None:
            return found
    raise Http404(_("You can’t open tickets in this category."))


def _get_openable(request: HelpdeskRequest) -> Any:
    return Category.objects.open_to(request.user).select_related("service")


def build_opening_form(
    request: HelpdeskRequest, category: Category, data: Any = None, **kwargs: Any
) -> OpeningForm:
    """Return the form of a category."""
    files = request.http.FILES if data is not None else None
    return OpeningForm(data, files, request=request, category=category, **kwargs)


def build_refilled_form(request: HelpdeskRequest, category: Category) -> OpeningForm:
    """Return the form that was sent, for another category; its files are kept."""
    posted = request.http.POST
    sent = build_opening_form(request, category, posted)
    sent.is_valid()
    sent.keep()
    former = _find_filled_from(request)
    initial = refill_from_template(_read_written(posted), former, category)
    form = build_opening_form(request, category, initial=initial)
    form.kept_files = sent.kept_files
    if "find" in posted and "query" in form.fields:
        form.find()
    return form


def _find_filled_from(request: HelpdeskRequest) -> Category | None:
    """Return the category whose template filled the form that was sent."""
    pk = parse_number(request.http.POST.get("filled_from", ""))
    found: Category | None = _get_openable(request).filter(pk=pk).first()
    return found


def _read_written(posted: QueryDict) -> dict[str, Any]:
    """Return the fields that the forms of all categories have."""
    names = ("subject", "text", "requester", "guests", "query", source_page.PARAMETER)
    written: dict[str, Any] = {name: posted[name] for name in names if name in posted}
    return written | {"chosen": posted.getlist("chosen")}


def submit_opening_form(request: HelpdeskRequest, form: OpeningForm) -> Ticket | None:
    """Open the ticket; return None when the form has errors, and keep its valid files.

    The same form sent again returns the ticket that it opened.
    """
    digest = compute_form_digest(request.http)
    again = find_outcome_of_same_form(request.http, "open_ticket", request.user, digest)
    if again is not None:
        return again.ticket
    ticket = _open(form, digest) if form.is_valid() else None
    if ticket is None:
        if form.http_status == 422:
            form.http_status = form_limits.get_error_status(form)
        form.keep()
    else:
        form.forget()
    return ticket


def _open(form: OpeningForm, digest: str) -> Ticket | None:
    outcome = form.run(digest)
    refusal = outcome.refusal
    if refusal is None:
        return outcome.ticket
    if refusal.kind == "not_yours":
        raise NotYours
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    form.http_status = refusal.status
    if refusal.kind == "sent_before":
        form.renew()
    return None


def _render_form(request: HelpdeskRequest, form: OpeningForm, status: int = 200) -> HttpResponse:
    category = form.shown_category
    [section] = catalogue.describe_services([category.service])
    text = catalogue.get_text(category)
    return request.render(
        "opening.html",
        status=status,
        form=form,
        category=category,
        section=section,
        text=text,
        path=catalogue.get_path(category),
        suggestions=suggest_pages(request, category, _get_typed_subject(form, category)),
        readers=find_readers(category.service),
        delay=describe_usual_time(category.service),
        service=category.service,
        url=request.url("new_in", category.pk),
        asked_from=form.asked_from,
        incidents=filter_concerned(request, category.service_id),
    )


def _get_typed_subject(form: OpeningForm, category: Category) -> str:
    subject = str(form["subject"].value() or "")
    return "" if is_untouched("subject", subject, category) else subject
