"""Drafts that the browser keeps of what is typed into a form: whose they are, and when they end.

The browser keeps them (``js/drafts.js``); the server names their owner by an opaque value, says which
forms were accepted, and since when the owner has been logged in again.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.crypto import salted_hmac

from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Draft

from .submissions import get_submission_id

SALT = "wagtail_helpdesk.drafts"
#: Read and deleted by the script, which is why it is not HttpOnly; it holds random identifiers alone.
COOKIE = "helpdesk_sent"
COOKIE_SECONDS = 600
#: Forms of several windows that are accepted at the same moment.
MAX_SUBMISSIONS = 5
DAY = 24 * 60 * 60


def get_draft_owner(user: Any) -> dict[str, int | str]:
    """Return what the script needs to know about the owner of drafts, by the name of its attribute."""
    return {
        "person": salted_hmac(SALT, str(user.pk), algorithm="sha256").hexdigest()[:32],
        "draft-days": helpdesk_settings.DRAFT_DAYS,
        "logged-out": cache.get(_key(user), 0),
        "drafts-url": _find_url(),
    }


def _find_url() -> str:
    """Return where drafts are sent; empty where the site keeps none, or lacks the URLs."""
    if not helpdesk_settings.DRAFT_DAYS:
        return ""
    try:
        return reverse("wagtail_helpdesk:drafts")
    except NoReverseMatch:
        return ""


def end_drafts(sender: Any, user: Any, **kwargs: Any) -> None:
    """Let the drafts of a person end when they log out (``user_logged_out``)."""
    if user is not None and helpdesk_settings.DRAFT_DAYS:
        cache.set(_key(user), get_current_milliseconds(), helpdesk_settings.DRAFT_DAYS * DAY)


def mark_accepted(request: HttpRequest, response: HttpResponseBase) -> None:
    """Delete the draft of an accepted form, and set a cookie by which the browser drops its own."""
    if submission := request.POST.get("submission"):
        sent = get_submission_id(request)
        if sent and helpdesk_settings.DRAFT_DAYS:
            Draft.objects.filter(user=request.user, submission=sent).delete()  # type: ignore[misc]
        others = request.COOKIES.get(COOKIE, "").split(".")
        accepted = [*filter(None, others), submission][-MAX_SUBMISSIONS:]
        response.set_cookie(
            COOKIE,
            ".".join(accepted),
            max_age=COOKIE_SECONDS,
            secure=request.is_secure(),
            samesite="Lax",
        )


def _key(user: Any) -> str:
    return f"wagtail_helpdesk.logged_out.{user.pk}"


def get_current_milliseconds() -> int:
    """Return the present moment in milliseconds, as scripts count."""
    return int(time.time() * 1000)
