"""The form that merges a ticket into another."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.actions.merging import check_target
from wagtail_helpdesk.models import Ticket

from .action_form import ButtonGroup, ButtonPlace, Done, TextForm
from .linking import OtherTicketMixin, make_ticket_field
from .registry import register_form


@register_form
class Merge(OtherTicketMixin, TextForm):
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
    to = make_ticket_field(_("Ticket that goes on:"))
    field_order = ("to", "text")

    def find_other_ticket(self, number: int) -> Ticket:
        return check_target(self.ticket, number, self.user)

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {"to": self.cleaned_data["to"]}

    @classmethod
    def describe_success(cls, done: Done) -> str:
        number = done.result.value_after("merged_into")
        return str(_("The ticket has been merged into #%(number)s.")) % {"number": number}
