"""The URL that a monitor requests to know whether mails are sent."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wagtail_helpdesk.maintenance.health import examine_health


@require_safe
@never_cache
def report_health(request: HttpRequest) -> HttpResponse:
    """Answer ``ok`` or ``fail`` (503) and nothing more: the URL needs no login."""
    is_working = examine_health().level < 2
    return HttpResponse(
        "ok" if is_working else "fail",
        content_type="text/plain",
        status=200 if is_working else 503,
    )
