"""What the form of every act shares: its words, its guards, and the call of its verb."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk import actions, lifecycle
from wagtail_helpdesk.actions import Refusal
from wagtail_helpdesk.lifecycle import Action, Audience, Message, Source
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal import drafts
from wagtail_helpdesk.portal.forms import fields
from wagtail_helpdesk.portal.submissions import compute_form_digest

if TYPE_CHECKING:
    from wagtail_helpdesk.portal.request import HelpdeskRequest


class Way(NamedTuple):
    """Another act that may take the text typed here: a button beside the submit button."""

    label: Any
    action: Action


class ActForm(forms.Form):
    """The form of one verb. A subclass says its words and adds the data of its own.

    ``name`` is the verb; ``title``, ``submit``, ``explains`` and ``done`` may contain
    ``%(number)s`` and ``%(requester)s``, and what else ``about`` knows.
    """

    name: ClassVar[str]
    title: ClassVar[Any]
    submit: ClassVar[Any]
    #: The submit button's words once something is chosen, which ``%(name)s`` stands for.
    submit_naming: ClassVar[Any] = ""
    explains: ClassVar[Any] = ""
    done: ClassVar[Any] = _("Your change has been saved.")
    #: The acts that may also be done with the text typed here.
    ways: ClassVar[tuple[Way, ...]] = ()
    #: Acts that end the ticket or leave it: a preference may lead back to the list after them.
    leaves: ClassVar[bool] = False
    dangerous: ClassVar[bool] = False
    template: ClassVar[str] = "wagtail_helpdesk/portal/acts/fields.html"

    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, data: Any = None, files: Any = None, *, request: HelpdeskRequest, ticket: Ticket,
                 initial: dict[str, Any] | None = None) -> None:  # fmt: skip
        self.request = request
        self.author = request.user
        self.ticket = ticket
        #: What the verb returned: for most of them the event.
        self.result: Any = None
        guards = {"submission": uuid.uuid4(), "version": ticket.version}
        super().__init__(
            data, files, initial=guards | (initial or {}), auto_id=f"id_{self.name}_%s"
        )

    @classmethod
    def action(cls) -> Action | None:
        """Return the row of the table; muting has none, for it changes nothing on the ticket."""
        return lifecycle.ACTIONS.get(cls.name)

    @property
    def slug(self) -> str:
        """The act in an address."""
        return self.name.replace("_", "-")

    @property
    def whose(self) -> str:
        """Whose form it is, for what they typed to be given back to them alone."""
        return drafts.sign_owner(self.author)

    @property
    def is_for_everybody(self) -> bool:
        """Whether what is typed here is read by everybody who sees a public ticket."""
        return self.ticket.visibility == lifecycle.Visibility.PUBLIC and "text" in self.fields

    @property
    def about(self) -> dict[str, Any]:
        """What the words of the form may name."""
        return {"number": self.ticket.pk, "requester": get_display_name(self.ticket.requester)}

    @property
    def labels(self) -> dict[str, Any]:
        """The words of the form, about this ticket."""
        about = self.about
        return {
            word: str(getattr(self, word)) % about
            for word in ("title", "submit", "explains", "done")
        }

    def other_ways(self, available: list[Action]) -> list[Way]:
        """Return the other acts that this person may do with the text typed here."""
        return [way for way in self.ways if way.action in available]

    def arguments(self) -> dict[str, Any]:
        """Return the data of the verb: what it takes besides ticket and author."""
        given: dict[str, Any] = {}
        if "text" in self.fields:
            given["text"] = self.cleaned_data.get("text", "")
        if "files" in self.fields:
            given["files"] = self.cleaned_data.get("files", [])
        return given

    def run(self) -> Refusal | None:
        """Perform the verb; return the refusal, None when it is done.

        The ticket is given as the page showed it, so that a stale page is noticed.
        """
        if self.cleaned_data.get("version") is not None:
            self.ticket.version = self.cleaned_data["version"]
        outcome = actions.perform(
            self.name, self.ticket, self.author, self.arguments(),
            self.cleaned_data.get("submission"), self.get_seen(), source=Source.PAGE,
            digest=compute_form_digest(self.request.http, self.ticket.pk),
        ).outcomes[0]  # fmt: skip
        self.result = outcome.result
        return outcome.refusal

    def get_seen(self) -> int | None:
        """Return the last event that the page showed, for actions that stop when overtaken."""
        return None

    def refreshed(self, ticket: Ticket, seen: int) -> None:
        """Let the same text be sent again, knowing what happened meanwhile."""
        self.ticket = ticket
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data["version"], data["seen"] = ticket.version, seen
            data["submission"] = uuid.uuid4()
            self.data = data


class WithText(ActForm):
    """The form of an act that takes a message, required where the table says so."""

    text_label: ClassVar[Any] = None
    text_help: ClassVar[Any] = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.action()
        required = row is not None and row.message is Message.REQUIRED
        self.fields["text"] = fields.make_message_field(
            required=required, label=self.text_label, help_text=self.text_help
        )
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Stop, once, what was written for few in a comment and is sent with an act for everybody."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        narrowed = self.data.get("audience") == Audience.REQUESTER and "audience" not in self.fields
        if narrowed and (cleaned.get("text") or cleaned.get("files")):
            self.add_error(
                "text",
                _(
                    "Everyone on the ticket would read this message. Send it again if you want that,"
                    " or save it as a comment first."
                ),
            )
        return cleaned


class StopsWhenOvertaken(ActForm):
    """The form of an act that stops when somebody wrote after what its author read."""

    def get_seen(self) -> int | None:
        seen: int | None = self.cleaned_data.get("seen")
        return seen
