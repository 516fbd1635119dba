"""The page of an incident, and “Me too”, which follows its ticket."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from wagtail_helpdesk.access import may_read_page
from wagtail_helpdesk.actions import NotYours, perform
from wagtail_helpdesk.lifecycle import Source
from wagtail_helpdesk.models import Incident, Subscription, Ticket
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.incidents import ShownIncident, load_incidents
from wagtail_helpdesk.portal.request import HelpdeskRequest


def show_incident(request: HelpdeskRequest, incident: int) -> HttpResponse:
    """Show an incident that has begun, or follow its ticket (“Me too”)."""
    found = find_incident(request, incident)
    return _follow(request, found) if request.is_post else _render(request, found)


def find_incident(request: HelpdeskRequest, pk: int) -> ShownIncident:
    """Return an incident that the user may read, ended ones included; raises ``Http404``."""
    rows = Incident.objects.begun().filter(pk=pk)
    found = load_incidents(request.user, request.page, rows=rows)
    if not found and (section := _find_readable_section(request, rows)):
        found = load_incidents(request.user, section, rows=rows)
    if not found:
        raise Http404(_("This incident does not exist or does not concern you."))
    return found[0]


def _find_readable_section(request: HelpdeskRequest, rows: Any) -> Any:
    # One statement, whether there is such an incident or not.
    pages: Any = Incident.sections.field.related_model
    sections = pages._default_manager.filter(pk__in=rows.values("sections"))
    return next((page for page in sections if may_read_page(page, request.http)), None)


def _follow(request: HelpdeskRequest, incident: ShownIncident) -> HttpResponse:
    if incident.is_over:
        return _render(request, incident, status=409)
    if incident.ticket is None:
        raise NotYours
    if not incident.is_told:
        ticket = Ticket.objects.visible_to(request.user).get(pk=incident.ticket)
        own = Subscription.objects.filter(ticket=ticket, user=request.user)
        verbs = ["follow", "unmute"] if own.filter(muted=True).exists() else ["follow"]
        for verb in verbs:
            refusal = perform(verb, ticket, request.user, source=Source.PAGE).refusal
            if refusal is None:
                continue
            if refusal.kind == "not_yours":
                raise NotYours
            return _render(request, incident, status=refusal.status, problem=refusal.message)
    return SeeOther(f"{_get_next_url(request, incident)}#{incident.anchor}")


def _get_next_url(request: HelpdeskRequest, incident: ShownIncident) -> str:
    """Return the page of this site on which the button stood."""
    asked = request.http.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(
        asked, {request.http.get_host()}, require_https=request.http.is_secure()
    )
    if is_here and "#" not in asked:
        return str(asked)
    return request.url("incident", incident.pk)


def _render(
    request: HelpdeskRequest, incident: ShownIncident, status: int = 200, problem: str = ""
) -> HttpResponse:
    return request.render("incident.html", status=status, incident=incident, problem=problem)


def filter_concerned(request: HelpdeskRequest, service: int) -> list[ShownIncident]:
    """Return the current incidents that the form of a service's categories shows."""
    return [incident for incident in request.incidents if incident.concerns(service)]
