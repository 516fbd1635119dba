"""Disables bulk deletion, which would bypass permissions and logging."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from .permissions import POLICIES

PROTECTED_MODELS = {(model._meta.app_label, model._meta.model_name) for model in POLICIES}


def refuse_bulk_deletion(request: HttpRequest, objects: Any) -> None:
    """Answer 404 to a bulk deletion of our snippets (a ``before_delete_snippet`` hook)."""
    match = request.resolver_match
    if match is None or match.url_name != "wagtail_bulk_action":
        return
    if (match.kwargs["app_label"], match.kwargs["model_name"]) in PROTECTED_MODELS:
        raise Http404
