"""The form of the verb."""

from django import forms

from wagtail_helpdesk.portal.tickets.forms.action_form import ButtonGroup, ButtonPlace, TextForm

from .verbs import CONFIRM_VISIT


class ConfirmVisit(TextForm):
    """Asks for the day, and for a message."""

    action_name = CONFIRM_VISIT.name
    title = "Confirm a visit for ticket #%(number)s"
    submit_label = "Confirm the visit"
    success_message = "The visit is confirmed."
    button = ButtonPlace(ButtonGroup.SECOND, 650)

    on = forms.DateField(
        label="Day of the visit:",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("on", "text")

    def get_arguments(self):
        """Return the data of the verb."""
        return super().get_arguments() | {"on": self.cleaned_data["on"]}
