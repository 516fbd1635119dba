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
from wagtail_helpdesk.typed import number

from .act import SeeOther
from .forms.absences import AbsenceForm
from .visit import Visit, takes_forms

MOST_ABSENCES = 50


@takes_forms
def show(visit: Visit) -> HttpResponse:
    """Show a manager's availability and absences, or record what one of the forms says."""
    if not visit.managed:
        raise NotYours
    if not visit.posted:
        return _page(visit, _form(visit))
    if "service" in visit.request.POST:
        return _switch(visit)
    return _remove(visit) if "remove" in visit.request.POST else _add(visit)


def _switch(visit: Visit) -> HttpResponse:
    posted = visit.request.POST
    row = next((row for row in visit.managed if str(row.service_id) == posted["service"]), None)
    if row is None:
        raise Http404(_("You do not manage this service."))
    available = posted.get("available") == "yes"
    try:
        configuration.set_availability(row, available, by=visit.user)
    except NotPossible as gone:
        raise Http404(str(gone)) from gone
    said = _("You are available in %(service)s.") if available else _(
        "You are not available in %(service)s: you will be given no tickets."
    )  # fmt: skip
    return _done(visit, said % {"service": row.service.name})


def _remove(visit: Visit) -> HttpResponse:
    named: Any = number(visit.request.POST["remove"])
    own = Absence.objects.filter(user=visit.user).select_related("user", "replacement")
    absence = own.filter(pk=named).first()
    if absence is None:
        raise Http404(_("This absence no longer exists."))
    configuration.remove_absence(absence, by=visit.user)
    return _done(visit, _("The absence was removed."))


def _add(visit: Visit) -> HttpResponse:
    if not _may_add(visit):
        raise NotYours
    form = _form(visit, visit.request.POST)
    if not form.is_valid():
        return _page(visit, form, status=422)
    try:
        configuration.add_absence(visit.user, by=visit.user, **form.cleaned_data)
    except NotPossible as problem:
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _page(visit, form, status=422)
    return _done(visit, _("The absence was added."))


def _form(visit: Visit, data: Any = None) -> AbsenceForm:
    return AbsenceForm(data, visitor=visit.user, services=[s.pk for s in visit.services])


def _may_add(visit: Visit) -> bool:
    """Tell whether absences are the visitor's own affair: with a privilege in one of their services."""
    return any(_is_own_affair(visit, row) for row in visit.managed)


def _is_own_affair(visit: Visit, row: ServiceManager) -> bool:
    held = row.can_set_availability or row.can_manage_managers
    return held or access.configures_everything(visit.user)


def _done(visit: Visit, message: str) -> HttpResponse:
    messages.success(visit.request, message)
    return SeeOther(f"{visit.base}preferences/absences/")


def _page(visit: Visit, form: AbsenceForm, status: int = 200) -> HttpResponse:
    coming = Absence.objects.filter(user=visit.user, ends_on__gte=timezone.localdate())
    return visit.render(
        "absences.html",
        status=status,
        form=form,
        rows=[(row, _is_own_affair(visit, row)) for row in visit.managed],
        absences=coming.select_related("replacement")[:MOST_ABSENCES],
        may_add=_may_add(visit),
    )
