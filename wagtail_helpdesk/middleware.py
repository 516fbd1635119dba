"""Forms that Django refuses: too large ones, those in another encoding than UTF-8, those with an old token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParser
from django.shortcuts import render
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _
from wagtail.views import serve

from wagtail_helpdesk.languages import use_shown_language
from wagtail_helpdesk.portal import session_drafts
from wagtail_helpdesk.portal.http import SeeOther, make_private


class TooLargeMiddleware:
    """Answers 413 to a form that exceeds a ``DATA_UPLOAD_MAX_…`` setting of the site.

    Stands above Django's ``CsrfViewMiddleware``, which reads the form first and can only answer a
    bare 400. Pages of Wagtail and the URLs of the helpdesk are looked at, no others.

    Their parameters are read as UTF-8 whatever the request declares: browsers send nothing else,
    and Python has encodings that make no text, or halves of surrogate pairs.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; offer a form again that was shown before its user logged in once more."""
        response = self.get_response(request)
        if response.status_code == 403 and request.method == "POST" and _has_old_token(request):
            return _offer_again(request) or response
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Read the form, or refuse it. A view without protection against forgery reads it itself."""
        if not _is_helpdesk_page(request, view):
            return None
        if request.encoding is not None:
            request.encoding = "utf-8"
        if request.method != "POST" or _is_admin_page(view) or getattr(view, "csrf_exempt", False):
            return None
        parser: list[MultiPartParser] = []
        request.parse_file_upload = _make_file_parser(request, parser)  # type: ignore[method-assign]
        try:
            request.POST  # noqa: B018 - reading it is what fails
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent) as error:
            with use_shown_language():
                return _refuse(request, error, _read_message(parser))
        except (LookupError, UnicodeError) as error:
            # The name of a field or a file, which may declare an encoding of its own (RFC 2231).
            raise BadRequest(str(error)) from error
        return None


def _has_old_token(request: HttpRequest) -> bool:
    """Return whether Django refused the form of a page because of its token, before any view."""
    match = request.resolver_match
    passed = getattr(request, "csrf_processing_done", False)
    return match is not None and match.func is serve and not passed


def _offer_again(request: HttpRequest) -> HttpResponse | None:
    """Lead to the same form with what was typed and a new token; None when it is not of this user.

    A login in another window changes the token of all pages. The signed owner of the form shows that
    it was not another site that sent it.
    """
    if not session_drafts.keep_refused_form(request):
        return None
    with use_shown_language():
        messages.warning(
            request,
            _(
                "You logged in again in the meantime: nothing was sent. Check your text and send it."
            ),
        )
        answer = SeeOther(escape_leading_slashes(request.path))
        # The middleware of messages has answered already.
        request._messages.update(answer)  # type: ignore[attr-defined]
    return make_private(answer)  # type: ignore[return-value]


def _is_helpdesk_page(request: HttpRequest, view: Any) -> bool:
    found = request.resolver_match
    is_helpdesk = found is not None and "wagtail_helpdesk" in found.app_names
    return view is serve or is_helpdesk or _is_admin_page(view)


def _is_admin_page(view: Any) -> bool:
    """Return whether this is a page of the helpdesk in the admin, which answers in its own way."""
    module: str = getattr(view, "view_class", view).__module__
    return module.startswith("wagtail_helpdesk.snippets")


def _make_file_parser(request: HttpRequest, parsers: list[MultiPartParser]) -> Callable[..., Any]:
    """Return Django's own way of reading files and fields, which forgets all when one is refused."""

    def parse_file_upload(headers: Any, body: Any) -> Any:
        parsers.append(MultiPartParser(headers, body, request.upload_handlers, request.encoding))
        return parsers[0].parse()

    return parse_file_upload


def _read_message(parsers: list[MultiPartParser]) -> str:
    """Return the message, if it came before what was refused: fields come before files."""
    fields = getattr(parsers[0], "_post", {}) if parsers else {}
    return str(fields.get("text", ""))


def _refuse(request: HttpRequest, error: Exception, typed: str) -> HttpResponse:
    if isinstance(error, TooManyFilesSent):
        problem = _("You sent more than %(limit)s files at once.") % {
            "limit": settings.DATA_UPLOAD_MAX_NUMBER_FILES
        }
    else:
        problem = _("What you sent is larger than this site accepts.")
    context = {"problem": problem, "unsent_text": typed}
    answer = render(request, "wagtail_helpdesk/too_large.html", context, status=413)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
