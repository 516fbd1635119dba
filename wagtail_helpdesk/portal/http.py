"""HTTP answers that the pages of the helpdesk share."""

from __future__ import annotations

from django.http import HttpResponseBase, HttpResponseRedirect
from django.utils.cache import patch_cache_control, patch_vary_headers

#: The methods of a view that shows a form and accepts it.
FORM_METHODS = ["GET", "HEAD", "POST"]


class SeeOther(HttpResponseRedirect):
    """Sends the browser to another page with GET, after a form has been accepted (RFC 9110)."""

    status_code = 303


def make_private(response: HttpResponseBase) -> HttpResponseBase:
    """Return the response with headers that keep it out of every cache, the browser's included."""
    patch_cache_control(response, private=True, no_store=True)
    patch_vary_headers(response, ["Cookie"])
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
