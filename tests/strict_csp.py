"""A middleware that gives every page of the host site the strictest usual content security policy.

Wagtail's admin is left out: it needs inline styles and scripts of its own.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class StrictContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path.startswith("/admin/"):
            response.headers.setdefault("Content-Security-Policy", "default-src 'self'")
        return response
