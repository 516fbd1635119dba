"""The base of the forms of actions: labels, hidden fields, the arguments of the verb, the button."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import actions, lifecycle
from wagtail_helpdesk.actions import Refusal
from wagtail_helpdesk.actions.canned_answers import count_uses
from wagtail_helpdesk.lifecycle import Action, Audience, Message, Role, Source
from wagtail_helpdesk.models import CannedAnswer, Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.notifications.forecast import Forecast
from wagtail_helpdesk.portal import session_drafts
from wagtail_helpdesk.portal.forms import fields
from wagtail_helpdesk.portal.forms.rendering import HelpdeskForm
from wagtail_helpdesk.portal.tickets import canned_answers


class ButtonGroup(Enum):
    """Where the button of an action is shown on the ticket page.

    FIRST stands above the conversation; SECOND does on a free ticket, as far as there is room. The
    rest is behind “More”.
    """

    FIRST = "first"
    SECOND = "second"
    MORE = "more"


@dataclass(frozen=True)
class ButtonPlace:
    """The group of a button, its place there, and the name of its icon."""

    group: ButtonGroup
    order: int
    icon: str = ""


class Alternative(NamedTuple):
    """Another action that can take the text of a form: a button beside the submit button."""

    label: Any
    action: Action


@dataclass(frozen=True)
class BulkLabels:
    """The words of an action on several tickets at once."""

    #: The title of the page and the label of its button.
    title: Any
    #: What was done, made by ``ngettext_lazy``; ``%(count)s`` is the number of tickets.
    success: Any


@dataclass(frozen=True)
class Done:
    """What an action did, as its author reads about it: now, or again when the form is sent twice."""

    ticket: Ticket
    user: Any
    #: What the verb returned, usually the event.
    result: Any
    #: Whether the author can still see the ticket.
    is_visible: bool = True


class ActionForm(HelpdeskForm):
    """The form of one action. A subclass sets its labels and adds its own fields.

    ``title``, ``submit_label`` and ``help_text`` may contain ``%(number)s``, ``%(requester)s`` and
    what a subclass adds in ``label_context``; ``success_message`` the first two.
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
    #: Other words for the requester, by the name of the label.
    requester_labels: ClassVar[Mapping[str, Any]] = {}
    #: Actions that can also be performed with the text of this form.
    alternatives: ClassVar[tuple[Alternative, ...]] = ()
    #: Whether the page of the form shows what the requester was asked, or the closing words.
    answers_question: ClassVar[bool] = False
    #: Whether the ticket is done with: a preference leads back to the list afterwards.
    ends_ticket: ClassVar[bool] = False
    is_destructive: ClassVar[bool] = False
    #: Whether news hold the action up only once, until its author has read them.
    can_be_sent_anyway: ClassVar[bool] = False
    #: The words of the form for several tickets, see ``extend_to``; None where it is for one alone.
    bulk: ClassVar[BulkLabels | None] = None
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
        #: The HTML of the message, when its author asked to see it; else None.
        self.preview: SafeString | None = None
        #: Who will be alerted, with the preview and for managers.
        self.forecast: Forecast | None = None
        hidden = {
            "submission": uuid.uuid4(),
            "version": ticket.version,
            "draft_owner": session_drafts.sign_owner(user),
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
    def has_preview(self) -> bool:
        """Whether the form can show its message before it is sent."""
        return "text" in self.fields

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
        return _make_label_context(self.ticket)

    def get_label(self, name: str) -> str:
        """Return one of the labels, with the values of this ticket."""
        own = self.requester_labels.get(name) if self.is_for_requester else None
        return str(own or getattr(self, name)) % self.label_context

    @classmethod
    def describe_success(cls, done: Done) -> str:
        """Return the message that is shown once the action is performed.

        From what was done alone: a form that is sent a second time is not read again.
        """
        return str(cls.success_message) % _make_label_context(done.ticket)

    @classmethod
    def is_departure(cls, done: Done) -> bool:
        """Return whether the author left the ticket: the list follows, not the ticket."""
        return False

    def get_success_message(self, *, is_visible: bool) -> str:
        """Return the message that is shown now that the action is performed."""
        return self.describe_success(Done(self.ticket, self.user, self.result, is_visible))

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

    def extend_to(self, tickets: Sequence[Ticket]) -> None:
        """Adapt the form to several tickets, of which ``ticket`` is one.

        Called once, after the form is made, where ``bulk`` is set. What belongs to one ticket is
        left out; files are attached to one ticket at a time.
        """
        for name in ("files", "version", "seen"):
            self.fields.pop(name, None)

    @property
    def bulk_help_text(self) -> Any:
        """The help text of the form for several tickets."""
        return ""

    def accept_news(self, ticket: Ticket, seen: int) -> None:
        """Let the same text be sent again by a user who now knows what happened meanwhile."""
        self.ticket = ticket
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data["version"], data["seen"] = ticket.version, seen
            data["submission"] = uuid.uuid4()
            self.data = data


def _make_label_context(ticket: Ticket) -> dict[str, Any]:
    return {"number": ticket.pk, "requester": get_display_name(ticket.requester)}


class TextForm(ActionForm):
    """The form of an action with a message, required where the table of actions requires it."""

    #: What is wrong with a message that still has gaps of a canned answer.
    gaps_message: ClassVar[Any] = _(
        "The canned answer leaves %(gaps)s open: fill it in before you send."
    )
    text_label: ClassVar[Any] = None
    text_help: ClassVar[Any] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        action = self.get_action()
        required = action is not None and action.message is Message.REQUIRED
        self.fields["text"] = fields.make_message_field(
            required=required, label=self.text_label, help_text=self.text_help
        )
        #: Why the action of an answer that was inserted is not the one of this form.
        self.answer_notice = ""
        #: The canned answers of which the message is made; the verb does not take them.
        self.used_answers: list[CannedAnswer] = []
        #: Whether the page has the button that inserts canned answers.
        self.offers_answers = False
        if self.can_use_answers:
            self.fields["used_answers"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=""
            )
        self.order_fields(self.field_order)

    @property
    def can_use_answers(self) -> bool:
        """Whether the user can insert canned answers: a manager of the ticket's service."""
        return Role.MANAGER in self.ticket.access.roles

    def offer_answers(self) -> None:
        """Show the button for canned answers, on a page whose view inserts them."""
        self.offers_answers = self.can_use_answers

    def clean(self) -> dict[str, Any]:
        """Check what canned answers left open, and ask once before more people read a message."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_gaps(cleaned)
        self._check_audience(cleaned)
        return cleaned

    def _check_gaps(self, cleaned: dict[str, Any]) -> None:
        used = cleaned.get("used_answers", "")
        self.used_answers = canned_answers.load_used(self.ticket, self.user, used)
        gaps = canned_answers.find_open_gaps(self.used_answers, cleaned.get("text", ""))
        if gaps:
            self.add_error("text", str(self.gaps_message) % {"gaps": ", ".join(gaps)})

    def run(self, digest: str) -> Refusal | None:
        refusal = super().run(digest)
        if refusal is None:
            count_uses([answer.pk for answer in self.used_answers])
        return refusal

    def _check_audience(self, cleaned: dict[str, Any]) -> None:
        """Ask once before a message for the requester alone is sent with an action read by all."""
        action = self.get_action()
        # What managers alone can read is narrower still.
        widens = "audience" not in self.fields and not (
            action is not None and action.audience == Audience.MANAGERS
        )
        narrowed = self.data.get("audience") == Audience.REQUESTER
        if widens and narrowed and (cleaned.get("text") or cleaned.get("files")):
            self.add_error(
                "text",
                _(
                    "Everyone on the ticket would read this message. Send it again if you want that,"
                    " or send it as a comment first."
                ),
            )


class StopsOnNewsForm(ActionForm):
    """The form of an action that stops when its author could not see what others did meanwhile.

    Which news stop it is up to the verb. With ``can_be_sent_anyway`` they do so once: the author
    reads them and sends the same text again.
    """

    def get_seen(self) -> int | None:
        if self.can_be_sent_anyway and "send_anyway" in self.data:
            return None
        seen: int | None = self.cleaned_data.get("seen")
        return seen
