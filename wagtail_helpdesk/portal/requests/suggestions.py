"""Pages that may answer a request before it is sent."""

from __future__ import annotations

from typing import Any

from django.db.models import Value

from wagtail_helpdesk.models import Category, CategoryTextPage, ServiceTextPage
from wagtail_helpdesk.names import get_content_language
from wagtail_helpdesk.portal.request import HelpdeskRequest
from wagtail_helpdesk.portal.search.outcomes import MAX_SUGGESTED_PAGES
from wagtail_helpdesk.portal.search.site_pages import (
    FoundPage,
    describe_pages,
    find_pages,
    get_readable_pages,
)
from wagtail_helpdesk.search.normalisation import parse_query


def suggest_pages(request: HelpdeskRequest, category: Category, subject: str) -> list[FoundPage]:
    """Return the pages that may answer a request: those with its words, then the related ones.

    Only pages that the user may open.
    """
    readable = get_readable_pages(request.http)
    found = find_pages(request, subject, MAX_SUGGESTED_PAGES, pages=readable, every_word=False)
    missing = MAX_SUGGESTED_PAGES - len(found)
    if missing:
        met = {page.pk for page in found}
        related = _find_related(category, readable.exclude(pk__in=met))[:missing]
        found += describe_pages(related, request.http, parse_query(subject))
    return found


def _find_related(category: Category, pages: Any) -> Any:
    """Return the related pages of a category and its service in the reader's language."""
    about = {"text__live": True, "text__locale__language_code": get_content_language()}
    own = CategoryTextPage.objects.filter(text__category=category, **about)
    shared = ServiceTextPage.objects.filter(text__service=category.service_id, **about)
    # Cleared once more: the ordering of the model would apply to the union.
    rows = (
        own.annotate(place=Value(0))
        .values_list("page", "place")
        .order_by()
        .union(shared.annotate(place=Value(1)).values_list("page", "place").order_by(), all=True)
        .order_by()
    )
    # Those of the category come before those of its service.
    places = dict(sorted(rows, key=lambda row: -row[1]))
    return sorted(pages.filter(pk__in=list(places)), key=lambda page: places[page.pk])
