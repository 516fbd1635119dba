"""The page of a manager's preferences: alerts and daily reports of each service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.actions.preferences import change_switches, reset_service_preferences
from wagtail_helpdesk.models import Service
from wagtail_helpdesk.portal import form_limits
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.reports import due

from . import preference_summary
from .manager_form import ManagerPreferences
from .service_form import RAISED

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: A service has about eight fields, and Django accepts a thousand in one form.
MAX_SERVICES_PER_PAGE = 50
#: With more services, a list at the top links to each.
MAX_SERVICES_WITHOUT_INDEX = 3


def show_manager_preferences(request: HelpdeskRequest) -> HttpResponse:
    """Show the preferences of a manager, or handle one of the page's buttons."""
    if not request.manager_rows:
        raise NotYours
    sent = request.http.POST
    if not request.is_post:
        return _render_page(request, _build_preferences(request))
    name = next((name for name in HANDLERS if name in sent), "save")
    return HANDLERS[name](request, value=sent.get(name, "all"))


# -- buttons ---------------------------------------------------------------------------------------


def _save(request: HelpdeskRequest, value: str) -> HttpResponse:
    """Save the whole page, or one service in spite of errors in the others."""
    service = None if value == "all" else _get_service(request, value)
    preferences = _build_preferences(request, validated=None if service is None else {service.pk})
    if not preferences.is_valid():
        return _render_page(request, preferences, status=422)
    preferences.save()
    for form in preferences.services:
        if form.is_bound and form.was_raised:
            _add_message(request, form.service, str(RAISED), messages.info)
    if service is None:
        messages.success(request.http, _("Your preferences have been saved."))
    else:
        done = _("Your preferences for the service “%(service)s” have been saved.")
        _add_message(request, service, done % {"service": service})
    return _answer(request, service)


#: The field of each button that pauses something, and the message once it is paused or resumed.
PAUSES: dict[str, tuple[str, StrOrPromise, StrOrPromise]] = {
    "monitoring": (
        "monitoring_suspended",
        _lazy("Ticket alerts are paused. Your settings are kept."),
        _lazy("Ticket alerts are on."),
    ),
    "reports": (
        "reports_suspended",
        _lazy("Daily reports are paused. Your settings are kept."),
        _lazy("Daily reports are on."),
    ),
}


def _pause(request: HelpdeskRequest, button: str, value: str) -> HttpResponse:
    """Pause or resume the ticket alerts or the reports."""
    if value not in ("suspend", "activate"):
        raise Http404(_("There is no such action."))
    field, paused, resumed = PAUSES[button]
    change_switches(request.user, **{field: value == "suspend"})
    messages.success(request.http, str(paused if value == "suspend" else resumed))
    return _answer(request)


def _reset(request: HelpdeskRequest, value: str) -> HttpResponse:
    service = _get_service(request, value)
    reset_service_preferences(request.user, service)
    done = _("The default settings apply again to the service “%(service)s”.")
    _add_message(request, service, done % {"service": service})
    return _answer(request, service)


def _send(request: HelpdeskRequest, value: str) -> HttpResponse:
    """Send a report with the settings that were last saved."""
    service = _get_service(request, value)
    if not service.enabled:
        problem = _("This service is disabled and has no report.")
        _add_message(request, service, problem, messages.error)
        return _answer(request, service, typed_too=True)
    preferences = _build_preferences(request, validated=())
    form = next((form for form in preferences.services if form.service == service), None)
    if form is not None and form.lists_nothing:
        problem = _("There is nothing to send. Choose what the report lists, then save.")
        _add_message(request, service, problem, messages.error)
        return _answer(request, service, typed_too=True)
    if not form_limits.allow_report(request.user):
        words = _("You have requested many reports. Please wait an hour before requesting another.")
        _add_message(request, service, words, messages.error)
        return _render_page(request, preferences, status=429)
    due.send_report_now(request.user, service)
    unsaved = form is not None and form.unsaved
    _add_message(
        request,
        service,
        _("The report has been sent with the settings last saved.")
        if unsaved
        else _("The report has been sent."),
    )
    return _answer(request, service, typed_too=True)


HANDLERS: dict[str, Callable[..., HttpResponse]] = {
    "save": _save,
    **{button: partial(_pause, button=button) for button in PAUSES},
    "reset": _reset,
    "send": _send,
}


def _get_service(request: HelpdeskRequest, typed: str) -> Service:
    """Return the service of a button. Raises ``Http404`` for one that the user does not manage."""
    for service in request.services:
        if str(service.pk) == typed:
            return service
    raise Http404(_("This service does not exist, or you do not manage it."))


# -- the page ---------------------------------------------------------------------------------------


def _build_preferences(
    request: HelpdeskRequest, validated: Collection[int] | None = None, reset: Service | None = None
) -> ManagerPreferences:
    """Return the forms of the page's services; that of the service ``reset`` shows what is stored."""
    data: Any = request.http.POST.copy() if request.is_post else None
    if reset is not None:
        data.pop(f"helpdesk-{reset.pk}-shown", None)
    services = [row.service for row in _get_services_page(request)]
    return ManagerPreferences(request.user, services, data, validated=validated)


def _get_services_page(request: HelpdeskRequest) -> Any:
    return Paginator(request.manager_rows, MAX_SERVICES_PER_PAGE).get_page(
        request.http.GET.get("page")
    )


def _answer(
    request: HelpdeskRequest, service: Service | None = None, typed_too: bool = False
) -> HttpResponse:
    """Redirect to the page, or show it again with the changes that the button did not save."""
    everything = request.http.POST.get("save", "") == "all"
    left = _build_preferences(request, validated=(), reset=None if typed_too else service)
    if left.unsaved and not everything:
        messages.warning(request.http, _("Other changes on this page are not saved yet."))
        return _render_page(request, left)
    anchor = f"#service-{service.pk}" if service else ""
    number = _get_services_page(request).number
    url = request.url("manager_preferences", page=number if number > 1 else None)
    return SeeOther(url + anchor)


def _add_message(
    request: HelpdeskRequest,
    service: Service,
    text: str,
    level: Callable[..., None] = messages.success,
) -> None:
    """Add a message that is shown beside a service, next to the button that was pressed."""
    level(request.http, text, extra_tags=f"service-{service.pk}")


def _render_page(
    request: HelpdeskRequest, preferences: ManagerPreferences, status: int = 200
) -> HttpResponse:
    by_tag = defaultdict(list)
    for message in messages.get_messages(request.http):
        by_tag[message.extra_tags].append(message)
    for form in preferences.services:
        form.notices = by_tag.pop(f"service-{form.service.pk}", [])  # type: ignore[attr-defined]
    return request.render(
        "preferences_manager.html",
        status=status,
        preferences=preferences,
        switches=preferences.preferences,
        vocabulary=preference_summary.get_vocabulary(),
        page_of_services=_get_services_page(request),
        has_index=len(preferences.services) > MAX_SERVICES_WITHOUT_INDEX,
        # An iterator: what a base template shows is not shown twice.
        messages=iter([message for group in by_tag.values() for message in group]),
    )
