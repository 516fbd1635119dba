"""Text and files of a form that could not be accepted, kept in the session for the next form.

Either the session had expired, or the category had been closed meanwhile.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from wagtail_helpdesk import access
from wagtail_helpdesk.actions import action_limits

from .forms.attachments import stage_uploads

SESSION_KEY = "wagtail_helpdesk_draft"
#: In characters, all fields together: a session may be stored in a cookie or a small table.
MAX_DRAFT_LENGTH = 30_000
_NOT_KEPT = {"csrfmiddlewaretoken", "submission", "version", "seen", "draft_owner", "send_anyway"}
_SIGNER = signing.Signer(salt=SESSION_KEY)


def sign_owner(user: Any) -> str:
    """Return a signed value that names the user of a form when the session no longer does."""
    return _SIGNER.sign(str(user.pk))


def _find_owner(request: HttpRequest) -> Any:
    """Return the active user to whom an anonymous form was shown, or None."""
    try:
        pk = _SIGNER.unsign(request.POST.get("draft_owner", ""))
    except signing.BadSignature:
        return None
    return get_user_model()._default_manager.filter(pk=pk, is_active=True).first()


def keep_draft(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> None:
    """Keep the text and the files of a form sent without a login (``before_serve_page`` hook).

    A hook, because Wagtail's own page restrictions, which a site may have put on the helpdesk
    page, answer before the views do.
    """
    if not getattr(page, "is_helpdesk_page", False) or request.method != "POST":
        return
    if access.is_active_user(request.user):
        return
    values = {
        name: value for name, value in get_typed_values(request).items() if name not in _NOT_KEPT
    }
    owner = _find_owner(request)
    if owner is None or not values:
        return
    files_lost = _keep_files(request, owner, values)
    if not _store(request, request.path, owner, values):
        return
    messages.warning(request, _("Your session has expired. Log in again: your text is kept."))
    if files_lost:
        messages.warning(request, _("Some files could not be kept: please attach them again."))


def keep_refused_form(request: HttpRequest) -> bool:
    """Keep the text and the files of a form that was refused; return whether they are kept.

    Only of a form that was shown to the user who sent it.
    """
    if not access.is_active_user(request.user) or _find_owner(request) != request.user:
        return False
    values = {
        name: value for name, value in get_typed_values(request).items() if name not in _NOT_KEPT
    }
    files_lost = _keep_files(request, request.user, values)
    return not files_lost and _store(request, request.path, request.user, values)


def _keep_files(request: HttpRequest, owner: Any, values: dict[str, Any]) -> bool:
    """Stage the files of the form for its owner; return whether some of them are lost."""
    sent = len(request.FILES.getlist("files"))
    if not sent:
        return False
    if not action_limits.allow_action(owner):
        return True
    before = len(request.POST.getlist("kept"))
    values["kept"] = stage_uploads(owner, request.POST, request.FILES)
    return len(values["kept"]) < before + sent


def store_draft(request: HttpRequest, path: str, values: dict[str, Any]) -> bool:
    """Keep values for the forms below a path; return False when they are too long."""
    return _store(request, path, request.user, values)


def _store(request: HttpRequest, path: str, owner: Any, values: dict[str, Any]) -> bool:
    fits = len(str(values)) <= MAX_DRAFT_LENGTH
    if fits:
        request.session[SESSION_KEY] = {"path": path, "owner": str(owner.pk), "typed": values}
    return fits


def get_typed_values(request: HttpRequest) -> dict[str, Any]:
    """Return the values of a sent form, as the ``initial`` of another one."""
    return {name: values if len(values) > 1 else values[0] for name, values in request.POST.lists()}


def pop_draft(request: HttpRequest) -> dict[str, Any]:
    """Return the values kept for the form at this path; empty when there are none."""
    draft = request.session.get(SESSION_KEY)
    if draft and draft["owner"] != str(request.user.pk):
        # Another person has logged in with this browser.
        del request.session[SESSION_KEY]
        return {}
    return dict(draft["typed"]) if draft and request.path.startswith(draft["path"]) else {}


def forget_draft(request: HttpRequest) -> None:
    """Drop the values kept for this path once its form has been accepted."""
    if pop_draft(request):
        del request.session[SESSION_KEY]
