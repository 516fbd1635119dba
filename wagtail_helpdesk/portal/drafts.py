"""What somebody typed that could not be taken: kept in the session, given back by the next form.

Because their login had expired, or because where they asked takes no tickets any more.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from wagtail_helpdesk import access

KEY = "wagtail_helpdesk_unfinished"
#: In characters, all fields together: sessions may live in cookies or in a small table.
MOST = 30_000
_NOT_KEPT = {"csrfmiddlewaretoken", "submission", "version", "seen", "kept", "whose"}
_SIGNER = signing.Signer(salt=KEY)


def sign_owner(user: Any) -> str:
    """Return what says in a form whose it is, once the session no longer does."""
    return _SIGNER.sign(str(user.pk))


def _owner(request: HttpRequest) -> str | None:
    try:
        return _SIGNER.unsign(request.POST.get("whose", ""))
    except signing.BadSignature:
        return None


def keep_draft(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> None:
    """Keep the text of a form that arrives without a login (a ``before_serve_page`` hook).

    A hook and not a part of the views, because Wagtail's own page restrictions, which a host may
    have put on the helpdesk page, answer before the views do.
    """
    if not getattr(page, "is_helpdesk_page", False) or request.method != "POST":
        return
    if access.is_active_user(request.user):
        return
    kept = {
        name: value for name, value in get_typed_values(request).items() if name not in _NOT_KEPT
    }
    owner = _owner(request)
    if owner is not None and kept and _put(request, request.path, owner, kept):
        messages.warning(request, _("Your session has expired. Log in again: your text is kept."))


def store_draft(request: HttpRequest, path: str, written: dict[str, Any]) -> bool:
    """Keep what the visitor wrote for the forms below an address; tell whether there was room."""
    return _put(request, path, str(request.user.pk), written)


def _put(request: HttpRequest, path: str, owner: str, written: dict[str, Any]) -> bool:
    fits = len(str(written)) <= MOST
    if fits:
        request.session[KEY] = {"path": path, "owner": owner, "typed": written}
    return fits


def get_typed_values(request: HttpRequest) -> dict[str, Any]:
    """Return what a form says, for another one to begin with."""
    return {name: values if len(values) > 1 else values[0] for name, values in request.POST.lists()}


def pop_draft(request: HttpRequest) -> dict[str, Any]:
    """Return what the visitor typed for the form at this address, without success."""
    kept = request.session.get(KEY)
    if kept and kept["owner"] != str(request.user.pk):
        # Somebody else logged in with this browser.
        del request.session[KEY]
        return {}
    return dict(kept["typed"]) if kept and request.path.startswith(kept["path"]) else {}


def forget_draft(request: HttpRequest) -> None:
    """Drop what was kept for this address, once its form has been accepted."""
    if pop_draft(request):
        del request.session[KEY]
