"""The form that merges a ticket into another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.actions import NotPossible
from wagtail_helpdesk.actions.merging import check_target
from wagtail_helpdesk.search.ticket_reference import MAX_REFERENCE_LENGTH, parse_ticket_reference

from .action_form import ButtonGroup, ButtonPlace, Done, TextForm
from .registry import register_form


@register_form
class Merge(TextForm):
    action_name = "merge"
    title = _("Merge ticket #%(number)s into another")
    submit_label = _("Merge the tickets")
    help_text = _(
        "This ticket is closed and leads to the other, where the work goes on. %(requester)s and the"
        " guests become guests there: they read its messages, but not its internal notes."
    )
    text_label = _("Comment for everyone on this ticket (optional)")
    button = ButtonPlace(ButtonGroup.MORE, 600, "copy")
    ends_ticket = True
    to = forms.CharField(
        label=_("Ticket that goes on:"),
        max_length=MAX_REFERENCE_LENGTH,
        help_text=_("Its number or its address."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    field_order = ("to", "text")

    def clean_to(self) -> Any:
        """Return the ticket that is named; it must be able to receive this one."""
        number = parse_ticket_reference(self.cleaned_data["to"])
        if number is None:
            raise forms.ValidationError(_("Enter the number of a ticket."))
        try:
            return check_target(self.ticket, number, self.user)
        except NotPossible as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {"to": self.cleaned_data["to"]}

    @classmethod
    def describe_success(cls, done: Done) -> str:
        number = done.result.value_after("merged_into")
        return str(_("The ticket has been merged into #%(number)s.")) % {"number": number}
