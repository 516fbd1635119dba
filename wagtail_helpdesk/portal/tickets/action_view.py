"""The one view behind every act: show its form, call its verb, say what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.actions.transition import VERSIONED
from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.models import HelpdeskPreferences, Ticket
from wagtail_helpdesk.parsing import number as number_in
from wagtail_helpdesk.portal import browser_drafts, drafts, rate_limits
from wagtail_helpdesk.portal.forms.people import FindsPeople
from wagtail_helpdesk.portal.request import HelpdeskRequest, accept_post
from wagtail_helpdesk.portal.submissions import compute_form_digest, find_outcome_of_same_form
from wagtail_helpdesk.portal.tickets.forms.participants import RemoveGuest

from . import history
from .forms import FORMS, ActForm


class SeeOther(HttpResponseRedirect):
    """After a form has done its work: look there, with GET."""

    status_code = 303


@accept_post
def handle_action(request: HelpdeskRequest, number: int, slug: str) -> HttpResponse:
    """Show the form of an act, or do it."""
    form_class = FORMS.get(slug.replace("-", "_"))
    if form_class is None or "_" in slug:
        raise Http404(_("There is no such action."))
    if request.posted and (answer := _answer_again(request, number, form_class)):
        return answer
    ticket = request.ticket(number)
    if not request.posted:
        return _ask(request, ticket, form_class)
    if "find" in request.http.POST and issubclass(form_class, FindsPeople):
        return _find(request, ticket, form_class)
    return _do(request, ticket, form_class)


def _answer_again(
    request: HelpdeskRequest, number: int, form_class: type[ActForm]
) -> HttpResponse | None:
    """Lead on as the first time when the same form was sent before, None when it was not."""
    digest = compute_form_digest(request.http, number)
    outcome = find_outcome_of_same_form(request.http, form_class.name, request.user, digest)
    if outcome is None:
        return None
    try:
        ticket = request.ticket(number)
    except Http404:
        return SeeOther(_list_url(request))
    form = form_class(request.http.POST, request.http.FILES, request=request, ticket=ticket)
    form.result = outcome.result
    # The message of the first answer may have been lost with it.
    if form.is_valid():
        messages.success(request.http, _message(form, still_visible=True))
    return SeeOther(_next_address(request, form, still_visible=True))


def _ask(request: HelpdeskRequest, ticket: Ticket, form_class: type[ActForm]) -> HttpResponse:
    """Show the form, filled with what the address and an expired login left."""
    asked = request.http.GET
    newest = history.find_last_event_id(ticket, request.user)
    given = number_in(asked.get("seen", ""))
    seen = newest if given is None else given
    initial: dict[str, Any] = asked.dict() | drafts.pop_draft(request.http)
    initial |= {"version": ticket.version, "seen": newest, "submission": None}
    form = form_class(request=request, ticket=ticket, initial=_without_none(initial))
    if not _is_possible(request, form):
        return _refuse(request, form)
    news = history.load_news(ticket, request.user, seen) if seen < newest else []
    return _page(request, form, news=news)


def _find(request: HelpdeskRequest, ticket: Ticket, form_class: type[ActForm]) -> HttpResponse:
    """Show who was found, in the form as it was left: it is checked when it is sent."""
    typed = drafts.get_typed_values(request.http)
    form: Any = form_class(request=request, ticket=ticket, initial=typed)
    if not _is_possible(request, form):
        return _refuse(request, form)
    form.find()
    return _page(request, form)


def _do(request: HelpdeskRequest, ticket: Ticket, form_class: type[ActForm]) -> HttpResponse:
    """Call the verb; whatever refuses, what was typed comes back."""
    form = form_class(request.http.POST, request.http.FILES, request=request, ticket=ticket)
    if not form.is_valid():
        status = rate_limits.status_of(form)
        return (
            _rejected(request, form, status)
            if _is_possible(request, form)
            else _refuse(request, form)
        )
    refusal = form.run()
    if refusal is None:
        return _done(request, form)
    if refusal.kind == "not_yours":
        raise NotYours
    if refusal.kind in ("not_now", "sent_before"):
        return _stale(request, form, refusal.kind == "sent_before")
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return _rejected(request, form, refusal.status)


def _is_possible(request: HelpdeskRequest, form: ActForm) -> bool:
    row = form.action()
    return row is None or row in request.may(form.ticket)


def _refuse(request: HelpdeskRequest, form: ActForm) -> HttpResponse:
    """Refuse an act that is not this person's, or show why it is not the moment."""
    access, row = form.ticket.access, form.action()
    status = Status(form.ticket.status)
    if row is None or not row.is_only_wrong_status(access.roles, access.privileges, status):
        raise NotYours
    return _stale(request, form)


