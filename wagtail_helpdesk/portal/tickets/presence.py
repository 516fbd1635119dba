"""Which managers have a ticket open, and who of them writes: kept in the site's cache for a minute."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal.http import SeeOther
from wagtail_helpdesk.portal.request import HelpdeskRequest

#: Seconds after which a person who sent nothing more has left: two pings of ``presence.js`` and more.
LIFETIME = 75
#: People remembered for one ticket.
MAX_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class PresentManager:
    """A manager who has the ticket open."""

    name: str
    is_writing: bool


def handle_ping(request: HelpdeskRequest, number: int) -> HttpResponse:
    """Record that a manager has the ticket open, and show who else has; empty when nobody has.

    Raises ``Http404`` for people who do not manage the ticket. One statement, no session.
    """
    managed = Ticket.objects.visible_to(request.user, through=(Role.MANAGER,))
    if not managed.filter(pk=number).exists():
        raise Http404(_("This ticket does not exist or is not visible to you."))
    if not request.is_post:
        return SeeOther(request.url("ticket", number))
    posted = request.http.POST
    people = record_presence(
        number, request.user, is_writing="writes" in posted, has_left="left" in posted
    )
    if not people:
        return HttpResponse(status=204)
    return request.render_part("parts/presence.html", people=people)


def record_presence(
    number: int, user: Any, *, is_writing: bool, has_left: bool = False
) -> list[PresentManager]:
    """Record a sign of a manager on a ticket; return the others, those who write first.

    Of two signs at the same moment one may be lost: the next one brings it back. Nothing depends on
    it but what the page shows.
    """
    key, now = f"wagtail_helpdesk.presence.{number}", time.time()
    known: dict[str, tuple[str, bool, float]] = cache.get(key) or {}
    current = {who: sign for who, sign in known.items() if sign[2] > now - LIFETIME}
    own = str(user.pk)
    current.pop(own, None)
    others = [PresentManager(name, writes) for name, writes, _moment in current.values()]
    if not has_left:
        current[own] = (get_display_name(user), is_writing, now)
    cache.set(key, dict(list(current.items())[-MAX_PEOPLE:]), LIFETIME)
    return sorted(others, key=lambda one: (not one.is_writing, one.name))
