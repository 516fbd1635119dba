"""The forms that change the priority, the subject or the visibility of a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from wagtail_helpdesk.lifecycle import Priority, Visibility
from wagtail_helpdesk.models import Ticket
from wagtail_helpdesk.portal.forms import fields

from .action_form import ActionForm, BulkLabels, ButtonGroup, ButtonPlace
from .registry import register_form


class QuietForm(ActionForm):
    """The form of a change that alerts managers only, unless its author ticks the box."""

    submit_label = pgettext_lazy("form", "Save")
    notifies_everyone = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_requester = self.ticket.requester_id == self.user.pk
        self.fields["notifies_everyone"].label = (
            _("Tell the guests too") if is_requester else _("Tell the requester and the guests too")
        )

    def get_arguments(self) -> dict[str, Any]:
        return super().get_arguments() | {
            "to": self.cleaned_data["to"],
            "notifies_everyone": self.cleaned_data["notifies_everyone"],
        }


@register_form
class ChangePriority(QuietForm):
    action_name = "change_priority"
    title = _("Priority of ticket #%(number)s")
    requester_labels: ClassVar[Mapping[str, Any]] = {"title": _("Priority of request #%(number)s")}
    button = ButtonPlace(ButtonGroup.MORE, 100, "flag")
    bulk = BulkLabels(
        _("Change the priority of the tickets"),
        ngettext_lazy(
            "Priority of %(count)s ticket changed.",
            "Priority of %(count)s tickets changed.",
            "count",
        ),
    )
    to = forms.TypedChoiceField(label=_("Priority:"), choices=Priority.choices, coerce=int)
    field_order = ("to", "notifies_everyone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("to", self.ticket.priority)

    def extend_to(self, tickets: Sequence[Ticket]) -> None:
        super().extend_to(tickets)
        priorities = {ticket.priority for ticket in tickets}
        if "to" not in self.data and self.initial["to"] == self.ticket.priority:
            self.initial["to"] = priorities.pop() if len(priorities) == 1 else Priority.NORMAL


@register_form
class ChangeSubject(QuietForm):
    action_name = "change_subject"
    title = _("Subject of ticket #%(number)s")
    requester_labels: ClassVar[Mapping[str, Any]] = {"title": _("Subject of request #%(number)s")}
    button = ButtonPlace(ButtonGroup.MORE, 200, "write")
    field_order = ("to", "notifies_everyone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = fields.make_subject_field()
        self.order_fields(self.field_order)
        self.initial.setdefault("to", self.ticket.subject)


@register_form
class ChangeVisibility(QuietForm):
    action_name = "change_visibility"
    title = _("Visibility of ticket #%(number)s")
    requester_labels: ClassVar[Mapping[str, Any]] = {
        "title": _("Visibility of request #%(number)s")
    }
    button = ButtonPlace(ButtonGroup.MORE, 300, "eye")
    template = "wagtail_helpdesk/portal/actions/change_visibility.html"
    to = forms.ChoiceField(
        label=_("Visibility:"), choices=Visibility.choices, widget=forms.RadioSelect
    )
    field_order = ("to", "notifies_everyone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("to", self.ticket.visibility)
        if self.ticket.service.confidential:
            # What is public already may still become private.
            self.fields["to"].choices = [  # type: ignore[attr-defined]
                (value, label)
                for value, label in Visibility.choices
                if value in (Visibility.PRIVATE, self.ticket.visibility)
            ]
