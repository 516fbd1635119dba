"""How many tickets of a list have something new since it was shown, for the script of the page."""

from __future__ import annotations

from django.http import HttpResponse

from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.models import build_unread_q
from wagtail_helpdesk.portal.request import HelpdeskRequest

from . import queues
from .desk_page import Desk
from .marks import parse_moment


def show_news(request: HelpdeskRequest) -> HttpResponse:
    """Show a link to the list as it is now, with the number of tickets that others changed.

    An empty answer when there are none, and for a list that was narrowed by words: the search is
    not repeated every minute. One statement beside those of the user.
    """
    if not request.manager_rows:
        raise NotYours
    since = parse_moment(request.http.GET.get("since", ""))
    desk = Desk(request)
    if since is None or desk.words:
        return HttpResponse(status=204)
    news = desk.tickets.filter(build_unread_q(request.user, since))
    columns = {"news": queues.CappedCount(news)}
    count = queues.count_in_one_statement(columns, request.user).get("news") or 0
    if not count:
        return HttpResponse(status=204)
    return request.render_part(
        "parts/news.html",
        count=count,
        shown_count=queues.format_count(count),
        url=request.get_desk_url(desk.parameters),
    )
