"""The view of every action: show its form, perform it, show what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.actions import NotYours, action_limits
from wagtail_helpdesk.actions.message_text import render_message
from wagtail_helpdesk.actions.transition import VERSIONED
from wagtail_helpdesk.lifecycle import Role, Status
from wagtail_helpdesk.models import HelpdeskPreferences, Ticket
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal import browser_drafts, form_limits, session_drafts
from wagtail_helpdesk.portal.forms.attachments import stage_uploads
from wagtail_helpdesk.portal.forms.people import PeopleSearchForm
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.submissions import compute_form_digest, find_outcome_of_same_form

from . import buttons, canned_answers, history, recipients
from .composer import get_action_of_mode
from .forms import ActionForm, get_form_classes
from .forms.action_form import ButtonGroup, Done, TextForm
from .state import build_question
from .ticket_page import build_conversation_context

#: Names in a query string that do not fill a field: the page sets them itself.
_SET_BY_PAGE = ("submission", "version", "draft_owner")


def handle_action(request: HelpdeskRequest, number: int, slug: str) -> HttpResponse:
    """Show the form of an action, or perform it."""
    form_class = buttons.find_form_class(slug)
    if form_class is None:
        raise Http404(_("There is no such action."))
    if request.is_post and (answer := _answer_again(request, number, form_class)):
        return answer
    ticket = request.get_ticket(number)
    if not request.is_post:
        return _show_form(request, ticket, form_class)
    if "preview" in request.http.POST:
        return _preview(request, ticket, form_class)
    if "answers" in request.http.POST or "answer" in request.http.POST:
        return _insert_answer(request, ticket, form_class)
    if "find" in request.http.POST and issubclass(form_class, PeopleSearchForm):
        return _search(request, ticket, form_class)
    return _submit(request, ticket, form_class)


def _answer_again(
    request: HelpdeskRequest, number: int, form_class: type[ActionForm]
) -> HttpResponse | None:
    """Lead on as the first time when the same form was sent before, None when it was not."""
    digest = compute_form_digest(request.http, number)
    outcome = find_outcome_of_same_form(request.http, form_class.action_name, request.user, digest)
    if outcome is None:
        return None
    try:
        ticket = request.get_ticket(number)
    except Http404:
        return SeeOther(_get_list_url(request))
    done = Done(ticket, request.user, outcome.result)
    # The message of the first answer may have been lost with it.
    messages.success(request.http, form_class.describe_success(done))
    answer = SeeOther(_get_next_url(request, form_class, done))
    browser_drafts.mark_accepted(request.http, answer)
    return answer


def _show_form(
    request: HelpdeskRequest, ticket: Ticket, form_class: type[ActionForm]
) -> HttpResponse:
    """Show the form, filled from the query string and from a draft."""
    asked = request.http.GET
    newest = history.find_last_event_id(ticket, request.user)
    given = parse_number(asked.get("seen", ""))
    seen = newest if given is None else given
    initial: dict[str, Any] = (
        asked.dict() | session_drafts.pop_draft(request.http) | {"seen": newest}
    )
    initial = {name: value for name, value in initial.items() if name not in _SET_BY_PAGE}
    answer = canned_answers.find_answer(
        ticket, request.user, request.get_available_actions(ticket), asked.get("answer", "")
    )
    if answer:
        initial |= canned_answers.insert(answer, initial)
    form = form_class(user=request.user, ticket=ticket, initial=initial)
    if not _is_available(request, form):
        return _refuse(request, form)
    news = history.load_news(ticket, request.user, seen) if seen < newest else []
    return _render(request, form, news=news)


def _preview(
    request: HelpdeskRequest, ticket: Ticket, form_class: type[ActionForm]
) -> HttpResponse:
    """Show the text of a form as its readers will see it, with what was typed; nothing is saved."""
    form_class = _get_form_class_of_mode(request, form_class)
    typed = session_drafts.get_typed_values(request.http)
    form = form_class(user=request.user, ticket=ticket, initial=typed)
    if not _is_available(request, form):
        return _refuse(request, form)
    if not action_limits.allow_action(request.user):
        return _render_limited(request, ticket, form_class)
    if request.http.FILES:
        typed["kept"] = stage_uploads(request.user, request.http.POST, request.http.FILES)
        form = form_class(user=request.user, ticket=ticket, initial=typed)
    form.preview = render_message(request.http.POST.get("text", "")).html
    if "HX-Request" not in request.http.headers:
        form.forecast = recipients.foresee_for_form(request, form)
    return _render(request, form)


def _get_form_class_of_mode(
    request: HelpdeskRequest, form_class: type[ActionForm]
) -> type[ActionForm]:
    """Return the form class of the mode that is chosen in the composer."""
    mode = get_action_of_mode(request.http.POST.get("mode", ""))
    return get_form_classes().get(mode, form_class)


def _render_limited(
    request: HelpdeskRequest, ticket: Ticket, form_class: type[ActionForm]
) -> HttpResponse:
    form = form_class(request.http.POST, user=request.user, ticket=ticket)
    form.add_error(None, action_limits.get_action_limit_message())
    return _render(request, form, status=429)


def _insert_answer(
    request: HelpdeskRequest, ticket: Ticket, form_class: type[ActionForm]
) -> HttpResponse:
    """List the canned answers, or insert one below what was typed; nothing is saved.

    An answer that carries an action leads to the form of that action.
    """
    posted, available = request.http.POST, request.get_available_actions(ticket)
    form_class = _get_form_class_of_mode(request, form_class)
    typed = session_drafts.get_typed_values(request.http)
    form = form_class(user=request.user, ticket=ticket, initial=typed)
    if not _is_available(request, form):
        return _refuse(request, form)
    if not getattr(form, "can_use_answers", False):
        raise NotYours
    if request.http.FILES:
        if not action_limits.allow_action(request.user):
            return _render_limited(request, ticket, form_class)
        typed["kept"] = stage_uploads(request.user, posted, request.http.FILES)
    answer = canned_answers.find_answer(ticket, request.user, available, posted.get("answer", ""))
    if answer and answer.action:
        form_class = get_form_classes().get(answer.action.name, form_class)
    if answer:
        typed |= canned_answers.insert(answer, typed)
    form = form_class(user=request.user, ticket=ticket, initial=typed)
    if answer:
        form.answer_notice = answer.notice  # type: ignore[attr-defined]
        return _render(request, form)
    found = canned_answers.list_answers(
        ticket, request.user, available, posted.get("find_answer", "")
    )
    return _render(request, form, found_answers=found, is_answer_missing="answer" in posted)


def _search(request: HelpdeskRequest, ticket: Ticket, form_class: type[ActionForm]) -> HttpResponse:
    """Show what the search of the form found, with what was typed; nothing is validated yet."""
    typed = session_drafts.get_typed_values(request.http)
    form: Any = form_class(user=request.user, ticket=ticket, initial=typed)
    if not _is_available(request, form):
        return _refuse(request, form)
    form.find()
    found = getattr(form, "found", None)
    return _render(request, form, status=found.status if found else 200)


def _submit(request: HelpdeskRequest, ticket: Ticket, form_class: type[ActionForm]) -> HttpResponse:
    """Perform the action; when it is refused, show the form with what was typed."""
    form = form_class(request.http.POST, request.http.FILES, user=request.user, ticket=ticket)
    if not form.is_valid():
        if not _is_available(request, form):
            return _refuse(request, form)
        return _render_rejected(request, form, form_limits.get_error_status(form))
    refusal = form.run(compute_form_digest(request.http, ticket.pk))
    if refusal is None:
        return _finish(request, form)
    if refusal.kind == "not_yours":
        raise NotYours
    if refusal.kind in ("not_now", "sent_before"):
        return _render_stale(request, form, sent_before=refusal.kind == "sent_before")
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return _render_rejected(request, form, refusal.status)


def _is_available(request: HelpdeskRequest, form: ActionForm) -> bool:
    action = form.get_action()
    return action is None or action in request.get_available_actions(form.ticket)


def _refuse(request: HelpdeskRequest, form: ActionForm) -> HttpResponse:
    """Show what happened when only the status is wrong; otherwise raise ``NotYours``."""
    access, action = form.ticket.access, form.get_action()
    status = Status(form.ticket.status)
    if action is None or not action.is_only_wrong_status(access.roles, access.privileges, status):
        raise NotYours
    return _render_stale(request, form)


def _render_rejected(request: HelpdeskRequest, form: ActionForm, status: int = 422) -> HttpResponse:
    _keep_files(form)
    return _render(request, form, status=status)


def _render_stale(
    request: HelpdeskRequest,
    form: ActionForm,
    *,
    sent_before: bool = False,
) -> HttpResponse:
    """Show what happened meanwhile, with what was typed; the form can be sent again.

    When the action is not available any more, show the actions that are.
    """
    _keep_files(form)
    seen = parse_number(form["seen"].value()) if form.is_bound else None
    ticket = request.get_ticket(form.ticket.pk)
    newest = history.find_last_event_id(ticket, request.user)
    if seen is None:
        seen = _find_last_available(form, ticket) or newest - 1
    news = history.load_news(ticket, request.user, min(seen, newest - 1))
    form.accept_news(ticket, newest)
    blocked = not _is_available(request, form)
    # The action is still available: nothing but the news held it up.
    only_news = form.can_be_sent_anyway and not blocked and not sent_before
    bar = buttons.ActionBar(request, ticket, newest)
    return _render(
        request,
        form,
        status=409,
        news=news,
        stale=True,
        stale_message=_describe_conflict(form, blocked, sent_before, only_news),
        faster=_describe_overtaking(request, news),
        blocked=blocked,
        only_news=only_news,
        possible=bar.build_group(ButtonGroup.FIRST) if blocked else [],
    )


def _find_last_available(form: ActionForm, ticket: Ticket) -> int | None:
    """Return the event before the one that made an action unavailable, or None."""
    action, access = form.get_action(), ticket.access
    if action is None:
        return None
    changes = ticket.events.visible_to(form.user).order_by("-pk")[: history.MAX_ENTRIES]
    for event in changes:
        before = event.before.get("status")
        if before and action.rule_for(access.roles, access.privileges, Status(before)):
            return int(event.pk) - 1
    return None


def _describe_conflict(form: ActionForm, blocked: bool, sent_before: bool, only_news: bool) -> str:
    has_text = bool("text" in form.fields and form["text"].value())
    if sent_before:
        return _(
            "This form was already sent before you changed it. Your changes were not sent;"
            " your text is kept below."
        )
    if only_news:
        return _("Nothing has been sent yet. Please read what is new before you send your text.")
    if blocked and not has_text:
        return _("This is no longer possible. Nothing was changed.")
    return _(
        "The ticket changed while you were writing. Nothing was sent; your text is kept below."
    )


def _describe_overtaking(request: HelpdeskRequest, news: list[history.HistoryEntry]) -> str:
    """Return a sentence about what overtook the form.

    The newest event that changed the ticket, else the newest of all; the user's own do not count.
    """
    others = [entry for entry in news if entry.event.actor_id != request.user.pk]
    changes = [entry for entry in others if not VERSIONED.isdisjoint(entry.event.after)]
    if not others:
        return ""
    newest = (changes or others)[-1]
    if newest.event.action == lifecycle.TAKE.name:
        return _("%(name)s has just taken this ticket.") % {"name": newest.author}
    return newest.sentence


def _keep_files(form: ActionForm) -> None:
    if hasattr(form, "keep"):
        form.keep()


def _render(
    request: HelpdeskRequest, form: ActionForm, status: int = 200, **context: Any
) -> HttpResponse:
    labels = ("title", "submit_label", "cancel_label", "help_text")
    ticket = form.ticket
    if isinstance(form, TextForm):
        form.offer_answers()
    # A drawer, or a part of the page that is replaced, shows neither.
    if "HX-Request" not in request.http.headers or form.answers_question:
        shown = history.load_history(ticket, request.user)
        context["question"] = (
            build_question(ticket, request.user, shown) if form.answers_question else None
        )
        context |= build_conversation_context(request, ticket, shown)
    return request.render(
        "action.html",
        status=status,
        form=form,
        labels={name: form.get_label(name) for name in labels},
        manages_ticket=Role.MANAGER in ticket.access.roles,
        form_url=request.url("action", form.ticket.pk, form.get_slug()),
        alternatives=form.find_alternatives(request.get_available_actions(ticket)),
        **({"ticket": ticket} | context),
    )


def _finish(request: HelpdeskRequest, form: ActionForm) -> HttpResponse:
    if hasattr(form, "forget"):
        form.forget()
    session_drafts.forget_draft(request.http)
    is_visible = Ticket.objects.visible_to(request.user).filter(pk=form.ticket.pk).exists()
    messages.success(request.http, form.get_success_message(is_visible=is_visible))
    done = Done(form.ticket, request.user, form.result, is_visible)
    answer = SeeOther(_get_next_url(request, type(form), done))
    browser_drafts.mark_accepted(request.http, answer)
    return answer


def _get_next_url(request: HelpdeskRequest, form_class: type[ActionForm], done: Done) -> str:
    if form_class.is_departure(done):
        # Even when the ticket is public, or the user manages its service.
        return request.url("tickets")
    if done.is_visible and not (form_class.ends_ticket and _prefers_list(request)):
        return request.url("ticket", done.ticket.pk)
    return _get_list_url(request)


def _get_list_url(request: HelpdeskRequest) -> str:
    return (
        request.get_desk_url(request.list_query) if request.manager_rows else request.url("tickets")
    )


def _prefers_list(request: HelpdeskRequest) -> bool:
    """Return whether a manager prefers to go back to the list after ending a ticket."""
    return bool(request.manager_rows) and not HelpdeskPreferences.of(request.user).stay_on_ticket
