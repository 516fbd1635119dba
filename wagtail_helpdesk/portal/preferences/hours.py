"""The choice of an hour of the day in a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import pgettext

from .preference_summary import format_hour


class HourSelect(forms.Select):
    """Hours of the day; “none” is a dash with a word for screen readers."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value == "":
            option["attrs"]["aria-label"] = pgettext("hour", "none")
        return option


def make_hour_field(label: Any) -> forms.TypedChoiceField:
    """Return a field for an hour from 0 to 23, or None."""
    return forms.TypedChoiceField(
        label=label,
        choices=lambda: [("", "–"), *((n, format_hour(n)) for n in range(24))],
        coerce=int,
        empty_value=None,
        required=False,
        widget=HourSelect,
    )
