"""Forms of pages that are sent twice: recognised before anything of them is read again."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from django.http import HttpRequest

from wagtail_helpdesk.actions import Outcome, find_earlier_outcome
from wagtail_helpdesk.actions.idempotency import compute_digest

#: These differ between two copies of a page, and are no data of the action: a draft that is sent
#: again from a page loaded later is the same form.
_IGNORED = frozenset({"csrfmiddlewaretoken", "version", "seen", "draft_owner", "send_anyway"})


def compute_form_digest(
    http: HttpRequest, subject: Any = None, ignored: Collection[str] = ()
) -> str:
    """Return a digest of a form as it was posted, files by their content.

    ``ignored`` are names of fields that may differ between two copies of the form. Of what was posted, not of what it means: a guest who was removed, or a kept file that was
    attached, is no longer found when the same form arrives again.
    """
    names = set(http.POST) - _IGNORED - set(ignored)
    posted = {name: http.POST.getlist(name) for name in names}
    return compute_digest(subject, {"posted": posted, "files": dict(http.FILES.lists())})


def find_outcome_of_same_form(
    http: HttpRequest, verb: str, user: Any, digest: str
) -> Outcome | None:
    """Return what this form did when the same person sent it before, None when they did not."""
    submission = get_submission_id(http)
    if submission is None:
        return None
    return find_earlier_outcome(verb, user, submission, digest)


def get_submission_id(http: HttpRequest) -> uuid.UUID | None:
    """Return the id of the posted form, None when there is none."""
    try:
        return uuid.UUID(http.POST.get("submission", ""))
    except ValueError:
        return None
