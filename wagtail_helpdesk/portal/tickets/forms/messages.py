"""The forms that send a message or files: comment, internal note, question, attachment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Audience, Role, Visibility
from wagtail_helpdesk.mailqueue.addresses import find_skip_reason
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal.forms.attachments import AttachmentsForm
from wagtail_helpdesk.portal.tickets.guests import load_guests

from .action_form import (
    ActionForm,
    Alternative,
    BulkLabels,
    ButtonGroup,
    ButtonPlace,
    Done,
    StopsOnNewsForm,
    TextForm,
)
from .registry import register_form


class AudienceForm(ActionForm):
    """The form of an action whose message can be kept from guests and viewers."""

    audience = forms.ChoiceField(label=_("Visible to:"), initial=Audience.EVERYONE, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        narrow: Any = Audience.REQUESTER.label
        if self.is_for_requester:
            narrow = _("Only me and the service")
        self.fields["audience"].choices = [  # type: ignore[attr-defined]
            (Audience.EVERYONE.value, Audience.EVERYONE.label),
            (Audience.REQUESTER.value, narrow),
        ]

    @property
    def has_other_readers(self) -> bool:
        """Whether anybody but the requester and the managers would read the message."""
        return self.ticket.visibility == Visibility.PUBLIC or bool(load_guests(self.ticket))

    def get_arguments(self) -> dict[str, Any]:
        audience = self.cleaned_data.get("audience") or Audience.EVERYONE
        return super().get_arguments() | {"audience": audience}


class MentionsForm(TextForm):
    """The form of a message that alerts the people whom a manager names in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Whether names are completed while they are typed.
        self.offers_mentions = False

    def offer_answers(self) -> None:
        super().offer_answers()
        self.offers_mentions = Role.MANAGER in self.ticket.access.roles


@register_form
class Comment(StopsOnNewsForm, AudienceForm, AttachmentsForm, MentionsForm):
    action_name = "comment"
    answers_question = True
    title = _("Reply on ticket #%(number)s")
    requester_labels: ClassVar[Mapping[str, Any]] = {"title": _("Reply to request #%(number)s")}
    submit_label = pgettext_lazy("message", "Send")
    success_message = _("Your message has been sent.")
    text_label = _("Your message:")
    requester_button_label = pgettext_lazy("ticket", "Reply")
    button = ButtonPlace(ButtonGroup.FIRST, 400, "reply")
    can_be_sent_anyway = True
    alternatives = (
        Alternative(_("Send and reopen"), lifecycle.REJECT_CLOSURE),
        Alternative(_("Send and reopen"), lifecycle.REOPEN),
    )
    field_order = ("text", "files", "audience")

    def find_alternatives(self, available: list[lifecycle.Action]) -> list[Alternative]:
        # On a closed ticket the requester has both; they lead to the same.
        return super().find_alternatives(available)[:1]


@register_form
class Note(StopsOnNewsForm, AttachmentsForm, MentionsForm):
    action_name = "note"
    title = _("Add an internal note")
    submit_label = _("Save the note")
    help_text = _("Only the managers of the service can read it.")
    success_message = _("Your note has been added.")
    text_label = _("Your note:")
    button = ButtonPlace(ButtonGroup.SECOND, 500, "lock")
    bulk = BulkLabels(
        _("Add an internal note to the tickets"),
        ngettext_lazy(
            "Note added to %(count)s ticket.", "Note added to %(count)s tickets.", "count"
        ),
    )
    can_be_sent_anyway = True
    field_order = ("text", "files")

    @property
    def bulk_help_text(self) -> Any:
        return self.help_text


class QuestionForm(TextForm):
    """The form of an action that asks the requester something."""

    text_help = _("Please say what information you need.")

    @classmethod
    def describe_success(cls, done: Done) -> str:
        requester = done.ticket.requester
        if requester == done.user or find_skip_reason(requester):
            message = _("The ticket is waiting for an answer from %(requester)s.")
        else:
            message = _("%(requester)s will get an e-mail with your question.")
        return str(message) % {"requester": get_display_name(requester)}


@register_form
class AskInformation(QuestionForm, AttachmentsForm):
    action_name = "ask_information"
    title = _("Ask for more information")
    submit_label = _("Send the question")
    button = ButtonPlace(ButtonGroup.FIRST, 500, "ask")
    bulk = BulkLabels(
        _("Ask for information on the tickets"),
        ngettext_lazy(
            "Information asked for on %(count)s ticket.",
            "Information asked for on %(count)s tickets.",
            "count",
        ),
    )
    field_order = ("text", "files")


@register_form
class Attach(AudienceForm, AttachmentsForm, TextForm):
    action_name = "attach"
    title = _("Attach a file")
    submit_label = _("Attach")
    success_message = _("Your file has been attached.")
    button = ButtonPlace(ButtonGroup.MORE, 500, "clip")
    field_order = ("files", "text", "audience")
