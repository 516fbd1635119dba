"""Drafts that the browser keeps of what is typed into a form: whose they are, and when they end.

The browser keeps them (``js/drafts.js``); the server names their owner by an opaque value, says which
forms were accepted, and since when the owner has been logged in again.
"""

from __future__ import annotations

import time
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from wagtail_helpdesk.conf import helpdesk_settings

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
    }


def end_drafts(sender: Any, user: Any, **kwargs: Any) -> None:
    """Let the drafts of a person end when they log out (``user_logged_out``)."""
    if user is not None and helpdesk_settings.DRAFT_DAYS:
        cache.set(_key(user), now(), helpdesk_settings.DRAFT_DAYS * DAY)


def mark_accepted(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set a cookie: the posted form was accepted, and the browser drops its draft."""
    if submission := request.POST.get("submission"):
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


def now() -> int:
    """Return the present moment in milliseconds, as scripts count."""
    return int(time.time() * 1000)
