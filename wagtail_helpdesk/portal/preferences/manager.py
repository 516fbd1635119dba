"""The preferences of a manager, service by service: what they are told at once, and the daily reports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.actions.preferences import change_switches, reset_service_preferences
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.portal import rate_limits
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.reports import due

from . import preference_summary
from .manager_form import ManagerPreferences

#: A page has about eight fields for each service, and Django takes a thousand.
MOST_SERVICES = 50
#: With more services than this, a list at the top leads to each.
FEW_SERVICES = 3


def show_manager_preferences(request: HelpdeskRequest) -> HttpResponse:
    """Show the preferences of a manager, or do what one of the page's buttons says."""
    if not request.managed:
        raise NotYours
    sent = request.http.POST
    if not request.posted:
        return _page(request, _preferences(request))
    name = next((name for name in HANDLERS if name in sent), "save")
    return HANDLERS[name](request, sent.get(name, "all"))


# -- what the buttons do ----------------------------------------------------------------------------


def _save(request: HelpdeskRequest, which: str) -> HttpResponse:
    """Save everything on the page, or one service; what is wrong elsewhere does not matter then."""
    service = None if which == "all" else _service(request, which)
    preferences = _preferences(request, judged=None if service is None else {service.pk})
    if not preferences.is_valid():
        return _page(request, preferences, status=422)
    preferences.save()
    for form in preferences.services:
        if form.is_bound and form.was_raised:
            _say(request, form.service, _raised_words(), messages.info)
    if service is None:
        messages.success(request.http, _("Your preferences have been saved."))
    else:
        done = _("Your preferences for the service “%(service)s” have been saved.")
        _say(request, service, done % {"service": service})
    return _answer(request, service)


def _switch_monitoring(request: HelpdeskRequest, what: str) -> HttpResponse:
    suspended = _suspends(what)
    change_switches(request.user, monitoring_suspended=suspended)
    done = (
        _("The monitoring of tickets is suspended. Your settings are kept.")
        if suspended
        else _("The monitoring of tickets is active.")
    )
    messages.success(request.http, done)
    return _answer(request)


def _switch_reports(request: HelpdeskRequest, what: str) -> HttpResponse:
    suspended = _suspends(what)
    change_switches(request.user, reports_suspended=suspended)
    done = (
        _("The daily reports are suspended. Your settings are kept.")
        if suspended
        else _("The daily reports are active.")
    )
    messages.success(request.http, done)
    return _answer(request)


def _reset(request: HelpdeskRequest, which: str) -> HttpResponse:
    service = _service(request, which)
    reset_service_preferences(request.user, service)
    done = _("The service “%(service)s” is back to the default settings.")
    _say(request, service, done % {"service": service})
    return _answer(request, service)


def _send(request: HelpdeskRequest, which: str) -> HttpResponse:
    """Send a report as it was last saved."""
    service = _service(request, which)
    preferences = _preferences(request, judged=())
    form = next((form for form in preferences.services if form.service == service), None)
    if form is not None and form.lists_nothing:
        words = _("There is nothing to send: choose what the report lists, then save.")
        _say(request, service, words, messages.error)
        return _answer(request, service, typed_too=True)
    if not rate_limits.may_have_a_report(request.user):
        words = _("You have had many reports sent. Please wait an hour before the next one.")
        _say(request, service, words, messages.error)
        return _answer(request, service, typed_too=True)
    due.send_report_now(request.user, service)
    unsaved = form is not None and form.unsaved
    _say(
        request,
        service,
        _("The report has been sent, with the settings last saved.")
        if unsaved
        else _("The report has been sent."),
    )
    return _answer(request, service, typed_too=True)


HANDLERS: dict[str, Callable[[HelpdeskRequest, str], HttpResponse]] = {
    "save": _save,
    "monitoring": _switch_monitoring,
    "reports": _switch_reports,
    "reset": _reset,
    "send": _send,
}


def _suspends(what: str) -> bool:
    if what not in ("suspend", "activate"):
        raise Http404(_("There is no such action."))
    return what == "suspend"


def _service(request: HelpdeskRequest, which: str) -> Service:
    """Return the service a button is about; one the visitor does not manage does not exist here."""
    for service in request.services:
        if str(service.pk) == which:
            return service
    raise Http404(_("This service does not exist, or you do not manage it."))


def _raised_words() -> str:
    return _("A choice quieter than the one before it has been raised.")


# -- the page ---------------------------------------------------------------------------------------


def _preferences(
    request: HelpdeskRequest, judged: Collection[int] | None = None, but: Service | None = None
) -> ManagerPreferences:
    """Return the forms of the page's services; ``but`` one shows what is stored."""
    data: Any = request.http.POST.copy() if request.posted else None
    if but is not None:
        data.pop(f"helpdesk-{but.pk}-shown", None)
    services = [row.service for row in _paginated(request)]
    return ManagerPreferences(request.user, services, data, judged=judged)


def _paginated(request: HelpdeskRequest) -> Any:
    return Paginator(request.managed, MOST_SERVICES).get_page(request.http.GET.get("page"))


def _answer(
    request: HelpdeskRequest, service: Service | None = None, typed_too: bool = False
) -> HttpResponse:
    """Send the browser to the page, or give back what was typed and not saved by this button."""
    everything = request.http.POST.get("save", "") == "all"
    left = _preferences(request, judged=(), but=None if typed_too else service)
    if left.unsaved and not everything:
        messages.warning(request.http, _("Other changes on this page are not saved yet."))
        return _page(request, left)
    place = f"#service-{service.pk}" if service else ""
    number = _paginated(request).number
    page = f"?page={number}" if number > 1 else ""
    return SeeOther(f"{request.base}preferences/manager/{page}{place}")


def _say(
    request: HelpdeskRequest,
    service: Service,
    words: str,
    level: Callable[..., None] = messages.success,
) -> None:
    """Say something beside a service, where the one who pressed the button looks."""
    level(request.http, words, extra_tags=f"service-{service.pk}")


def _page(
    request: HelpdeskRequest, preferences: ManagerPreferences, status: int = 200
) -> HttpResponse:
    said = defaultdict(list)
    for message in messages.get_messages(request.http):
        said[message.extra_tags].append(message)
    for form in preferences.services:
        form.said = said.pop(f"service-{form.service.pk}", [])  # type: ignore[attr-defined]
    return request.render(
        "preferences_manager.html",
        status=status,
        preferences=preferences,
        switches=preferences.preferences,
        vocabulary=preference_summary.get_vocabulary(),
        page_of_services=_paginated(request),
        many=len(preferences.services) > FEW_SERVICES,
        messages=[message for group in said.values() for message in group],
    )
