"""Where managers say in which services they are available now, and on which days they are away."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from wagtail_helpdesk import access
from wagtail_helpdesk.actions import NotPossible, NotYours, configuration
from wagtail_helpdesk.models import Absence, ServiceManager
from wagtail_helpdesk.parsing import number
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest

from .absence_form import AbsenceForm

MOST_ABSENCES = 50


def show_absences(request: HelpdeskRequest) -> HttpResponse:
    """Show a manager's availability and absences, or record what one of the forms says."""
    if not request.managed:
        raise NotYours
    if not request.posted:
        return _page(request, _form(request))
    if "service" in request.http.POST:
        return _switch(request)
    return _remove(request) if "remove" in request.http.POST else _add(request)


def _switch(request: HelpdeskRequest) -> HttpResponse:
    posted = request.http.POST
    row = next((row for row in request.managed if str(row.service_id) == posted["service"]), None)
    if row is None:
        raise Http404(_("You do not manage this service."))
    available = posted.get("available") == "yes"
    try:
        configuration.set_availability(row, available, by=request.user)
    except NotPossible as gone:
        raise Http404(str(gone)) from gone
    said = _("You are available in %(service)s.") if available else _(
        "You are not available in %(service)s: you will be given no tickets."
    )  # fmt: skip
    return _done(request, said % {"service": row.service.name})


def _remove(request: HelpdeskRequest) -> HttpResponse:
    named: Any = number(request.http.POST["remove"])
    own = Absence.objects.filter(user=request.user).select_related("user", "replacement")
    absence = own.filter(pk=named).first()
    if absence is None:
        raise Http404(_("This absence no longer exists."))
    configuration.remove_absence(absence, by=request.user)
    return _done(request, _("The absence was removed."))


def _add(request: HelpdeskRequest) -> HttpResponse:
    if not _may_add(request):
        raise NotYours
    form = _form(request, request.http.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        configuration.add_absence(request.user, by=request.user, **form.cleaned_data)
    except NotPossible as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(request, form, status=422)
    return _done(request, _("The absence was added."))


def _form(request: HelpdeskRequest, data: Any = None) -> AbsenceForm:
    return AbsenceForm(data, visitor=request.user, services=[s.pk for s in request.services])


def _may_add(request: HelpdeskRequest) -> bool:
    """Tell whether absences are the visitor's own affair: with a privilege in one of their services."""
    return any(_is_own_affair(request, row) for row in request.managed)


def _is_own_affair(request: HelpdeskRequest, row: ServiceManager) -> bool:
    held = row.can_set_availability or row.can_manage_managers
    return held or access.administers_helpdesk(request.user)


def _done(request: HelpdeskRequest, message: str) -> HttpResponse:
    messages.success(request.http, message)
    return SeeOther(f"{request.base}preferences/absences/")


def _page(request: HelpdeskRequest, form: AbsenceForm, status: int = 200) -> HttpResponse:
    coming = Absence.objects.filter(user=request.user, ends_on__gte=timezone.localdate())
    return request.render(
        "absences.html",
        status=status,
        form=form,
        rows=[(row, _is_own_affair(request, row)) for row in request.managed],
        absences=coming.select_related("replacement")[:MOST_ABSENCES],
        may_add=_may_add(request),
    )
