"""No bulk deletion of what is ours: it would go around the deeds, their record and their policy."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from wagtail_helpdesk.models import Category, CategoryText, Service, ServiceText

OURS = {
    (model._meta.app_label, model._meta.model_name)
    for model in (Service, Category, ServiceText, CategoryText)
}


def no_bulk_deletion(request: HttpRequest, objects: Any) -> None:
    """Answer 404 at Wagtail's address for deleting several snippets when they are ours.

    Called before any snippet is deleted, and before the page that asks is shown.
    """
    match = request.resolver_match
    if match is None or match.url_name != "wagtail_bulk_action":
        return
    if (match.kwargs["app_label"], match.kwargs["model_name"]) in OURS:
        raise Http404
