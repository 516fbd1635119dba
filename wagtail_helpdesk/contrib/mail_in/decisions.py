"""Held mails: a manager of the ticket publishes one as a comment, or dismisses it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wagtail_helpdesk import access, lifecycle
from wagtail_helpdesk.actions import Result, perform
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Audience, Role, Source
from wagtail_helpdesk.links import find_location
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal.http import SeeOther, make_private

from .fitting import fit_to_form
from .models import IncomingMail, IncomingState

#: Under which a decision becomes the id of a submission: made once, however often it is sent.
NAMESPACE = uuid.UUID("0c2a6f5e-8f0b-4f57-9d55-3b6f3f6f7c11")
DECISIONS = {"publish": IncomingState.PUBLISHED, "dismiss": IncomingState.DISMISSED}

SENTENCES = {
    "publish": lambda: _("The e-mail has been added to the ticket as your comment."),
    "dismiss": lambda: _("The e-mail has been dismissed."),
}


def get_urls() -> list[URLPattern]:
    """Return the URL of the decision (a ``register_helpdesk_urls`` hook)."""
    return [path("mail-in/<int:pk>/<slug:decision>/", decide, name="held_mail")]


def decide(request: HttpRequest, pk: int, decision: str) -> HttpResponseBase:
    """Publish or dismiss a held mail, and lead back to its ticket.

    Answers 405 unless it is posted, and 404 to all but the managers of the ticket.
    """
    if request.method != "POST":
        return make_private(HttpResponseNotAllowed(["POST"]))
    user: Any = request.user
    if decision not in DECISIONS or not access.is_active_user(user):
        raise Http404
    managed = Ticket.objects.visible_to(user, through=(Role.MANAGER,))
    ticket = managed.select_related("service").filter(incoming_mails=pk).first()
    if ticket is None:
        raise Http404
    if refusal := decide_once(pk, decision, ticket, user):
        messages.error(request, refusal)
    else:
        messages.success(request, SENTENCES[decision]())
    location = find_location(ticket.service, get_language() or "")
    if location is None:
        raise Http404
    return make_private(SeeOther(location.get_ticket_url(ticket.pk)))


def decide_once(pk: int, decision: str, ticket: Ticket, user: Any) -> str:
    """Record the decision about a held mail; return why it was refused, empty when it was not."""
    with transaction.atomic():
        mail = IncomingMail.objects.select_for_update().get(pk=pk)
        if mail.state == DECISIONS[decision]:
            return ""
        if mail.state != IncomingState.HELD:
            return _("Another decision was made about this e-mail before.")
        perform_decision = _publish if decision == "publish" else _dismiss
        result = perform_decision(mail, ticket, user)
        if result.refusal is not None:
            return result.refusal.message
        mail.settle(DECISIONS[decision], mail.reason, event=result.event, decided_by=user).save()
        return ""


def _publish(mail: IncomingMail, ticket: Ticket, user: Any) -> Result:
    """Add the mail as a comment of the manager that quotes it: its sender is not proven."""
    heading = _("E-mail of %(sender)s, received on %(date)s:") % _describe(mail)
    quotation = "\n".join(f"> {line}".rstrip() for line in (mail.text or mail.cut).split("\n"))
    text, files = fit_to_form(f"{heading}\n\n{quotation}", ())
    data = {"text": text, "files": files, "audience": Audience(mail.audience)}
    return _perform(lifecycle.COMMENT, mail, ticket, user, data)


def _dismiss(mail: IncomingMail, ticket: Ticket, user: Any) -> Result:
    text = _("Dismissed the e-mail of %(sender)s, received on %(date)s.") % _describe(mail)
    return _perform(lifecycle.NOTE, mail, ticket, user, {"text": text})


def _describe(mail: IncomingMail) -> dict[str, str]:
    # As code: an address is no markup and mentions nobody.
    sender = mail.sender.replace("`", "")
    return {
        "sender": f"`{sender}`",
        "date": format_date(timezone.localtime(mail.received_at).date()),
    }


def _perform(
    action: lifecycle.Action, mail: IncomingMail, ticket: Ticket, user: Any, data: dict[str, Any]
) -> Result:
    submission = uuid.uuid5(NAMESPACE, f"{action.name} {mail.pk}")
    return perform(
        action.name,
        ticket,
        user,
        data,
        submission,
        source=Source.PAGE,
        digest=mail.fingerprint,
    )
