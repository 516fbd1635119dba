"""The form for a manager's absence and its replacement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_helpdesk.directory.fields import find_named_people
from wagtail_helpdesk.models import ServiceManager
from wagtail_helpdesk.names import get_display_name
from wagtail_helpdesk.portal.forms import fields

#: Colleagues suggested as replacement; anyone else can be entered too.
MAX_SUGGESTED_COLLEAGUES = 100


def _make_day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        error_messages={"invalid": _("Enter a date, for example 2030-12-31.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class AbsenceForm(forms.Form):
    """First and last day of an absence, and optionally a replacement."""

    starts_on = _make_day_field(_("First day"))
    ends_on = _make_day_field(_("Last day"))
    replacement = fields.make_person_field(
        required=False, label=_("Replacement (identifier or e-mail address):")
    )
    alerts_follow = forms.BooleanField(
        label=_("Also alert the replacement about the tickets I am in charge of"),
        required=False,
        initial=True,
    )

    def __init__(self, data: Any = None, *, visitor: Any, services: list[Any]) -> None:
        super().__init__(data)
        self.visitor, self.services = visitor, services
        self.fields["replacement"].widget.attrs["list"] = "hd-colleagues"

    def colleagues(self) -> dict[str, str]:
        """Return the names of the managers of the same services, by username."""
        rows = ServiceManager.objects.filter(service__in=self.services, user__is_active=True)
        others = rows.exclude(user=self.visitor).select_related("user").order_by("user", "pk")
        people = {row.user_id: row.user for row in others[:MAX_SUGGESTED_COLLEAGUES]}
        return {user.get_username(): get_display_name(user) for user in people.values()}

    def clean_replacement(self) -> Any:
        typed = self.cleaned_data["replacement"]
        people = find_named_people(self, "replacement", by=self.visitor) if typed else [None]
        if len(people) != 1:
            raise forms.ValidationError(_("Enter one person."))
        return people[0]
