"""The content security policy: own files only, and no inline code on public pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

HEADER = "Content-Security-Policy"

PUBLIC = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
# Wagtail’s admin uses inline styles in its editor, and blob URLs for previews of uploads.
ADMIN = f"{PUBLIC}; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"


class ContentSecurityPolicyMiddleware:
    """Add the policy to every response without one.

    Django 6 has this built in; Django 5.2, which the portal supports too, has not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.admin = reverse("wagtailadmin_home")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault(HEADER, ADMIN if request.path.startswith(self.admin) else PUBLIC)
        return response
