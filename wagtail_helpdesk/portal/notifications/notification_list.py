"""The page with what the user was notified of, by ticket. A GET changes nothing."""

from __future__ import annotations

from django.http import HttpResponse

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Notification
from wagtail_helpdesk.notifications.received import (
    load_received,
    mark_notifications_read,
    mark_ticket_notifications_read,
)
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest


def show_notifications(request: HelpdeskRequest) -> HttpResponse:
    """Show what the user was notified of, newest first, or mark it as read."""
    if request.is_post:
        return _mark(request)
    before = parse_number(request.http.GET.get("before", ""))
    page = load_received(request.user, before)
    return request.render(
        "notifications.html",
        received=page,
        is_continued=before is not None,
        has_unread=Notification.objects.unread_by(request.user).exists(),
        days=helpdesk_settings.DELIVERY_LOG_DAYS,
    )


def _mark(request: HelpdeskRequest) -> HttpResponse:
    """Mark one ticket as read, or everything; a script gets an empty answer instead of a page."""
    posted = request.http.POST
    number, seen = parse_number(posted.get("ticket", "")), parse_number(posted.get("seen", ""))
    until = parse_number(posted.get("until", ""))
    if number is not None and seen is not None:
        mark_ticket_notifications_read(request.user, number, seen)
    elif until is not None:
        mark_notifications_read(request.user, until)
    if "HX-Request" in request.http.headers:
        return HttpResponse(status=204)
    if number is not None and "on_ticket" in posted:
        return SeeOther(request.url("ticket", number))
    return SeeOther(request.url("notifications"))
