"""The forms that link two tickets, remove a link, and make a message a ticket of its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.actions import NotPossible
from wagtail_helpdesk.actions.linking import (
    find_managed_ticket,
    find_message_to_split,
    find_ticket_to_link,
    list_messages_to_split,
)
from wagtail_helpdesk.markdown import strip_html
from wagtail_helpdesk.models import Event, Ticket
from wagtail_helpdesk.portal.forms import fields
from wagtail_helpdesk.search.ticket_reference import MAX_REFERENCE_LENGTH, parse_ticket_reference

from .action_form import ActionForm, ButtonGroup, ButtonPlace, Done
from .registry import register_form

#: Messages from which a ticket can be split; older ones are named by their id in the address.
MAX_LISTED_MESSAGES = 20
#: In characters, of the beginning of a message.
_EXCERPT_LENGTH = 160


def make_ticket_field(label: Any) -> forms.CharField:
    """Return the field that names another ticket by its number or its address."""
    return forms.CharField(
        label=label,
        max_length=MAX_REFERENCE_LENGTH,
        help_text=_("Its number or its address."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class OtherTicketMixin:
    """A form whose field ``to`` names another ticket."""

    cleaned_data: dict[str, Any]

    def find_other_ticket(self, number: int) -> Ticket:
        """Return the ticket with this number; raises ``NotPossible``."""
        raise NotImplementedError

    def clean_to(self) -> Ticket:
        """Return the ticket that is named; it must suit the action."""
        number = parse_ticket_reference(self.cleaned_data["to"])
        if number is None:
            raise forms.ValidationError(_("Enter the number of a ticket."))
        try:
            return self.find_other_ticket(number)
        except NotPossible as refusal:
            raise forms.ValidationError(str(refusal)) from refusal


@register_form
class Link(OtherTicketMixin, ActionForm):
    action_name = "link"
    title = _("Link ticket #%(number)s to another")
    submit_label = _("Link the tickets")
    help_text = _(
        "Each history leads to the other ticket. The people on the tickets stay as they are: the link"
        " leads nobody to a ticket that they cannot see."
    )
    button = ButtonPlace(ButtonGroup.MORE, 610, "link")
    to = make_ticket_field(_("Other ticket:"))

    def find_other_ticket(self, number: int) -> Ticket:
        return find_ticket_to_link(self.ticket, number, self.user)

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {"to": self.cleaned_data["to"]}

    @classmethod
    def describe_success(cls, done: Done) -> str:
        number = done.result.value_after("linked_to")
        return str(_("The ticket is linked to #%(number)s.")) % {"number": number}


@register_form
class Unlink(OtherTicketMixin, ActionForm):
    action_name = "unlink"
    title = _("Remove a link of ticket #%(number)s")
    submit_label = _("Remove the link")
    help_text = _("Both tickets stay; their histories keep what was done.")
    to = make_ticket_field(_("Linked ticket:"))

    def find_other_ticket(self, number: int) -> Ticket:
        return find_managed_ticket(number, self.user)

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {"to": self.cleaned_data["to"]}

    @classmethod
    def describe_success(cls, done: Done) -> str:
        number = done.result.value_after("unlinked_from")
        return str(_("The link to #%(number)s has been removed.")) % {"number": number}


@register_form
class Split(ActionForm):
    action_name = "split"
    title = _("Make a message of ticket #%(number)s a ticket of its own")
    submit_label = _("Open the new ticket")
    help_text = _(
        "The message and its files are copied into a new private ticket in the same category. Its"
        " author becomes the requester; for a manager’s message it is %(requester)s. Nobody else of"
        " this ticket follows the new one. The two tickets are linked."
    )
    template = "wagtail_helpdesk/portal/actions/split.html"
    button = ButtonPlace(ButtonGroup.MORE, 620, "forward")
    message = forms.IntegerField(
        label=_("Message:"),
        min_value=1,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a message.")},
    )
    field_order = ("message", "subject")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"] = fields.make_subject_field(_("Subject of the new ticket:"))
        self.fields["subject"].initial = self.ticket.subject

    @cached_property
    def choices(self) -> list[tuple[Event, str]]:
        """The newest messages that can become a ticket, with their beginning."""
        found = list_messages_to_split(self.ticket, self.user)[:MAX_LISTED_MESSAGES]
        return [
            (event, Truncator(strip_html(event.html)).chars(_EXCERPT_LENGTH)) for event in found
        ]

    def _find_message(self, number: int) -> Event:
        return find_message_to_split(self.ticket, number, self.user)

    def clean_message(self) -> int:
        """Return the id of the message; it must be one that can become a ticket."""
        number: int = self.cleaned_data["message"]
        try:
            self._find_message(number)
        except NotPossible as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return number

    def get_arguments(self) -> dict[str, Any]:
        names = ("message", "subject")
        return super().get_arguments() | {name: self.cleaned_data[name] for name in names}

    @classmethod
    def describe_success(cls, done: Done) -> str:
        number = done.result.value_after("split_into")
        return str(_("The message is now ticket #%(number)s.")) % {"number": number}
