"""The number beside the bell: loaded into pages that may be cached for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wagtail_helpdesk import access, languages
from wagtail_helpdesk.notifications.received import MAX_UNREAD, get_unread_count
from wagtail_helpdesk.portal.http import make_private


@require_safe
def show_unread_count(request: HttpRequest) -> HttpResponseBase:
    """Show how many tickets have unread notifications; nothing (204) without a login.

    Nothing else is read, so that it can stand on every page of the site.
    """
    if not access.is_active_user(request.user):
        return make_private(HttpResponse(status=204))
    count = get_unread_count(request.user)
    shown = f"{MAX_UNREAD - 1}+" if count >= MAX_UNREAD else str(count)
    with languages.use_shown_language():
        template = "wagtail_helpdesk/portal/parts/unread_count.html"
        return make_private(render(request, template, {"count": count, "shown": shown}))
