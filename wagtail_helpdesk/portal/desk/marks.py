"""What managers mark on tickets: read, and bookmarked. A GET changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpResponse
from django.utils import timezone

from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.actions.desk import mark_all_read, mark_ticket_read, set_bookmark
from wagtail_helpdesk.notifications.received import mark_ticket_notifications_read
from wagtail_helpdesk.parsing import YEARS, parse_number
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.list_query import clean_list_query
from wagtail_helpdesk.portal.request import HelpdeskRequest


def handle_marks(request: HelpdeskRequest) -> HttpResponse:
    """Mark a ticket as read or bookmarked, or everything as read, and lead back.

    A script gets an empty answer instead of a page.
    """
    if not request.manager_rows:
        raise NotYours
    if not request.is_post:
        return SeeOther(request.url("desk"))
    posted = request.http.POST
    number = parse_number(posted.get("ticket", ""))
    if number is not None:
        _mark_ticket(request, number)
    elif (until := parse_moment(posted.get("until", ""))) is not None:
        mark_all_read(request.user, until)
    if "HX-Request" in request.http.headers:
        return HttpResponse(status=204)
    shown = clean_list_query(posted.get("list", ""))
    if number is not None and "list" not in posted:
        return SeeOther(request.url("ticket", number))
    return SeeOther(request.get_desk_url(shown))


def _mark_ticket(request: HelpdeskRequest, number: int) -> None:
    posted = request.http.POST
    if "bookmark" in posted:
        set_bookmark(request.user, number, kept=posted["bookmark"] == "1")
    elif (seen := parse_number(posted.get("seen", ""))) is not None:
        mark_ticket_read(request.user, number, seen)
        mark_ticket_notifications_read(request.user, number, seen)


def parse_moment(typed: str) -> datetime | None:
    """Return the moment in a text in ISO 8601, at most now; None for anything else."""
    try:
        moment = datetime.fromisoformat(typed)
        if not timezone.is_aware(moment):
            return None
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return min(moment, timezone.now()) if moment.year in YEARS else None
