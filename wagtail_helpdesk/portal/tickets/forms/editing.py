"""The forms of the small, quiet changes: priority, subject, visibility."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wagtail_helpdesk.lifecycle import Priority, Visibility
from wagtail_helpdesk.portal.forms import fields

from .action_form import ActForm


class Quiet(ActForm):
    """The form of a change that only managers hear of, unless its author asks for more."""

    submit = pgettext_lazy("form", "Save")
    notifies_everyone = forms.BooleanField(
        label=_("Tell the requester and the guests too"), required=False
    )

    def arguments(self) -> dict[str, Any]:
        told = self.cleaned_data["notifies_everyone"]
        return super().arguments() | {"to": self.cleaned_data["to"], "notifies_everyone": told}


class ChangePriority(Quiet):
    name = "change_priority"
    title = _("Priority of ticket no. %(number)s")
    to = forms.TypedChoiceField(label=_("Priority:"), choices=Priority.choices, coerce=int)
    field_order = ("to", "notifies_everyone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("to", self.ticket.priority)


class ChangeSubject(Quiet):
    name = "change_subject"
    title = _("Subject of ticket no. %(number)s")
    field_order = ("to", "notifies_everyone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = fields.make_subject_field()
        self.order_fields(self.field_order)
        self.initial.setdefault("to", self.ticket.subject)


class ChangeVisibility(Quiet):
    name = "change_visibility"
    title = _("Visibility of ticket no. %(number)s")
    template = "wagtail_helpdesk/portal/acts/visibility.html"
    to = forms.ChoiceField(label=_("Visibility:"), choices=Visibility.choices)
    field_order = ("to", "notifies_everyone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_public = self.ticket.visibility == Visibility.PUBLIC
        other = Visibility.PRIVATE if is_public else Visibility.PUBLIC
        self.initial.setdefault("to", other)
