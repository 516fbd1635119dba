"""The answers that appear under a search box while one types."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal import form_limits, labels
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.requests.dispatching import find_dispatch_category
from wagtail_helpdesk.search.ticket_reference import parse_ticket_reference

from . import matching
from .site_pages import find_pages, get_readable_pages

#: Answers of each kind.
MAX_CATEGORIES, MAX_PAGES, MAX_REQUESTS = 5, 3, 3


def show_live_answers(request: HelpdeskRequest, question: str) -> HttpResponse:
    """Show the best answers to what has been typed so far, as a part of a page."""
    if not form_limits.allow_live_search(request.user):
        return HttpResponse(status=429)
    readable = get_readable_pages(request.http)
    answers: dict[str, list[Any]] = {
        "lines": matching.suggest_places(request.user, question, MAX_CATEGORIES, pages=readable),
        "pages": find_pages(request, question, MAX_PAGES, pages=readable),
        "requests": find_own_requests(request.user, question),
    }
    count = sum(map(len, answers.values()))
    return request.render_part(
        "parts/live_answers.html",
        question=question,
        count=count,
        is_empty=not count,
        dispatch=None if count else find_dispatch_category(request.user),
        **answers,
    )


def find_own_requests(user: Any, question: str) -> list[dict[str, Any]]:
    """Return the user's requests whose subject has every word, or the ticket referred to."""
    tickets = Ticket.objects.visible_to(user)
    number = parse_ticket_reference(question)
    if number is None:
        own = tickets.visible_to(user, through=(Role.REQUESTER,)).filter(requester=user)
        tickets = own.filter(matching.build_text_condition("subject", question))
    else:
        tickets = tickets.filter(pk=number)
    rows = tickets.order_by("-last_activity_at", "-number").values(
        "number", "subject", "status", "resume_on", "requester", "merged_into"
    )[:MAX_REQUESTS]
    return [
        row
        | {
            "words": labels.get_status_label(
                row["status"],
                plain=row["requester"] == user.pk,
                resume_on=row["resume_on"],
                is_merged=row["merged_into"] is not None,
            )
        }
        for row in rows
    ]
