"""The forms that end a ticket or open it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.conf import helpdesk_settings
from wagtail_helpdesk.dates import format_date
from wagtail_helpdesk.lifecycle import Role
from wagtail_helpdesk.mailqueue.addresses import find_skip_reason
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal.forms.attachments import AttachmentsForm

from .action_form import (
    Alternative,
    BulkLabels,
    ButtonGroup,
    ButtonPlace,
    Done,
    StopsOnNewsForm,
    TextForm,
)
from .registry import register_form


class ClosingForm(StopsOnNewsForm):
    """The form of an action that closes, with a help text about what the requester will be asked."""

    ends_ticket = True

    @property
    def is_requester(self) -> bool:
        """Whether the requester closes the ticket: then nobody has to approve."""
        return bool(self.ticket.requester_id == self.user.pk)

    @property
    def help_text(self) -> Any:
        if self.is_requester:
            return _("Your request will be marked as solved.")
        return f"{_describe_approval(self.ticket)} {_describe_deadline()}"

    @property
    def bulk_help_text(self) -> Any:
        asked = _("The requesters will get an e-mail asking them to approve the closure.")
        return f"{asked} {_describe_deadline()}"

    @classmethod
    def describe_success(cls, done: Done) -> str:
        ticket = done.ticket
        names = {"number": ticket.pk, "requester": get_display_name(ticket.requester)}
        closed = _("Ticket #%(number)s is closed.") % names
        if ticket.requester_id == done.user.pk:
            return closed
        return f"{closed} {_describe_approval(ticket) % names}"


def _describe_deadline() -> str:
    until = timezone.localdate() + timedelta(days=helpdesk_settings.EXPIRY_DAYS)
    deadline = _("Without an answer by %(date)s, the closure counts as approved.")
    return str(deadline) % {"date": format_date(until)}


def _describe_approval(ticket: Ticket) -> Any:
    """Return how the requester will learn of the closure, with a place for their name."""
    if find_skip_reason(ticket.requester):
        return _("%(requester)s will get no e-mail, but can approve this closure on the helpdesk.")
    return _("%(requester)s will get an e-mail asking them to approve this closure.")


@register_form
class Close(ClosingForm, AttachmentsForm, TextForm):
    """The confirmation of guide I.8, with its four ways out."""

    action_name = "close"
    button = ButtonPlace(ButtonGroup.FIRST, 800, "done")
    bulk = BulkLabels(
        _("Close the tickets"),
        ngettext_lazy("%(count)s ticket closed.", "%(count)s tickets closed.", "count"),
    )
    requester_button_label = _("It’s solved")
    alternatives = (
        Alternative(_("Ask for information"), lifecycle.ASK_INFORMATION),
        Alternative(_("Add a comment"), lifecycle.COMMENT),
    )
    release = forms.BooleanField(label=_("Release the ticket"), required=False)
    field_order = ("text", "files", "release")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # When the requester closes the ticket, nobody may be in charge.
        if self.is_requester and Role.IN_CHARGE not in self.ticket.access.roles:
            del self.fields["release"]

    def extend_to(self, tickets: Sequence[Ticket]) -> None:
        super().extend_to(tickets)
        if any(Role.IN_CHARGE in ticket.access.roles for ticket in tickets):
            self.fields["release"] = self.base_fields["release"]

    @property
    def title(self) -> Any:
        if self.is_for_requester:
            return _("Is your request solved?")
        return _("Close ticket #%(number)s?")

    @property
    def submit_label(self) -> Any:
        return _("It’s solved") if self.is_for_requester else pgettext_lazy("ticket", "Close")

    def get_arguments(self) -> dict[str, Any]:
        release = self.cleaned_data.get("release", False)
        return super().get_arguments() | {"release": release}


@register_form
class ApproveClosure(TextForm):
    action_name = "approve_closure"
    answers_question = True
    title = _("Is your request solved?")
    submit_label = _("Yes, it’s solved")
    success_message = _("Thank you. Your request is marked as solved.")
    button = ButtonPlace(ButtonGroup.FIRST, 600, "check")
    button_label = _("Yes, it’s solved")
    ends_ticket = True


@register_form
class RejectClosure(AttachmentsForm, TextForm):
    action_name = "reject_closure"
    answers_question = True
    title = _("What is still missing?")
    submit_label = _("Reopen my request")
    text_label = _("Your message:")
    success_message = _("Your request is open again.")
    button = ButtonPlace(ButtonGroup.FIRST, 700, "reopen")
    button_label = _("No, it isn’t")
    field_order = ("text", "files")


@register_form
class Cancel(StopsOnNewsForm, TextForm):
    action_name = "cancel"
    title = _("Withdraw request #%(number)s?")
    submit_label = _("Withdraw my request")
    cancel_label = _("Keep my request")
    help_text = _("Nobody will work on your request any more.")
    success_message = _("Your request has been withdrawn.")
    button = ButtonPlace(ButtonGroup.SECOND, 800, "close")
    requester_button_label = _("Withdraw my request")
    ends_ticket = True
    is_destructive = True


@register_form
class Refuse(StopsOnNewsForm, AttachmentsForm, TextForm):
    action_name = "refuse"
    title = _("Refuse ticket #%(number)s")
    submit_label = _("Refuse the ticket")
    text_label = _("Reason:")
    success_message = _("The ticket has been refused.")
    button = ButtonPlace(ButtonGroup.SECOND, 700, "close")
    ends_ticket = True
    is_destructive = True
    field_order = ("text", "files")


@register_form
class Reopen(AttachmentsForm, TextForm):
    action_name = "reopen"
    title = _("Reopen ticket #%(number)s")
    submit_label = _("Reopen the ticket")
    requester_labels: ClassVar[Mapping[str, Any]] = {
        "title": _("Reopen request #%(number)s"),
        "submit_label": _("Reopen my request"),
    }
    success_message = _("The ticket is open again.")
    button = ButtonPlace(ButtonGroup.FIRST, 1000, "reopen")
    field_order = ("text", "files")
