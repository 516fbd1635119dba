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
from wagtail_helpdesk.actions.preferences import change_switches, reset
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.notify import reports

from . import foretelling, limits
from .act import SeeOther
from .forms.manager_preferences import ManagerPreferences
from .visit import Visit, takes_forms

#: A page has about eight fields for each service, and Django takes a thousand.
MOST_SERVICES = 50
#: With more services than this, a list at the top leads to each.
FEW_SERVICES = 3


@takes_forms
def show(visit: Visit) -> HttpResponse:
    """Show the preferences of a manager, or do what one of the page's buttons says."""
    if not visit.managed:
        raise NotYours
    sent = visit.request.POST
    if not visit.posted:
        return _page(visit, _preferences(visit))
    name = next((name for name in DEEDS if name in sent), "save")
    return DEEDS[name](visit, sent.get(name, "all"))


# -- what the buttons do ----------------------------------------------------------------------------


def _save(visit: Visit, which: str) -> HttpResponse:
    """Save everything on the page, or one service; what is wrong elsewhere does not matter then."""
    service = None if which == "all" else _service(visit, which)
    preferences = _preferences(visit, judged=None if service is None else {service.pk})
    if not preferences.is_valid():
        return _page(visit, preferences, status=422)
    preferences.save()
    for form in preferences.services:
        if form.is_bound and form.was_raised:
            _say(visit, form.service, _raised_words(), messages.info)
    if service is None:
        messages.success(visit.request, _("Your preferences have been saved."))
    else:
        done = _("Your preferences for the service “%(service)s” have been saved.")
        _say(visit, service, done % {"service": service})
    return _answer(visit, service)


def _switch_monitoring(visit: Visit, what: str) -> HttpResponse:
    suspended = _suspends(what)
    change_switches(visit.user, monitoring_suspended=suspended)
    done = (
        _("The monitoring of tickets is suspended. Your settings are kept.")
        if suspended
        else _("The monitoring of tickets is active.")
    )
    messages.success(visit.request, done)
    return _answer(visit)


def _switch_reports(visit: Visit, what: str) -> HttpResponse:
    suspended = _suspends(what)
    change_switches(visit.user, reports_suspended=suspended)
    done = (
        _("The daily reports are suspended. Your settings are kept.")
        if suspended
        else _("The daily reports are active.")
    )
    messages.success(visit.request, done)
    return _answer(visit)


def _reset(visit: Visit, which: str) -> HttpResponse:
    service = _service(visit, which)
    reset(visit.user, service)
    done = _("The service “%(service)s” is back to the default settings.")
    _say(visit, service, done % {"service": service})
    return _answer(visit, service)


def _send(visit: Visit, which: str) -> HttpResponse:
    """Send a report as it was last saved."""
    service = _service(visit, which)
    preferences = _preferences(visit, judged=())
    form = next((form for form in preferences.services if form.service == service), None)
    if form is not None and form.lists_nothing:
        words = _("There is nothing to send: choose what the report lists, then save.")
        _say(visit, service, words, messages.error)
        return _answer(visit, service, typed_too=True)
    if not limits.may_have_a_report(visit.user):
        words = _("You have had many reports sent. Please wait an hour before the next one.")
        _say(visit, service, words, messages.error)
        return _answer(visit, service, typed_too=True)
    reports.send_report_now(visit.user, service)
    unsaved = form is not None and form.unsaved
    _say(
        visit,
        service,
        _("The report has been sent, with the settings last saved.")
        if unsaved
        else _("The report has been sent."),
    )
    return _answer(visit, service, typed_too=True)


DEEDS: dict[str, Callable[[Visit, str], HttpResponse]] = {
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


def _service(visit: Visit, which: str) -> Service:
    """Return the service a button is about; one the visitor does not manage does not exist here."""
    for service in visit.services:
        if str(service.pk) == which:
            return service
    raise Http404(_("This service does not exist, or you do not manage it."))


def _raised_words() -> str:
    return _("A choice quieter than the one before it has been raised.")


# -- the page ---------------------------------------------------------------------------------------


def _preferences(
    visit: Visit, judged: Collection[int] | None = None, but: Service | None = None
) -> ManagerPreferences:
    """Return the forms of the page's services; ``but`` one shows what is stored."""
    data: Any = visit.request.POST.copy() if visit.posted else None
    if but is not None:
        data.pop(f"helpdesk-{but.pk}-shown", None)
    services = [row.service for row in _paginated(visit)]
    return ManagerPreferences(visit.user, services, data, judged=judged)


def _paginated(visit: Visit) -> Any:
    return Paginator(visit.managed, MOST_SERVICES).get_page(visit.request.GET.get("page"))


def _answer(visit: Visit, service: Service | None = None, typed_too: bool = False) -> HttpResponse:
    """Send the browser to the page, or give back what was typed and not saved by this button."""
    everything = visit.request.POST.get("save", "") == "all"
    left = _preferences(visit, judged=(), but=None if typed_too else service)
    if left.unsaved and not everything:
        messages.warning(visit.request, _("Other changes on this page are not saved yet."))
        return _page(visit, left)
    place = f"#service-{service.pk}" if service else ""
    number = _paginated(visit).number
    page = f"?page={number}" if number > 1 else ""
    return SeeOther(f"{visit.base}preferences/manager/{page}{place}")


def _say(
    visit: Visit, service: Service, words: str, level: Callable[..., None] = messages.success
) -> None:
    """Say something beside a service, where the one who pressed the button looks."""
    level(visit.request, words, extra_tags=f"service-{service.pk}")


def _page(visit: Visit, preferences: ManagerPreferences, status: int = 200) -> HttpResponse:
    said = defaultdict(list)
    for message in messages.get_messages(visit.request):
        said[message.extra_tags].append(message)
    for form in preferences.services:
        form.said = said.pop(f"service-{form.service.pk}", [])  # type: ignore[attr-defined]
    return visit.render(
        "preferences_manager.html",
        status=status,
        preferences=preferences,
        switches=preferences.preferences,
        vocabulary=foretelling.vocabulary(),
        page_of_services=_paginated(visit),
        many=len(preferences.services) > FEW_SERVICES,
        messages=[message for group in said.values() for message in group],
    )
