"""Drafts on the server: saved by the script of a form, offered again on another device.

The browser keeps its own copy at once (``browser_drafts``); this one follows a few seconds later.
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.utils import timezone

from wagtail_helpdesk import access
from wagtail_helpdesk.characters import clean_text
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.models import Draft, Submission, Ticket

from . import form_limits
from .browser_drafts import get_current_milliseconds
from .http import make_private
from .tickets.forms.registry import get_form_class

#: Drafts of one person; the least recent is deleted when the limit is reached.
MAX_DRAFTS = 20
#: Values of one draft.
MAX_VALUES = 200
#: In characters: what a draft needs beside its message.
MAX_OVERHEAD = 10_000
MAX_NAME_LENGTH = 100
#: Characters of JSON for one character of a text.
MAX_ESCAPED_LENGTH = 6
#: The name of the form that opens a ticket.
OPENING = "opening"
_TICKET_FORM = re.compile(r"([a-z_]{1,60})-([0-9]{1,18})")
_CACHE = "_helpdesk_drafts"


class InvalidDraft(ValueError):
    """What was posted is no draft."""


@dataclass(frozen=True, slots=True)
class DraftContent:
    """A draft as the script sends and receives it."""

    typed_at: int
    fields: dict[str, list[str]]
    files: list[str]
    submission: uuid.UUID | None

    @property
    def length(self) -> int:
        """The number of characters of all values."""
        return sum(len(value) for values in self.fields.values() for value in values)


# -- what a page offers ------------------------------------------------------------------------


def get_form_key(form: Any) -> str:
    """Return the name of a form among the drafts of a person, the same as ``data-hd-draft``."""
    ticket = getattr(form, "ticket", None)
    return OPENING if ticket is None else f"{form.action_name}-{ticket.pk}"


def find_draft(request: HttpRequest, form: Any) -> str:
    """Return the draft of a form as JSON, empty when there is none.

    All drafts about the same ticket are read in one statement per request.
    """
    ticket = getattr(form, "ticket", None)
    known: dict[Any, dict[str, Draft]] = request.__dict__.setdefault(_CACHE, {})
    key = ticket and ticket.pk
    if key not in known:
        known[key] = {draft.form: draft for draft in _load(request.user, key)}
    draft = known[key].get(get_form_key(form))
    return _dump(draft) if draft else ""


def _load(user: Any, ticket: int | None) -> Any:
    if not helpdesk_settings.DRAFT_DAYS or not access.is_active_user(user):
        return ()
    return Draft.objects.current().filter(user=user, ticket=ticket)


def _dump(draft: Draft) -> str:
    return json.dumps(
        {
            "saved": draft.typed_at,
            "fields": draft.fields,
            "files": draft.files,
            "submission": str(draft.submission or ""),
        }
    )


# -- what the script sends ---------------------------------------------------------------------


def save_draft(request: HttpRequest) -> HttpResponseBase:
    """Save the draft of a form, or delete it when it is empty.

    Answers 204; 404 without the right to the ticket, 405 unless it is posted, 410 when the form was
    sent meanwhile, 413 when the draft is too long, and 429 when too many are sent. The session is
    not written, and no answer is cached.
    """
    if request.method != "POST":
        return make_private(HttpResponseNotAllowed(["POST"]))
    return make_private(HttpResponse(status=_handle_draft(request)))


def _handle_draft(request: HttpRequest) -> int:
    user: Any = request.user
    form = request.POST.get("form", "")
    if not helpdesk_settings.DRAFT_DAYS or not access.is_active_user(user):
        return 404
    if not form_limits.allow_draft(user):
        return 429
    posted = request.POST.get("draft", "")
    if not posted:
        Draft.objects.filter(user=user, form=form).delete()
        return 204
    limit = helpdesk_settings.MESSAGE_MAX_LENGTH + MAX_OVERHEAD
    if len(posted) > limit * MAX_ESCAPED_LENGTH:
        return 413
    try:
        content, ticket = _parse(posted), _find_ticket(user, form)
    except InvalidDraft:
        return 400
    except Http404:
        return 404
    return _store(user, form, ticket, content) if content.length <= limit else 413


def _store(user: Any, form: str, ticket: int | None, content: DraftContent) -> int:
    sent = content.submission
    if sent and Submission.objects.filter(pk=sent, actor=user).exists():
        return 410
    values = {
        "ticket_id": ticket,
        "fields": content.fields,
        "files": content.files,
        "submission": content.submission,
        "typed_at": content.typed_at,
        "updated_at": timezone.now(),
    }
    created = Draft.objects.update_or_create(user=user, form=form, defaults=values)[1]
    if created:
        _delete_surplus(user)
    return 204


def _delete_surplus(user: Any) -> None:
    drafts = Draft.objects.filter(user=user)
    newest = drafts.order_by("-updated_at", "-pk").values_list("pk", flat=True)
    surplus = list(newest[MAX_DRAFTS:])
    if surplus:
        drafts.filter(pk__in=surplus).delete()


def _find_ticket(user: Any, form: str) -> int | None:
    """Return the number of the ticket of a form, None for a new one; raise ``Http404`` without right."""
    if form == OPENING:
        return None
    named = _TICKET_FORM.fullmatch(form)
    if named is None or get_form_class(named[1]) is None:
        raise InvalidDraft
    number = int(named[2])
    if not Ticket.objects.visible_to(user).filter(pk=number).exists():
        raise Http404
    return number


def _parse(posted: str) -> DraftContent:
    """Return the content of a draft; raise ``InvalidDraft`` for anything else."""
    try:
        found = json.loads(posted)
        fields = {
            clean_text(name)[:MAX_NAME_LENGTH]: [clean_text(value) for value in values]
            for name, values in found["fields"].items()
        }
        files = [clean_text(name)[:MAX_NAME_LENGTH] for name in found["files"]]
        typed_at = min(int(found["saved"]), get_current_milliseconds())
        submission = uuid.UUID(found["submission"]) if found["submission"] else None
    except (
        AttributeError,
        KeyError,
        OverflowError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise InvalidDraft from error
    if not fields or typed_at < 0 or len(files) + sum(map(len, fields.values())) > MAX_VALUES:
        raise InvalidDraft
    return DraftContent(typed_at, fields, files, submission)
