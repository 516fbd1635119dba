"""The base of the forms of actions: labels, hidden fields, the arguments of the verb, the button."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import actions, lifecycle
from wagtail_helpdesk.actions import Refusal
from wagtail_helpdesk.lifecycle import Action, Audience, Message, Role, Source
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal import drafts
from wagtail_helpdesk.portal.forms import fields
from wagtail_helpdesk.portal.forms.rendering import HelpdeskForm


class ButtonGroup(Enum):
    """Where the button of an action is shown on the ticket page."""

    FIRST = "first"
    SECOND = "second"
    MORE = "more"


@dataclass(frozen=True)
class ButtonPlace:
    """The group of a button, its place there, and whether its form opens in a dialog."""

    group: ButtonGroup
    order: int
    opens_dialog: bool = False


class Alternative(NamedTuple):
    """Another action that can take the text of a form: a button beside the submit button."""

    label: Any
    action: Action


class ActionForm(HelpdeskForm):
    """The form of one action. A subclass sets its labels and adds its own fields.

    ``title``, ``submit_label``, ``help_text`` and ``success_message`` may contain ``%(number)s``,
    ``%(requester)s`` and what a subclass adds in ``label_context``.
    """

    action_name: ClassVar[str]
    title: ClassVar[Any]
    submit_label: ClassVar[Any]
    #: The label of the submit button once something is chosen; ``%(name)s`` is the choice.
    submit_label_with_name: ClassVar[Any] = ""
    cancel_label: ClassVar[Any] = _("Cancel")
    help_text: ClassVar[Any] = ""
    success_message: ClassVar[Any] = _("Your change has been saved.")
    #: Where the button is shown; None for an action that the page offers in another way.
    button: ClassVar[ButtonPlace | None] = None
    #: The label of the button, if it is not that of the action; for managers and for the requester.
    button_label: ClassVar[Any] = ""
    requester_button_label: ClassVar[Any] = ""
    #: Actions that can also be performed with the text of this form.
    alternatives: ClassVar[tuple[Alternative, ...]] = ()
    #: Whether the ticket is done with: a preference leads back to the list afterwards.
    ends_ticket: ClassVar[bool] = False
    is_destructive: ClassVar[bool] = False
    #: Whether the author is shown, once, what others did since the page was loaded.
    shows_news_first: ClassVar[bool] = False
    template: ClassVar[str] = "wagtail_helpdesk/portal/actions/fields.html"

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    draft_owner = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        user: Any,
        ticket: Ticket,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.user = user
        self.ticket = ticket
        #: What the verb returned, usually the event.
        self.result: Any = None
        hidden = {
            "submission": uuid.uuid4(),
            "version": ticket.version,
            "draft_owner": drafts.sign_owner(user),
        }
        auto_id = f"id_{self.action_name}_%s"
        super().__init__(data, files, initial=hidden | (initial or {}), auto_id=auto_id)

    @classmethod
    def get_action(cls) -> Action | None:
        """Return the row of the table, or None: muting has none, it does not change the ticket."""
        return lifecycle.ACTIONS.get(cls.action_name)

    @classmethod
    def get_slug(cls) -> str:
        """Return the name of the action in a URL."""
        return cls.action_name.replace("_", "-")

    @classmethod
    def get_button_label(cls, *, for_requester: bool = False) -> Any:
        """Return the label of the button on the ticket page."""
        action = cls.get_action()
        own = (for_requester and cls.requester_button_label) or cls.button_label
        return own or (action.label if action else cls.submit_label)

    @classmethod
    def get_disabled_reason(cls, ticket: Ticket, user: Any) -> str:
        """Return why the button of an available action is disabled; empty when it is not."""
        return ""

    @property
    def is_for_requester(self) -> bool:
        """Whether the user is the requester and does not manage the service."""
        roles = self.ticket.access.roles
        return Role.REQUESTER in roles and Role.MANAGER not in roles

    @property
    def is_read_by_everyone(self) -> bool:
        """Whether anybody who can see the service can read what is typed here."""
        return self.ticket.visibility == lifecycle.Visibility.PUBLIC and "text" in self.fields

    @property
    def label_context(self) -> dict[str, Any]:
        """The values that the labels contain."""
        return {"number": self.ticket.pk, "requester": get_display_name(self.ticket.requester)}

    def get_label(self, name: str) -> str:
        """Return one of the labels, with the values of this ticket."""
        return str(getattr(self, name)) % self.label_context

    def find_alternatives(self, available: list[Action]) -> list[Alternative]:
        """Return the other actions that the user can perform with the text of this form."""
        return [alternative for alternative in self.alternatives if alternative.action in available]

    def get_arguments(self) -> dict[str, Any]:
        """Return the data of the verb: what it takes besides ticket and user."""
        arguments: dict[str, Any] = {}
        if "text" in self.fields:
            arguments["text"] = self.cleaned_data.get("text", "")
        if "files" in self.fields:
            arguments["files"] = self.cleaned_data.get("files", [])
        return arguments

    def run(self, digest: str) -> Refusal | None:
        """Perform the verb; return the refusal, None when it is done.

        ``digest`` is that of the posted form. The ticket is given as the page showed it, so that a
        stale page is noticed.
        """
        if self.cleaned_data.get("version") is not None:
            self.ticket.version = self.cleaned_data["version"]
        outcome = actions.perform(
            self.action_name,
            self.ticket,
            self.user,
            self.get_arguments(),
            self.cleaned_data.get("submission"),
            self.get_seen(),
            source=Source.PAGE,
            digest=digest,
        ).outcomes[0]
        self.result = outcome.result
        return outcome.refusal

    def get_seen(self) -> int | None:
        """Return the last event that the page showed, for actions that stop when overtaken."""
        return None

    def accept_news(self, ticket: Ticket, seen: int) -> None:
        """Let the same text be sent again by a user who now knows what happened meanwhile."""
        self.ticket = ticket
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data["version"], data["seen"] = ticket.version, seen
            data["submission"] = uuid.uuid4()
            self.data = data


class TextForm(ActionForm):
    """The form of an action with a message, required where the table of actions requires it."""

    text_label: ClassVar[Any] = None
    text_help: ClassVar[Any] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        action = self.get_action()
        required = action is not None and action.message is Message.REQUIRED
        self.fields["text"] = fields.make_message_field(
            required=required, label=self.text_label, help_text=self.text_help
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Ask once before a message for the requester alone is sent with an action read by all."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        narrowed = self.data.get("audience") == Audience.REQUESTER and "audience" not in self.fields
        if narrowed and (cleaned.get("text") or cleaned.get("files")):
            self.add_error(
                "text",
                _(
                    "Everyone on the ticket would read this message. Send it again if you want that,"
                    " or send it as a comment first."
                ),
            )
        return cleaned


class StopsOnNewMessages(ActionForm):
    """The form of an action that stops when another person wrote after the page was loaded."""

    def get_seen(self) -> int | None:
        seen: int | None = self.cleaned_data.get("seen")
        return seen
