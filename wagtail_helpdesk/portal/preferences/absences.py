"""The page where managers set their availability in each service and enter absences."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import access
from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.models import Absence, ServiceManager
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal import form_limits
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .absence_form import AbsenceForm

#: Coming absences listed.
MAX_LISTED_ABSENCES = 50


def show_absences(request: HelpdeskRequest) -> HttpResponse:
    """Show a manager's availability and absences, or handle one of the page's forms."""
    if not request.manager_rows:
        raise NotYours
    if not request.is_post:
        return _render_page(request, _build_form(request))
    if "service" in request.http.POST:
        return _set_availability(request)
    return _remove_absence(request) if "remove" in request.http.POST else _add_absence(request)


def _set_availability(request: HelpdeskRequest) -> HttpResponse:
    posted = request.http.POST
    row = next(
        (row for row in request.manager_rows if str(row.service_id) == posted["service"]), None
    )
    if row is None:
        raise Http404(_("You do not manage this service."))
    available = posted.get("available") == "yes"
    try:
        configuration.set_availability(row, available, by=request.user)
    except NotPossible as gone:
        raise Http404(str(gone)) from gone
    message = _("You are available in %(service)s.") if available else _(
        "You are not available in %(service)s. No tickets will be assigned to you there."
    )  # fmt: skip
    return _redirect_with(request, message % {"service": row.service})


def _remove_absence(request: HelpdeskRequest) -> HttpResponse:
    named: Any = parse_number(request.http.POST["remove"])
    own = Absence.objects.filter(user=request.user).select_related("user", "replacement")
    absence = own.filter(pk=named).first()
    if absence is None:
        raise Http404(_("This absence no longer exists."))
    configuration.remove_absence(absence, by=request.user)
    return _redirect_with(request, _("The absence has been removed."))


def _add_absence(request: HelpdeskRequest) -> HttpResponse:
    if not _may_add(request):
        raise NotYours
    form = _build_form(request, request.http.POST)
    if not form.is_valid():
        return _render_page(request, form, status=form_limits.get_error_status(form))
    try:
        configuration.add_absence(request.user, by=request.user, **form.cleaned_data)
    except NotPossible as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _render_page(request, form, status=422)
    return _redirect_with(request, _("The absence has been added."))


def _build_form(request: HelpdeskRequest, data: Any = None) -> AbsenceForm:
    return AbsenceForm(data, visitor=request.user, services=[s.pk for s in request.services])


def _may_add(request: HelpdeskRequest) -> bool:
    """Return whether the user may enter absences: with a privilege in one of their services."""
    return any(_may_set_availability(request, row) for row in request.manager_rows)


def _may_set_availability(request: HelpdeskRequest, row: ServiceManager) -> bool:
    held = row.can_set_availability or row.can_manage_managers
    return held or access.administers_helpdesk(request.user)


def _redirect_with(request: HelpdeskRequest, message: str) -> HttpResponse:
    messages.success(request.http, message)
    return SeeOther(request.url("absences"))


def _render_page(request: HelpdeskRequest, form: AbsenceForm, status: int = 200) -> HttpResponse:
    coming = Absence.objects.filter(user=request.user, ends_on__gte=timezone.localdate())
    return request.render(
        "absences.html",
        status=status,
        form=form,
        rows=[(row, _may_set_availability(request, row)) for row in request.manager_rows],
        absences=coming.select_related("replacement")[:MAX_LISTED_ABSENCES],
        may_add=_may_add(request),
    )
