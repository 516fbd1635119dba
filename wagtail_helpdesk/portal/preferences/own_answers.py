"""The page where managers write their own canned answers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import NotPossible, NotYours
from wagtail_helpdesk.actions.canned_answers import delete_own_answer, save_own_answer
from wagtail_helpdesk.models import CannedAnswer
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .own_answer_form import OwnAnswerForm


def show_own_answers(request: HelpdeskRequest) -> HttpResponse:
    """Show a manager's own answers and the form of one, or handle one of the page's forms."""
    if not request.manager_rows:
        raise NotYours
    if "delete" in request.http.POST:
        return _delete(request)
    chosen = request.http.POST if request.is_post else request.http.GET
    answer = _find_own(request, chosen.get("answer", ""))
    if not request.is_post:
        return _render(request, OwnAnswerForm(instance=answer))
    form = OwnAnswerForm(request.http.POST, instance=answer)
    if not form.is_valid():
        return _render(request, form, status=422)
    try:
        save_own_answer(request.user, answer, **form.cleaned_data)
    except NotPossible as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _render(request, form, status=422)
    return _redirect_with(request, _("The canned answer has been saved."))


def _find_own(request: HelpdeskRequest, typed: str) -> CannedAnswer | None:
    """Return the answer that a parameter names, None without; raises ``Http404`` for no own one."""
    if not typed:
        return None
    pk = parse_number(typed) or 0
    own = CannedAnswer.objects.owned_by(request.user).filter(pk=pk).first()
    if own is None:
        raise Http404(_("This canned answer no longer exists."))
    return own


def _delete(request: HelpdeskRequest) -> HttpResponse:
    answer = _find_own(request, request.http.POST["delete"] or "0")
    if answer is not None:
        delete_own_answer(request.user, answer)
    return _redirect_with(request, _("The canned answer has been deleted."))


def _redirect_with(request: HelpdeskRequest, message: str) -> HttpResponse:
    messages.success(request.http, message)
    return SeeOther(request.url("own_answers"))


def _render(request: HelpdeskRequest, form: Any, status: int = 200) -> HttpResponse:
    own = CannedAnswer.objects.owned_by(request.user).select_related("usage")
    return request.render("own_answers.html", status=status, form=form, answers=own)
