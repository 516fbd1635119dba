"""The forms in which people say something: comment, note, question, files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import lifecycle
from wagtail_helpdesk.lifecycle import Audience
from wagtail_helpdesk.mailqueue.addresses import find_skip_reason
from wagtail_helpdesk.portal.forms.attachments import WithFiles

from .action_form import ActForm, Way, WithText


class ForAnAudience(ActForm):
    """The form of an act whose message can be kept from guests and viewers."""

    audience = forms.ChoiceField(
        label=_("Read by:"),
        choices=[(a.value, a.label) for a in (Audience.EVERYONE, Audience.REQUESTER)],
        initial=Audience.EVERYONE,
        required=False,
    )

    def arguments(self) -> dict[str, Any]:
        audience = self.cleaned_data.get("audience") or Audience.EVERYONE
        return super().arguments() | {"audience": audience}


class Comment(ForAnAudience, WithFiles, WithText):
    name = "comment"
    title = _("Comment on ticket no. %(number)s")
    submit = _("Save the comment")
    done = _("Your comment has been added.")
    text_label = _("Your comment:")
    ways = (
        Way(_("Comment and refuse the closure"), lifecycle.REJECT_CLOSURE),
        Way(_("Comment and reopen"), lifecycle.REOPEN),
    )
    field_order = ("text", "files", "audience")


class Note(WithFiles, WithText):
    name = "note"
    title = _("Add an internal note")
    submit = _("Save the note")
    explains = _("Only the managers of the service can read it.")
    done = _("Your note has been added.")
    text_label = _("Your note:")
    field_order = ("text", "files")


class Asking(WithText):
    """The form of an act that puts a question to the requester."""

    text_help = _("Please say what information you need.")

    @property
    def done(self) -> Any:
        requester = self.ticket.requester
        if requester == self.author or find_skip_reason(requester):
            return _("The ticket is waiting for an answer from %(requester)s.")
        return _("%(requester)s will get an e-mail with your question.")


class AskInformation(Asking, WithFiles):
    name = "ask_information"
    title = _("Ask for more information")
    submit = _("Ask for the information")
    field_order = ("text", "files")


class Attach(ForAnAudience, WithFiles, WithText):
    name = "attach"
    title = _("Attach a file")
    submit = _("Attach")
    done = _("Your file has been attached.")
    field_order = ("files", "text", "audience")