def _rejected(request: HelpdeskRequest, form: ActForm, status: int = 422) -> HttpResponse:
    _keep_files(form)
    return _page(request, form, status=status)


def _stale(request: HelpdeskRequest, form: ActForm, sent_before: bool = False) -> HttpResponse:
    """Name who was faster, show the news, keep the text; the form can be sent again."""
    _keep_files(form)
    typed = number_in(form["seen"].value())
    ticket = request.ticket(form.ticket.pk)
    newest = history.find_last_event_id(ticket, request.user)
    seen = newest - 1 if typed is None else typed
    news = history.load_news(ticket, request.user, min(seen, newest - 1))
    form.refreshed(ticket, newest)
    possible = _is_possible(request, form)
    return _page(
        request, form, status=409, news=news, stale=True, sent_before=sent_before,
        faster=_who_was_faster(request, news), blocked=not possible,
    )  # fmt: skip


def _who_was_faster(request: HelpdeskRequest, news: list[history.HistoryEntry]) -> str:
    """Say what overtook the form: the newest act that changed the ticket, else the newest of all."""
    others = [entry for entry in news if entry.event.actor_id != request.user.pk]
    changes = [entry for entry in others if not VERSIONED.isdisjoint(entry.event.after)]
    if not others:
        return ""
    newest = (changes or others)[-1]
    if newest.event.action == lifecycle.TAKE.name:
        return _("%(name)s has just taken charge of this ticket.") % {"name": newest.author}
    return f"{newest.sentence}."


def _keep_files(form: ActForm) -> None:
    if hasattr(form, "keep"):
        form.keep()


def _page(
    request: HelpdeskRequest, form: ActForm, status: int = 200, **context: Any
) -> HttpResponse:
    return request.render(
        "act.html",
        status=status,
        form=form,
        words=form.labels,
        ticket=form.ticket,
        here=f"{request.base}tickets/{form.ticket.pk}/",
        address=f"{request.base}tickets/{form.ticket.pk}/{form.slug}/",
        ways=form.other_ways(request.may(form.ticket)),
        **context,
    )


def _done(request: HelpdeskRequest, form: ActForm) -> HttpResponse:
    if hasattr(form, "forget"):
        form.forget()
    drafts.forget_draft(request.http)
    still_visible = Ticket.objects.visible_to(request.user).filter(pk=form.ticket.pk).exists()
    messages.success(request.http, _message(form, still_visible))
    done = SeeOther(_next_address(request, form, still_visible))
    browser_drafts.mark_accepted(request.http, done, form.cleaned_data.get("submission"))
    return done


def _message(form: ActForm, still_visible: bool) -> str:
    if form.name == lifecycle.MOVE.name and not still_visible:
        return _("The ticket has been transferred. You can no longer see it.")
    if form.cleaned_data.get("become_guest") and _is_guest(form):
        return _("The ticket has been transferred. You are now a guest of it.")
    return str(form.labels["done"])


def _is_guest(form: ActForm) -> bool:
    """Tell whether the mover stays as a guest: who manages the target as well does not."""
    return bool(form.ticket.guests.filter(user=form.author).exists())


def _next_address(request: HelpdeskRequest, form: ActForm, still_visible: bool) -> str:
    if isinstance(form, RemoveGuest) and form.is_oneself:
        # To the list where the ticket was, even if it is public or one manages it.
        return f"{request.base}tickets/"
    if still_visible and not (form.leaves and _wants_the_list(request)):
        return f"{request.base}tickets/{form.ticket.pk}/"
    return _list_url(request)


def _list_url(request: HelpdeskRequest) -> str:
    return request.base + ("desk/" if request.managed else "tickets/")


def _wants_the_list(request: HelpdeskRequest) -> bool:
    """Tell whether a manager prefers to go back to the list after ending a ticket."""
    return bool(request.managed) and not HelpdeskPreferences.of(request.user).stay_on_ticket


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
