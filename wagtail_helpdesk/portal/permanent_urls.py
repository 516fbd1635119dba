"""URLs for e-mails that stay valid when the helpdesk page is moved: they redirect to where it is now."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import Resolver404
from django.views.decorators.http import require_safe

from wagtail_helpdesk import access
from wagtail_helpdesk.links import HelpdeskLocation, find_location
from wagtail_helpdesk.mailqueue.addresses import get_reader
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.parsing import clean_request

from .http import make_private
from .request import get_login_url


@require_safe
def redirect_to_page(request: HttpRequest, path: str = "") -> HttpResponse:
    """Redirect to a route of the helpdesk page, after a login, in the reader's language.

    Without a login every URL gets the same answer. What the reader may do there, or not even know
    of, the page decides.
    """
    clean_request(request)
    if not access.is_active_user(request.user):
        response = redirect_to_login(request.get_full_path(), resolve_url(get_login_url()))
    else:
        response = HttpResponseRedirect(_build_url(request, path))
    make_private(response)
    return response


def _build_url(request: HttpRequest, path: str) -> str:
    place = _find_page(request.user, path)
    query = request.GET.urlencode()
    return f"{place.home}{path}{'?' if query else ''}{query}"


def _find_page(user: Any, path: str) -> HelpdeskLocation:
    """Return where the reader finds the route of a path; raise ``Http404`` where there is none."""
    language = get_reader(user).language
    place = find_location(None, language)
    if place is None:
        raise Http404
    try:
        _view, _args, kwargs = place.page.resolve_subpage(f"/{path}")
    except Resolver404 as unknown:
        raise Http404 from unknown
    # The site of the service, for people who may read the ticket: others learn nothing of it.
    visible = Ticket.objects.visible_to(user).select_related("service__site")
    ticket = visible.filter(pk=kwargs["number"]).first() if "number" in kwargs else None
    if ticket is not None:
        place = find_location(ticket.service, language) or place
    if not place.is_open_to(user):
        raise Http404
    return place
