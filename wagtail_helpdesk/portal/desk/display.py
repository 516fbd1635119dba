"""How the list of the desk is displayed: each manager chooses columns, their order, and rows per page."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from wagtail_helpdesk.actions import NotYours
from wagtail_helpdesk.actions.desk import choose_display, choose_pane
from wagtail_helpdesk.models import HelpdeskPreferences
from wagtail_helpdesk.parsing import parse_number
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.list_query import clean_list_query
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.ticket_columns import arrange_columns, get_desk_columns

#: What can be chosen as rows of a page; the first is the default.
ROWS = (25, 50, 100)


def handle_display(request: HelpdeskRequest) -> HttpResponse:
    """Show the form of the display, or keep what was chosen; moving a column keeps it too."""
    if not request.manager_rows:
        raise NotYours
    preferences = HelpdeskPreferences.of(request.user)
    given = request.http.POST if request.is_post else request.http.GET
    shown_list = clean_list_query(given.get("list", ""))
    if request.is_post:
        return _keep(request, preferences, shown_list)
    return request.render(
        "display.html",
        columns=arrange_columns(get_desk_columns(), preferences.desk_columns),
        rows=ROWS,
        chosen_rows=preferences.desk_rows,
        shown_list=shown_list,
        back_url=request.get_desk_url(_forget_page(shown_list)),
    )


def _keep(
    request: HelpdeskRequest, preferences: HelpdeskPreferences, shown_list: str
) -> HttpResponse:
    posted = request.http.POST
    if "pane" in posted:
        choose_pane(request.user, is_used=posted["pane"] == "1")
        return SeeOther(request.get_desk_url(shown_list))
    rows = parse_number(posted.get("rows", ""))
    kept_rows = rows if rows in ROWS else preferences.desk_rows
    columns = [] if "reset" in posted else _read_columns(posted)
    choose_display(request.user, columns, kept_rows)
    moved = posted.get("up") or posted.get("down")
    if moved or "reset" in posted:
        return SeeOther(request.url("desk_display", list=shown_list or None) + "#hd-columns")
    messages.success(request.http, _("Your preferences have been saved."))
    return SeeOther(request.get_desk_url(_forget_page(shown_list)))


def _read_columns(posted: QueryDict) -> list[str]:
    """Return the columns as they are kept: in the order of the form, after a move in it."""
    registered = [column.name for column in get_desk_columns()]
    given = dict.fromkeys(name for name in posted.getlist("column") if name in registered)
    names = [*given, *(name for name in registered if name not in given)]
    _move(names, posted.get("up", ""), -1)
    _move(names, posted.get("down", ""), 1)
    shown = set(posted.getlist("shown"))
    return [name if name in shown else f"-{name}" for name in names]


def _move(names: list[str], name: str, step: int) -> None:
    """Move a name by one place; unknown ones, and those at the end, stay."""
    if name not in names:
        return
    place = names.index(name)
    other = min(max(place + step, 0), len(names) - 1)
    names[place], names[other] = names[other], names[place]


def _forget_page(query: str) -> str:
    """Return the query string of a list from its first page: pages have other lengths now."""
    parameters = QueryDict(query, mutable=True)
    parameters.pop("after", None)
    return parameters.urlencode()
