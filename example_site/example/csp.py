"""What a browser may load: everything from here, nothing from elsewhere, no inline code on public pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

HEADER = "Content-Security-Policy"

PUBLIC = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
# Wagtail’s admin styles its editor inline and previews uploads from memory.
ADMIN = f"{PUBLIC}; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"


class ContentSecurityPolicyMiddleware:
    """Add the policy to every response that does not bring its own.

    Django 6 has this built in; Django 5.2, which the portal supports too, has not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.admin = reverse("wagtailadmin_home")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault(HEADER, ADMIN if request.path.startswith(self.admin) else PUBLIC)
        return response
