"""The one view behind every act: show its form, call its verb, say what came of it."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.actions import NotNow, NotPossible, NotYours, SentBefore
from wagtail_helpdesk.actions.acting import VERSIONED
from wagtail_helpdesk.lifecycle import Status
from wagtail_helpdesk.models import HelpdeskPreferences, Ticket
from wagtail_helpdesk.typed import number as number_in

from . import browser_drafts, history, limits, unfinished
from .forms import FORMS, ActForm
from .forms.inviting import RemoveGuest
from .forms.naming import Finds
from .visit import Visit, takes_forms

logger = logging.getLogger(__name__)


class SeeOther(HttpResponseRedirect):
    """After a form has done its work: look there, with GET."""

    status_code = 303


@takes_forms
def act(visit: Visit, number: int, slug: str) -> HttpResponse:
    """Show the form of an act, or do it."""
    form_class = FORMS.get(slug.replace("-", "_"))
    if form_class is None or "_" in slug:
        raise Http404(_("There is no such action."))
    ticket = visit.ticket(number)
    if not visit.posted:
        return _ask(visit, ticket, form_class)
    if "find" in visit.request.POST and issubclass(form_class, Finds):
        return _find(visit, ticket, form_class)
    return _do(visit, ticket, form_class)


def _ask(visit: Visit, ticket: Ticket, form_class: type[ActForm]) -> HttpResponse:
    """Show the form, filled with what the address and an expired login left."""
    asked = visit.request.GET
    newest = history.last_event(ticket, visit.user)
    given = number_in(asked.get("seen", ""))
    seen = newest if given is None else given
    initial: dict[str, Any] = asked.dict() | unfinished.given_back(visit.request)
    initial |= {"version": ticket.version, "seen": newest, "submission": None}
    form = form_class(visit=visit, ticket=ticket, initial=_without_none(initial))
    if not _is_possible(visit, form):
        return _refuse(visit, form)
    news = history.since(ticket, visit.user, seen) if seen < newest else []
    return _page(visit, form, news=news)


def _find(visit: Visit, ticket: Ticket, form_class: type[ActForm]) -> HttpResponse:
    """Show who was found, in the form as it was left: it is checked when it is sent."""
    typed = unfinished.typed(visit.request)
    form: Any = form_class(visit=visit, ticket=ticket, initial=typed)
    if not _is_possible(visit, form):
        return _refuse(visit, form)
    form.find()
    return _page(visit, form)


def _do(visit: Visit, ticket: Ticket, form_class: type[ActForm]) -> HttpResponse:
    """Call the verb; whatever refuses, what was typed comes back."""
    form = form_class(visit.request.POST, visit.request.FILES, visit=visit, ticket=ticket)
    if not form.is_valid():
        status = 429 if form.has_error("users", limits.TOO_MANY) else 422
        return _rejected(visit, form, status) if _is_possible(visit, form) else _refuse(visit, form)
    if not limits.may_act(visit.user):
        return _rejected(visit, form, limits.refuse(form))
    try:
        form.run()
    except NotNow as problem:
        return _stale(visit, form, isinstance(problem, SentBefore))
    except NotPossible as problem:
        field = problem.field if problem.field in form.fields else None
        form.add_error(field, str(problem))
        return _rejected(visit, form)
    except OSError:
        logger.exception("The files of a form could not be stored.")
        form.add_error(None, _("The files could not be stored. Nothing was recorded."))
        return _rejected(visit, form)
    return _done(visit, form)


def _is_possible(visit: Visit, form: ActForm) -> bool:
    row = form.action()
    return row is None or row in visit.may(form.ticket)


def _refuse(visit: Visit, form: ActForm) -> HttpResponse:
    """Refuse an act that is not this person's, or show why it is not the moment."""
    standing, row = form.ticket.standing, form.action()
    status = Status(form.ticket.status)
    if row is None or not row.is_ever_for(standing.roles, standing.privileges, status):
        raise NotYours
    return _stale(visit, form)


def _rejected(visit: Visit, form: ActForm, status: int = 422) -> HttpResponse:
    _keep_files(form)
    return _page(visit, form, status=status)


def _stale(visit: Visit, form: ActForm, sent_before: bool = False) -> HttpResponse:
    """Name who was faster, show the news, keep the text; the form can be sent again."""
    _keep_files(form)
    typed = number_in(form["seen"].value())
    ticket = visit.ticket(form.ticket.pk)
    newest = history.last_event(ticket, visit.user)
    seen = newest - 1 if typed is None else typed
    news = history.since(ticket, visit.user, min(seen, newest - 1))
    form.refreshed(ticket, newest)
    possible = _is_possible(visit, form)
    return _page(
        visit, form, status=409, news=news, stale=True, sent_before=sent_before,
        faster=_who_was_faster(visit, news), blocked=not possible,
    )  # fmt: skip


def _who_was_faster(visit: Visit, news: list[history.Entry]) -> str:
    """Say what overtook the form: the newest act that changed the ticket, else the newest of all."""
    others = [entry for entry in news if entry.event.actor_id != visit.user.pk]
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


def _page(visit: Visit, form: ActForm, status: int = 200, **context: Any) -> HttpResponse:
    return visit.render(
        "act.html",
        status=status,
        form=form,
        words=form.labels,
        ticket=form.ticket,
        here=f"{visit.base}tickets/{form.ticket.pk}/",
        address=f"{visit.base}tickets/{form.ticket.pk}/{form.slug}/",
        ways=form.other_ways(visit.may(form.ticket)),
        **context,
    )


def _done(visit: Visit, form: ActForm) -> HttpResponse:
    if hasattr(form, "forget"):
        form.forget()
    unfinished.forget(visit.request)
    still_visible = Ticket.objects.visible_to(visit.user).filter(pk=form.ticket.pk).exists()
    messages.success(visit.request, _message(form, still_visible))
    done = SeeOther(_next_address(visit, form, still_visible))
    browser_drafts.mark_accepted(visit.request, done, form.cleaned_data.get("submission"))
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


def _next_address(visit: Visit, form: ActForm, still_visible: bool) -> str:
    if isinstance(form, RemoveGuest) and form.is_oneself:
        # To the list where the ticket was, even if it is public or one manages it.
        return f"{visit.base}tickets/"
    if still_visible and not (form.leaves and _wants_the_list(visit)):
        return f"{visit.base}tickets/{form.ticket.pk}/"
    return visit.base + ("desk/" if visit.managed else "tickets/")


def _wants_the_list(visit: Visit) -> bool:
    """Tell whether a manager prefers to go back to the list after ending a ticket."""
    return bool(visit.managed) and not HelpdeskPreferences.of(visit.user).stay_on_ticket


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
