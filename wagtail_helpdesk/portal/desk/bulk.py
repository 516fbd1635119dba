"""The page of an action on several tickets: shows which it concerns, performs it, leads back."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.utils.translation import gettext as _

from wagtail_helpdesk import actions
from wagtail_helpdesk.actions import NotYours, Outcome, action_limits
from wagtail_helpdesk.actions.message_text import render_message
from wagtail_helpdesk.lifecycle import Action, Source, Visibility
from wagtail_helpdesk.models import Submission, Ticket
from wagtail_helpdesk.portal import form_limits, session_drafts
from wagtail_helpdesk.portal.forms.people import PeopleSearchForm
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.submissions import compute_form_digest, get_submission_id
from wagtail_helpdesk.portal.tickets import history
from wagtail_helpdesk.portal.tickets.buttons import find_form_class
from wagtail_helpdesk.portal.tickets.forms import ActionForm

from .bulk_list import MAX_NAMED, clean_back, describe_refusals, describe_success, get_back_url
from .bulk_undo import find_undoable, sign_undo
from .selection import (
    MAX_TICKETS,
    Pick,
    Selection,
    explain_unavailable,
    load_tickets,
    read_picks,
)

#: Fields that say which tickets and how, not what is done to them.
_NOT_DATA = frozenset({"ticket", "shown", "part", "back"})
#: These belong to one ticket.
_NOT_FILLED = frozenset({"submission", "version", "seen", "draft_owner", "kept"})


@dataclass
class Performed:
    """What became of the tickets of one form."""

    #: The numbers of the tickets on which the action was performed, by this copy of the form or an
    #: earlier one.
    done: list[int] = field(default_factory=list)
    refused: list[Outcome] = field(default_factory=list)


def handle_bulk(request: HelpdeskRequest, slug: str) -> HttpResponse:
    """Show the form of an action on several tickets, or perform it. For managers."""
    if not request.manager_rows:
        raise NotYours
    form_class = find_form_class(slug)
    if form_class is None or form_class.bulk is None or form_class.get_action() is None:
        raise Http404(_("There is no such action."))
    posted = request.http.POST
    if request.is_post and "preview" not in posted and "find" not in posted:
        return _submit(request, form_class)
    return _show(request, form_class)


def _show(request: HelpdeskRequest, form_class: type[ActionForm]) -> HttpResponse:
    """Show the form, with what was typed when a preview or a search was asked for."""
    if request.is_post:
        typed = session_drafts.get_typed_values(request.http)
        selection = _select(request, form_class, _read_shown(request.http.POST))
    else:
        typed = session_drafts.pop_draft(request.http)
        values = request.http.GET.getlist("ticket") or _as_list(typed.get("ticket"))
        selection = _select(request, form_class, read_picks(values))
    form = _make_form(request, form_class, selection, initial=typed)
    status = _answer_question(request, form) if form is not None and request.is_post else 200
    if status == 429:
        form = _make_form(request, form_class, selection, data=request.http.POST)
        form.add_error(None, action_limits.get_action_limit_message())  # type: ignore[union-attr]
    return _render(request, form_class, form, selection, status=status)


def _as_list(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _read_shown(posted: QueryDict) -> list[Pick]:
    """Return the tickets that the page showed: those that are ticked, and the others."""
    ticked = {pick.number: pick for pick in read_picks(posted.getlist("ticket"))}
    shown = read_picks(posted.get("shown", "").split())
    return [ticked.get(pick.number, pick) for pick in shown] or list(ticked.values())


def _answer_question(request: HelpdeskRequest, form: Any) -> int:
    """Find people, or render the message, as the form asks; return the status of the answer."""
    if "find" in request.http.POST:
        if isinstance(form, PeopleSearchForm):
            form.find()
        found = getattr(form, "found", None)
        return found.status if found else 200
    if not action_limits.allow_action(request.user):
        return 429
    form.preview = render_message(request.http.POST.get("text", "")).html
    return 200


def _select(
    request: HelpdeskRequest, form_class: type[ActionForm], picks: Sequence[Pick]
) -> Selection:
    action = form_class.get_action()
    assert action is not None  # noqa: S101 - checked by handle_bulk
    return Selection(request.user, action, picks)


def _make_form(
    request: HelpdeskRequest,
    form_class: type[ActionForm],
    selection: Selection,
    *,
    initial: Mapping[str, Any] | None = None,
    data: QueryDict | None = None,
) -> ActionForm | None:
    """Return the form for the tickets on which the action is possible; None without any."""
    tickets = selection.possible or selection.tickets
    if not tickets:
        return None
    filled = {name: value for name, value in (initial or {}).items() if name not in _NOT_FILLED}
    form = form_class(data, user=request.user, ticket=tickets[0], initial=filled)
    form.extend_to(tickets)
    return form


def _submit(request: HelpdeskRequest, form_class: type[ActionForm]) -> HttpResponse:
    """Perform the action on the tickets that are ticked; lead back to the list when it is done."""
    data = request.http.POST.copy()
    data.pop("kept", None)
    digest = compute_form_digest(request.http, "bulk", _NOT_DATA)
    submission = get_submission_id(request.http) or uuid.uuid4()
    picks = read_picks(data.getlist("ticket"))[:MAX_TICKETS]
    earlier = _find_done(request, form_class, submission, digest, [p.number for p in picks])
    selection = _select(request, form_class, [p for p in picks if p.number not in earlier])
    performed = Performed(done=[p.number for p in picks if p.number in earlier])
    form = _make_form(request, form_class, selection, data=data)
    if form is None and not earlier:
        return _show_unchosen(request, form_class)
    if form is not None:
        if not form.is_valid():
            shown = _select(request, form_class, _read_shown(data))
            return _render(
                request, form_class, form, shown, status=form_limits.get_error_status(form)
            )
        _perform(form, selection, submission, digest, performed)
    if "part" in data:
        return _answer_part(performed)
    return _finish(request, form_class, form, performed, submission)


def _perform(
    form: ActionForm,
    selection: Selection,
    submission: uuid.UUID,
    digest: str,
    performed: Performed,
) -> None:
    """Perform the verb on the selected tickets, and add what became of them."""
    selection.take_versions()
    result = actions.perform(
        form.action_name,
        selection.tickets,
        selection.user,
        form.get_arguments(),
        submission,
        selection.seen,
        source=Source.PAGE,
        digest=digest,
    )
    performed.done += [outcome.ticket.pk for outcome in result.done if outcome.ticket]
    performed.refused += result.refused


def _show_unchosen(request: HelpdeskRequest, form_class: type[ActionForm]) -> HttpResponse:
    """Show the form again when no ticket is ticked."""
    selection = _select(request, form_class, _read_shown(request.http.POST))
    typed = session_drafts.get_typed_values(request.http)
    form = _make_form(request, form_class, selection, initial=typed)
    return _render(request, form_class, form, selection, status=422, is_unchosen=True)


def _answer_part(performed: Performed) -> HttpResponse:
    """Answer a script that sends the tickets in parts: it goes on, or sends the whole form."""
    kinds = {outcome.refusal.kind for outcome in performed.refused if outcome.refusal}
    stops = kinds & {"too_many", "sent_before"}
    return HttpResponse(status=409 if stops else 204)


def _find_done(
    request: HelpdeskRequest,
    form_class: type[ActionForm],
    submission: uuid.UUID,
    digest: str,
    numbers: Iterable[int],
) -> set[int]:
    """Return the tickets on which an earlier copy of the form performed the action."""
    ids = {actions.derive_submission(submission, number): number for number in numbers}
    rows = Submission.objects.filter(
        pk__in=ids, actor=request.user, verb=form_class.action_name, digest=digest
    )
    return {ids[pk] for pk in rows.values_list("pk", flat=True)}


def _finish(
    request: HelpdeskRequest,
    form_class: type[ActionForm],
    form: ActionForm | None,
    performed: Performed,
    submission: uuid.UUID,
) -> HttpResponse:
    """Say what was done and what was not; show the form again when some could be tried again."""
    action: Any = form_class.get_action()
    numbers = [o.ticket.pk for o in performed.refused if o.ticket]
    left = load_tickets(request.user, numbers)
    reasons = _explain_refusals(request, action, performed.refused, left)
    can_be_repeated = any(not explain_unavailable(action, ticket) for ticket in left)
    if form is not None and (can_be_repeated or not performed.done):
        return _show_refused(request, form_class, form, performed, reasons)
    session_drafts.forget_draft(request.http)
    if performed.done:
        messages.success(request.http, describe_success(form_class, len(performed.done)))
    for reason, refused in _group(reasons).items():
        messages.warning(request.http, describe_refusals(refused, reason))
    return SeeOther(_get_list_url(request, performed.done, submission))


def _explain_refusals(
    request: HelpdeskRequest, action: Action, refused: Sequence[Outcome], left: Sequence[Ticket]
) -> dict[int, str]:
    """Return why each ticket was refused, in plain words."""
    tickets = {ticket.pk: ticket for ticket in left}
    picks = {pick.number: pick for pick in read_picks(request.http.POST.getlist("ticket"))}
    reasons: dict[int, str] = {}
    for outcome in refused:
        number, refusal = getattr(outcome.ticket, "pk", None), outcome.refusal
        if number is None or refusal is None:
            continue
        if number not in tickets:
            reasons[number] = _("You can no longer see it.")
        elif refusal.kind in ("not_yours", "not_now"):
            changed = explain_unavailable(action, tickets[number])
            seen = picks[number].seen if len(reasons) < MAX_NAMED else None
            reasons[number] = changed or _describe_change(tickets[number], request.user, seen)
        else:
            reasons[number] = refusal.message
    return reasons


def _describe_change(ticket: Ticket, user: Any, seen: int | None) -> str:
    """Return that a ticket changed, with the last thing that others did since it was shown."""
    news = history.load_news(ticket, user, seen) if seen is not None else []
    others = [entry.sentence for entry in news if not entry.is_mine]
    return " ".join([_("It changed meanwhile."), *others[-1:]])


def _show_refused(
    request: HelpdeskRequest,
    form_class: type[ActionForm],
    form: ActionForm,
    performed: Performed,
    reasons: Mapping[int, str],
) -> HttpResponse:
    """Show the form again for the tickets that were refused, with what was typed."""
    refusals = [outcome.refusal for outcome in performed.refused if outcome.refusal]
    selection = _select(request, form_class, [Pick(number) for number in reasons])
    typed = session_drafts.get_typed_values(request.http)
    again = _make_form(request, form_class, selection, initial=typed)
    status = max((refusal.status for refusal in refusals), default=409)
    done = describe_success(form_class, len(performed.done)) if performed.done else ""
    return _render(
        request, form_class, again, selection, status=status, refusals=reasons, done=done
    )


def _render(
    request: HelpdeskRequest,
    form_class: type[ActionForm],
    form: ActionForm | None,
    selection: Selection,
    *,
    status: int = 200,
    refusals: Mapping[int, str] | None = None,
    done: str = "",
    is_unchosen: bool = False,
) -> HttpResponse:
    ticked = None
    if request.is_post:
        ticked = {pick.number for pick in read_picks(request.http.POST.getlist("ticket"))}
    possible, skipped = selection.describe(ticked=ticked, refusals=refusals)
    given = request.http.POST if request.is_post else request.http.GET
    return request.render(
        "bulk.html",
        status=status,
        form=form if possible else None,
        labels=form_class.bulk,
        form_url=request.url("bulk", form_class.get_slug()),
        possible=possible,
        skipped=skipped,
        shown=" ".join(str(ticket.pk) for ticket in selection.tickets),
        is_unchosen=is_unchosen,
        is_refused=bool(refusals),
        done=done,
        limit=MAX_TICKETS if selection.is_cut else 0,
        has_public=any(ticket.visibility == Visibility.PUBLIC for ticket in selection.possible),
        manager_label=_("Manager"),
        back=clean_back(given.get("back", "")),
        back_url=get_back_url(request),
    )


def _group(reasons: Mapping[int, str]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for number, reason in reasons.items():
        groups[reason].append(number)
    return groups


def _get_list_url(request: HelpdeskRequest, done: Sequence[int], submission: uuid.UUID) -> str:
    """Return where the list is, with what it needs to offer to undo what was done."""
    undoable = find_undoable(request.user, submission, done)
    if not undoable:
        return get_back_url(request)
    return get_back_url(request, undo=sign_undo(request.user, submission, list(undoable)))
