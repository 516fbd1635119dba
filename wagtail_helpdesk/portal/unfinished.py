"""What somebody had typed when his login expired: kept in the session, given back after login."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from wagtail_helpdesk import access

KEY = "wagtail_helpdesk_unfinished"
#: In characters, all fields together: sessions may live in cookies or in a small table.
MOST = 30_000
_NOT_KEPT = {"csrfmiddlewaretoken", "submission", "version", "seen", "kept"}


def keep(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> None:
    """Keep the text of a form that arrives without a login (a ``before_serve_page`` hook).

    A hook and not a part of the views, because Wagtail's own page restrictions, which a host may
    have put on the helpdesk page, answer before the views do.
    """
    if not getattr(page, "is_helpdesk_page", False) or request.method != "POST":
        return
    if access.is_somebody(request.user):
        return
    typed: dict[str, Any] = {
        name: values if len(values) > 1 else values[0]
        for name, values in request.POST.lists()
        if name not in _NOT_KEPT
    }
    if not typed or len(str(typed)) > MOST:
        return
    request.session[KEY] = {"path": request.path, "typed": typed}
    messages.warning(request, _("Your session has expired. Log in again: your text is kept."))


def given_back(request: HttpRequest) -> dict[str, Any]:
    """Return what was typed in the form at this address before the login expired."""
    kept = request.session.get(KEY)
    return dict(kept["typed"]) if kept and kept["path"] == request.path else {}


def forget(request: HttpRequest) -> None:
    """Drop what was kept for this address, once its form has been accepted."""
    if given_back(request):
        del request.session[KEY]
